// Access lists as requests and answers carry them: canned names, x-amz-grant-* headers, XML.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/protocol/call.h"
#include "api/s3/access/accounts.h"
#include "api/s3/access/acl.h"
#include "api/s3/gen/shapes.h"
#include "base/result.h"

namespace tarn::api::s3 {

// What a request says about access.
struct AskedAcl {
  std::optional<std::string> canned;
  std::vector<std::pair<Permission, std::string>> headers;
  const gen::AccessControlPolicy* body = nullptr;
  bool any() const { return canned || !headers.empty() || body != nullptr; }
};

template <typename In>
AskedAcl AskedAclOf(const protocol::Call& call, const In& in) {
  AskedAcl asked{.canned = in.acl};
  const auto add = [&](Permission permission, const std::optional<std::string>& header) {
    if (header) asked.headers.emplace_back(permission, *header);
  };
  add(Permission::kRead, in.grant_read);
  // Writers of objects may send it too, though the model does not know it there.
  add(Permission::kWrite, call.Header("x-amz-grant-write"));
  add(Permission::kReadAcp, in.grant_read_acp);
  add(Permission::kWriteAcp, in.grant_write_acp);
  add(Permission::kFullControl, in.grant_full_control);
  if constexpr (requires { in.access_control_policy; }) {
    if (in.access_control_policy) asked.body = &*in.access_control_policy;
  }
  return asked;
}

// Whom an access list is for.
struct AclSubject {
  std::string_view owner;
  std::string_view bucket_owner;
  bool object = false;
};

// The list that was asked for; the owner's when nothing was. Errors: kInvalidArgument, kInvalidRequest, kMalformedAcl,
// kUnexpectedContent, kUnresolvableGrant, kAccessDenied (another owner in the body).
Result<Acl> ReadAcl(const protocol::Call& call, Accounts& accounts, const AskedAcl& asked, const AclSubject& subject);

// Whether what is asked amounts to the bucket owner's full control and no more: all that a bucket takes which enforces
// its owner.
bool IsBucketOwnersFullControl(const AskedAcl& asked, std::string_view bucket_owner_id);

// Groups before accounts.
std::vector<gen::Grant> ToGrants(const Acl& acl, Accounts& accounts);

}  // namespace tarn::api::s3

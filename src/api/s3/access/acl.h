// Access control lists: who was granted what on a bucket or an object. Pure.
//
// Invariants: a grantee is an account of the lake or one of S3's groups; an owner without a list of its own has full
// control and nobody else anything. Kept form: docs/format/object.md; its text is empty for the owner's full control.
// Errors: kCorruptRecord for kept text that is none.
// Defined by https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "identity/caller.h"

namespace tarn::api::s3 {

enum class Permission : uint8_t { kRead, kWrite, kReadAcp, kWriteAcp, kFullControl };

struct Grantee {
  enum class Kind : uint8_t { kAccount, kEveryone, kAuthenticated, kLogDelivery };
  Kind kind = Kind::kAccount;
  std::string account;  // of kAccount: 12 digits, or kAnonymousOwner
  bool is_public() const { return kind == Kind::kEveryone || kind == Kind::kAuthenticated; }
  bool operator==(const Grantee&) const = default;
};

struct Grant {
  Grantee grantee;
  Permission permission = Permission::kFullControl;
  bool operator==(const Grant&) const = default;
};

using Acl = std::vector<Grant>;

// The owner of what an unsigned request writes: its account id in records, and the id that S3 shows of it.
inline constexpr std::string_view kAnonymousOwner = "anonymous";
inline constexpr std::string_view kAnonymousCanonicalId = "65a011a29cdf8ec533ec3d1ccaae921c";

std::string_view PermissionName(Permission permission);  // "READ_ACP"
std::optional<Permission> ParsePermission(std::string_view name);
std::string_view GroupUri(Grantee::Kind kind);  // empty for accounts
std::optional<Grantee> ParseGroup(std::string_view uri);

Acl OwnersAcl(std::string_view owner);
// The list that a canned name stands for; nothing for an unknown name. `object` tells the bucket-owner-* names, which
// buckets do not know, and `bucket_owner` whom they mean.
std::optional<Acl> CannedAcl(std::string_view name, std::string_view owner, std::string_view bucket_owner, bool object);

// Whether the list grants `permission`, or full control, to the caller. `ignore_public` leaves out what is granted to
// everyone and to all who sign.
bool Grants(const Acl& acl, const identity::Caller& caller, Permission permission, bool ignore_public);
// Whether anything is granted to everyone or to all who sign.
bool IsPublic(const Acl& acl);

std::string EncodeAcl(const Acl& acl, std::string_view owner);
Result<Acl> DecodeAcl(std::string_view kept, std::string_view owner);

}  // namespace tarn::api::s3

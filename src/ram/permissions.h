// Customer managed permissions: what a share lets others do with resources of one type, in versions of which one is
// the default.
//
// Each works within the transaction of `rows`. Errors: ram/errors.h, in RAM's words.
// https://docs.aws.amazon.com/ram/latest/userguide/create-customer-managed-permissions.html
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "policy/policy.h"
#include "ram/ram.h"

namespace tarn::ram {

// The statement of a template (an effect, actions of `service`, perhaps conditions) as a policy over all resources.
// Errors: kMalformedTemplate.
Result<std::shared_ptr<const policy::Document>> ParseTemplate(std::string_view text, std::string_view service);

struct NewPermission {
  std::string owner;
  std::string region;
  std::string name;
  std::string type;    // of resources, in any case
  std::string policy;  // a template
  std::map<std::string, std::string> tags;
};
// Errors: kInvalidParameter, kMalformedTemplate, kPermissionExists, kTooManyPermissions.
Result<Permission> CreatePermission(Rows& rows, NewPermission made);
// One of the account. Errors: kUnknownResource, kMalformedArn, kNotPermitted for one of AWS's.
Result<Permission> GetOwnPermission(Rows& rows, const std::string& account, const std::string& arn);
// The new version is the default from now on. Errors: kMalformedTemplate, kTooManyVersions.
Status AddVersion(Rows& rows, Permission& permission, const std::string& policy);
// Errors: kInvalidParameter for one that is not there; kNotPermitted for the default or one that shares use.
Status DeleteVersion(Rows& rows, Permission& permission, int64_t number);
Status SetDefaultVersion(Rows& rows, Permission& permission, int64_t number);
// Errors: kNotPermitted while shares use it.
Status DeletePermission(Rows& rows, const Permission& permission);

// A permission that a share may take, of AWS's or of the account.
struct Choice {
  std::string arn;
  std::string type;
  std::optional<int64_t> version;  // of a customer managed one
};
// Errors: kUnknownResource, kMalformedArn, kInvalidParameter.
Result<Choice> Choose(Rows& rows, const std::string& account, const std::string& arn);
void Use(Share& share, const Choice& choice);

// Puts `to` in the place of `from` (in that version; 0: in any) in all shares of the account. Errors: as Choose;
// kInvalidParameter for permissions of different types.
Result<Replacement> Replace(Rows& rows, const std::string& account, const std::string& from, int64_t from_version,
                            const std::string& to);

}  // namespace tarn::ram

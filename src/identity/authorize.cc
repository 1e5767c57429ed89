#include "identity/authorize.h"

#include "base/strings.h"

namespace tarn::identity {
namespace {

// The account of "arn:aws:glue:us-east-1:123456789012:database/x"; "" when it has none.
std::string_view AccountOf(std::string_view arn) {
  if (!arn.starts_with("arn:")) return {};
  auto parts = Split(arn, ':');
  return parts.size() > 5 ? parts[4] : std::string_view();
}

Error Refuse(const Caller& caller, const Check& check, std::string_view why) {
  if (caller.anonymous()) return Fail(kAccessDenied, "Access Denied");
  return Fail(kAccessDenied, "User: " + caller.arn + " is not authorized to perform: " + check.action +
                                 " on resource: " + check.resource + " because no " + std::string(why) +
                                 " policy allows the " + check.action + " action");
}

}  // namespace

Status RootAuthorizer::Authorize(const Caller& caller, std::span<const Check> checks) const {
  for (const Check& check : checks) {
    bool acts_for_account = caller.type == PrincipalType::kRoot || caller.type == PrincipalType::kService;
    if (!acts_for_account) return Refuse(caller, check, "identity-based");
    std::string_view in_arn = AccountOf(check.resource);
    if (!in_arn.empty() && in_arn != caller.account) return Refuse(caller, check, "resource-based");
    if (check.owner && *check.owner != caller.account) return Refuse(caller, check, "resource-based");
  }
  // Even a call without checks needs somebody who calls.
  if (caller.anonymous()) return Fail(kAccessDenied, "Access Denied");
  return Ok();
}

}  // namespace tarn::identity

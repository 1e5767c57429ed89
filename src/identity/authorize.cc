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

Error Refuse(const Caller& caller, const Check& check, const std::string& why) {
  // Another account learns no more than that.
  const bool foreign = check.owner && *check.owner != caller.account;
  if (caller.anonymous() || foreign) return Fail(kAccessDenied, "Access Denied");
  return Fail(kAccessDenied, "User: " + caller.arn + " is not authorized to perform: " + check.action +
                                 " on resource: " + check.resource + " " + why);
}

Error Unallowed(const Caller& caller, const Check& check, std::string_view kind) {
  return Refuse(caller, check, "because no " + std::string(kind) + " policy allows the " + check.action + " action");
}

bool ActsForOwner(const Caller& caller, const Check& check) {
  if (caller.type != PrincipalType::kRoot && caller.type != PrincipalType::kService) return false;
  const std::string_view in_arn = AccountOf(check.resource);
  if (!in_arn.empty() && in_arn != caller.account) return false;
  return !check.owner || *check.owner == caller.account;
}

}  // namespace

Status RootAuthorizer::Authorize(const Caller& caller, std::span<const Check> checks) const {
  for (const Check& check : checks) {
    Guard::Verdict verdict = Guard::Verdict::kNone;
    if (check.guard) {
      TARN_TRY(verdict, check.guard->Judge(caller, check));
    }
    if (verdict == Guard::Verdict::kDeny) {
      return Refuse(caller, check, "with an explicit deny in a resource-based policy");
    }
    if (verdict == Guard::Verdict::kAllow || ActsForOwner(caller, check)) continue;
    const bool root = caller.type == PrincipalType::kRoot || caller.type == PrincipalType::kService;
    return Unallowed(caller, check, root ? "resource-based" : "identity-based");
  }
  // Even a call without checks needs somebody who calls.
  if (checks.empty() && caller.anonymous()) return Fail(kAccessDenied, "Access Denied");
  return Ok();
}

}  // namespace tarn::identity

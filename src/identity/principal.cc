#include "identity/principal.h"

namespace tarn::identity {
namespace {

policy::PrincipalKind KindOf(PrincipalType type) {
  switch (type) {
    case PrincipalType::kAnonymous:
      return policy::PrincipalKind::kAnonymous;
    case PrincipalType::kUser:
      return policy::PrincipalKind::kUser;
    case PrincipalType::kAssumedRole:
      return policy::PrincipalKind::kAssumedRole;
    case PrincipalType::kFederatedUser:
      return policy::PrincipalKind::kFederated;
    case PrincipalType::kRoot:
    case PrincipalType::kService:
      return policy::PrincipalKind::kAccountRoot;
  }
  return policy::PrincipalKind::kAnonymous;
}

}  // namespace

AsPrincipal::AsPrincipal(const Caller& caller)
    : root_arn_(caller.acts_for_account() ? RootOf(caller.account).arn : std::string()) {
  principal_.kind = KindOf(caller.type);
  principal_.account = caller.account;
  principal_.arn = caller.acts_for_account() ? root_arn_ : caller.arn;
  // A federated user's is the user who vouches; a root is the account itself.
  const bool vouched = caller.type == PrincipalType::kFederatedUser && !caller.role_arn.ends_with(":root");
  if (caller.type == PrincipalType::kAssumedRole || vouched) principal_.role_arn = caller.role_arn;
  principal_.user_id = caller.user_id;
  if (caller.facts) principal_.provider = caller.facts->provider;
}

}  // namespace tarn::identity

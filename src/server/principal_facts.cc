#include "server/principal_facts.h"

#include "base/strings.h"

namespace tarn::server {

Result<std::vector<std::string>> PrincipalFacts::GroupsOf(const identity::Caller& caller) {
  std::vector<std::string> groups;
  const auto user = iam_.FindByArn(caller.arn);
  if (!user.ok()) return groups;
  for (const std::string& name : user->groups) {
    const auto group = iam_.Find({.kind = iam::Kind::kGroup, .account = caller.account, .name = name});
    if (group.ok()) groups.push_back(group->Arn());
  }
  return groups;
}

// "organization/o-1" and "ou/o-1/ou-2" for each unit on the way: an ARN's part after the managing account.
Result<std::vector<std::string>> PrincipalFacts::OrganizationsOf(std::string_view account) {
  std::vector<std::string> found;
  if (controls_ == nullptr) return found;
  TARN_TRY(const auto controls, controls_->ControlsOf(account));
  if (!controls || controls->organization_id.empty()) return found;
  found.push_back("organization/" + controls->organization_id);
  for (const std::string& path : controls->org_paths) {
    for (const std::string_view part : Split(path, '/')) {
      if (part.starts_with("ou-")) found.push_back("ou/" + controls->organization_id + "/" + std::string(part));
    }
  }
  return found;
}

}  // namespace tarn::server

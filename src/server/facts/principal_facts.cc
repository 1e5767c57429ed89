#include "server/facts/principal_facts.h"

#include <algorithm>

#include "base/strings.h"
#include "object/errors.h"
#include "object/files.h"

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

Result<bool> PrincipalFacts::HasAny(std::string_view folder) {
  const auto place = object::ParseLocation(folder);
  if (!place.ok()) return false;
  const auto bucket = objects_.GetBucket(place->bucket);
  if (bucket.Is(object::kNoSuchBucket)) return false;
  if (!bucket.ok()) return bucket.error();
  const object::Files files(objects_, bucket->owner.account);
  object::ListQuery query;
  query.prefix = place->key;
  query.max = 1000;
  while (true) {
    TARN_TRY(const object::Page page, files.List(place->bucket, query));
    // Consoles mark folders by empty objects.
    if (std::ranges::any_of(page.entries, [](const object::Entry& entry) { return entry.size > 0; })) return true;
    if (!page.truncated) return false;
    query.start_after = page.next;
  }
}

}  // namespace tarn::server

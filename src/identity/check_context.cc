#include "identity/check_context.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "base/time.h"
#include "policy/match/condition.h"

namespace tarn::identity {
namespace {

using Values = std::vector<std::string>;

constexpr std::string_view kPrincipalTag = "aws:principaltag/";
constexpr std::string_view kResourceTag = "aws:resourcetag/";
constexpr std::string_view kRequestTag = "aws:requesttag/";

bool Give(std::string value, Values& values) {
  values.push_back(std::move(value));
  return true;
}
// Nothing is known of a key whose value is empty.
bool GiveIfAny(const std::string& value, Values& values) { return !value.empty() && Give(value, values); }
bool GiveAll(const Values& all, Values& values) {
  values.insert(values.end(), all.begin(), all.end());
  return !all.empty();
}
bool GiveTruth(bool truth, Values& values) { return Give(truth ? "true" : "false", values); }

bool FindIn(const std::map<std::string, std::string>& map, std::string_view key, Values& values) {
  for (const auto& [name, value] : map) {
    if (EqualsIgnoreCase(name, key)) return Give(value, values);
  }
  return false;
}

}  // namespace

bool CheckContext::FindOfCheck(std::string_view key, Values& values) const {
  if (FindIn(check_.context, key, values)) return true;
  for (const auto& [name, all] : check_.sets) {
    if (!EqualsIgnoreCase(name, key)) continue;
    values.insert(values.end(), all.begin(), all.end());
    return true;
  }
  if (key != "aws:tagkeys") return false;
  // The tags that the request gives name them.
  bool found = false;
  for (const auto& [name, value] : check_.context) {
    if (!EqualsIgnoreCase(std::string_view(name).substr(0, kRequestTag.size()), kRequestTag)) continue;
    values.push_back(name.substr(kRequestTag.size()));
    found = true;
  }
  return found;
}

bool CheckContext::FindOfResource(std::string_view key, Values& values) const {
  if (known_.tags == nullptr || !key.starts_with(kResourceTag)) return false;
  return FindIn(known_.tags->TagsOf(check_.resource), key.substr(kResourceTag.size()), values);
}

bool CheckContext::FindOfRequest(std::string_view key, Values& values) const {
  if (key == "aws:viaawsservice") return GiveTruth(false, values);
  if (!caller_.request) return false;
  const RequestFacts& request = *caller_.request;
  if (key == "aws:sourceip") return GiveIfAny(request.source_ip, values);
  if (key == "aws:securetransport") return GiveTruth(request.secure_transport, values);
  if (key == "aws:currenttime") return Give(FormatIso8601(request.time), values);
  if (key == "aws:epochtime") return Give(std::to_string(request.time.seconds()), values);
  if (key == "aws:useragent") return GiveIfAny(request.user_agent, values);
  if (key == "aws:referer") return GiveIfAny(request.referer, values);
  if (key == "aws:requestedregion") return GiveIfAny(request.region, values);
  return false;
}

bool CheckContext::FindOfPrincipal(std::string_view key, Values& values) const {
  if (key == policy::kBoundedKey) {
    return known_.principal != nullptr && known_.principal->boundary && GiveTruth(true, values);
  }
  if (!key.starts_with(kPrincipalTag)) return false;
  const std::string_view tag = key.substr(kPrincipalTag.size());
  // A session's tags are stronger.
  if (caller_.facts && FindIn(caller_.facts->tags, tag, values)) return true;
  return known_.principal != nullptr && FindIn(known_.principal->tags, tag, values);
}

bool CheckContext::FindOfSession(std::string_view key, Values& values) const {
  if (!caller_.facts) return false;
  const SessionFacts& facts = *caller_.facts;
  if (key == "aws:multifactorauthpresent") return GiveTruth(facts.mfa, values);
  if (key == "aws:multifactorauthage") {
    if (!facts.mfa || !caller_.request) return false;
    return Give(std::to_string(caller_.request->time.seconds() - facts.issued.seconds()), values);
  }
  if (key == "aws:tokenissuetime") return Give(FormatIso8601(facts.issued), values);
  if (key == "aws:sourceidentity") return GiveIfAny(facts.source_identity, values);
  if (key == "aws:federatedprovider") return GiveIfAny(facts.provider, values);
  return FindIn(facts.conditions, key, values);
}

bool CheckContext::FindOfAccounts(std::string_view key, Values& values) const {
  const bool service = caller_.type == PrincipalType::kService;
  if (key == "aws:resourceaccount") return GiveIfAny(std::string(known_.resource_account), values);
  if (key == "aws:sourceaccount") return service && GiveIfAny(caller_.account, values);
  if (known_.callers != nullptr) {
    if (key == "aws:principalorgid") return GiveIfAny(known_.callers->organization_id, values);
    if (key == "aws:principalorgpaths") return GiveAll(known_.callers->org_paths, values);
  }
  if (known_.resources != nullptr) {
    if (key == "aws:resourceorgid") return GiveIfAny(known_.resources->organization_id, values);
    if (key == "aws:resourceorgpaths") return GiveAll(known_.resources->org_paths, values);
  }
  return false;
}

bool CheckContext::Find(std::string_view key, Values& values) const {
  if (key == policy::kBoundedKey) return FindOfPrincipal(key, values);
  if (FindOfCheck(key, values)) return true;
  if (policy::IsPrincipalKey(key)) return false;
  if (check_.guard && check_.guard->FindKey(check_, key, values)) return true;
  return FindOfResource(key, values) || FindOfPrincipal(key, values) || FindOfSession(key, values) ||
         FindOfAccounts(key, values) || FindOfRequest(key, values);
}

}  // namespace tarn::identity

#include "govern/principal.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "base/strings.h"
#include "govern/errors.h"

namespace tarn::govern {
namespace {

bool IsAccount(std::string_view text) {
  return text.size() == 12 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool StartsWithAny(std::string_view text, std::initializer_list<std::string_view> starts) {
  return std::ranges::any_of(
      starts, [&](std::string_view start) { return text.size() > start.size() && text.starts_with(start); });
}

bool IsArn(std::string_view id) {
  const auto parts = Split(id, ':');
  if (parts.size() < 6 || parts[0] != "arn" || !parts[1].starts_with("aws")) return false;
  const std::string_view service = parts[2];
  // From the fifth colon on.
  const std::string_view resource = id.substr(static_cast<size_t>(parts[5].data() - id.data()));
  if (service == "iam") {
    return IsAccount(parts[4]) &&
           (resource == "root" || StartsWithAny(resource, {"user/", "role/", "group/", "saml-provider/"}));
  }
  if (service == "organizations") return StartsWithAny(resource, {"organization/", "ou/"});
  if (service == "quicksight") return StartsWithAny(resource, {"user/", "group/"});
  if (service == "identitystore") return StartsWithAny(resource, {"user/", "group/"});
  if (service == "redshift") return !resource.empty();
  return false;
}

}  // namespace

Status CheckPrincipal(std::string_view id) {
  if (id == kIamAllowed || IsAccount(id) || IsArn(id)) return Ok();
  if (id.ends_with(kEveryoneSuffix) && IsAccount(id.substr(0, id.size() - kEveryoneSuffix.size()))) return Ok();
  return Fail(kInvalidInput, fmt::format("Invalid principal, {}", id));
}

std::string AccountOf(std::string_view principal) {
  if (principal.size() >= 12 && IsAccount(principal.substr(0, 12))) return std::string(principal.substr(0, 12));
  const auto parts = Split(principal, ':');
  if (parts.size() < 6 || parts[2] == "organizations") return "";
  return std::string(parts[4]);
}

std::string PrincipalOf(const identity::Caller& caller) {
  switch (caller.type) {
    case identity::PrincipalType::kRoot:
    case identity::PrincipalType::kUser:
    case identity::PrincipalType::kFederatedUser:
      return caller.arn;
    case identity::PrincipalType::kAssumedRole:
      return caller.role_arn;
    case identity::PrincipalType::kAnonymous:
    case identity::PrincipalType::kService:
      break;
  }
  return "";
}

bool Who::Is(std::string_view principal) const {
  if (std::ranges::find(ids, principal) != ids.end()) return true;
  if (!principal.starts_with("arn:aws:organizations::")) return false;
  const std::string_view unit = principal.substr(principal.rfind(':') + 1);
  return std::ranges::find(ids, unit) != ids.end();
}

Result<Who> WhoIs(const identity::Caller& caller, PrincipalFacts* facts) {
  Who who{
      .account = caller.account, .arn = PrincipalOf(caller), .ids = {}, .acts_for_account = caller.acts_for_account()};
  if (caller.anonymous()) return who;
  if (!who.arn.empty()) who.ids.push_back(who.arn);
  who.ids.push_back(caller.account + std::string(kEveryoneSuffix));
  if (facts != nullptr && caller.type == identity::PrincipalType::kUser) {
    TARN_TRY(auto groups, facts->GroupsOf(caller));
    std::ranges::move(groups, std::back_inserter(who.ids));
  }
  return who;
}

}  // namespace tarn::govern

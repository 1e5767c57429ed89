#include "api/cloudtrail/trail_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/cloudtrail/errors.h"
#include "audit/errors.h"

namespace tarn::api::cloudtrail {
namespace {

constexpr size_t kNameMin = 3;
constexpr size_t kNameMax = 128;

bool IsAlphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

std::string ArnIn(const Scope& home, std::string_view name) {
  return fmt::format("arn:aws:cloudtrail:{}:{}:trail/{}", home.region, home.account, name);
}

}  // namespace

Status CheckTrailName(std::string_view name) {
  if (name.size() < kNameMin) {
    return Fail(kInvalidTrailName,
                fmt::format("Trail name too short. Minimum allowed length: {} characters. Specified name length: {} "
                            "characters.",
                            kNameMin, name.size()));
  }
  if (name.size() > kNameMax) {
    return Fail(kInvalidTrailName,
                fmt::format("Trail name too long. Maximum allowed length: {} characters. Specified name length: {} "
                            "characters.",
                            kNameMax, name.size()));
  }
  if (!IsAlphanumeric(name.front())) {
    return Fail(kInvalidTrailName, "Trail name must starts with a letter or number.");
  }
  if (!IsAlphanumeric(name.back()) && (name.back() == '.' || name.back() == '-' || name.back() == '_')) {
    return Fail(kInvalidTrailName, "Trail name must ends with a letter or number.");
  }
  const bool sound =
      std::ranges::all_of(name, [](char c) { return IsAlphanumeric(c) || c == '.' || c == '-' || c == '_'; });
  if (!sound) {
    return Fail(kInvalidTrailName,
                "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), "
                "hyphens (-), and underscores (_).");
  }
  return Ok();
}

Result<NamedTrail> NameTrail(const protocol::Call& call, const std::optional<std::string>& given) {
  const std::string name = given.value_or("");
  if (name.starts_with("arn:")) {
    auto parsed = audit::ParseTrailArn(name);
    if (!parsed) return Fail(kInvalidArn, fmt::format("{} is not a valid trail ARN.", name));
    return NamedTrail{parsed->home, parsed->name, name};
  }
  TARN_CHECK(CheckTrailName(name));
  return NamedTrail{call.scope, name, ArnIn(call.scope, name)};
}

Result<audit::Trail> FindTrail(const audit::Trails& trails, const protocol::Call& call,
                               const std::optional<std::string>& given) {
  TARN_TRY(const NamedTrail named, NameTrail(call, given));
  auto trail = trails.Get(named.home, named.name);
  if (!trail.ok() || named.home.account != call.scope.account) {
    return Fail(kTrailNotFound, fmt::format("Unknown trail: {} for the user: {}", named.arn, call.scope.account));
  }
  return trail;
}

Result<audit::Trail> FindOwnTrail(const audit::Trails& trails, const protocol::Call& call,
                                  const std::optional<std::string>& given) {
  TARN_TRY(auto trail, FindTrail(trails, call, given));
  if (trail.home.region != call.scope.region) {
    return Fail(kInvalidHomeRegion, fmt::format("The home region of trail {} is {}.", trail.arn(), trail.home.region));
  }
  return trail;
}

Result<std::string> TrailArnOf(const protocol::Call& call, const std::optional<std::string>& given) {
  const std::string name = given.value_or("");
  if (!name.starts_with("arn:")) return ArnIn(call.scope, name);
  TARN_TRY(const NamedTrail named, NameTrail(call, given));
  return named.arn;
}

}  // namespace tarn::api::cloudtrail

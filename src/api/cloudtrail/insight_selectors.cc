// Which insights a trail asks for.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/cloudtrail/cloudtrail_service.h"
#include "api/cloudtrail/errors.h"
#include "api/cloudtrail/trail_names.h"

namespace tarn::api::cloudtrail {
namespace {

using audit::InsightType;

constexpr std::array<std::string_view, 2> kTypeNames = {"ApiCallRateInsight", "ApiErrorRateInsight"};

Error Refuse(std::string message) { return Fail(kInvalidInsightSelectors, std::move(message)); }

Result<std::vector<InsightType>> FromWire(const std::vector<gen::InsightSelector>& selectors) {
  std::vector<InsightType> types;
  for (const gen::InsightSelector& selector : selectors) {
    const std::string name = selector.insight_type.value_or("");
    const auto known = std::ranges::find(kTypeNames, name);
    if (known == kTypeNames.end()) return Refuse(fmt::format("{} is not a valid InsightType.", name));
    const auto type = static_cast<InsightType>(known - kTypeNames.begin());
    if (std::ranges::find(types, type) != types.end()) {
      return Refuse(fmt::format("The InsightType {} is given more than once.", name));
    }
    for (const std::string& category : selector.event_categories.value_or(std::vector<std::string>{})) {
      if (category != "Management") {
        return Fail(kNotSupported, fmt::format("Insights on events of the category {} are not supported.", category));
      }
    }
    types.push_back(type);
  }
  return types;
}

std::vector<gen::InsightSelector> ToWire(const std::vector<InsightType>& types) {
  std::vector<gen::InsightSelector> out;
  out.reserve(types.size());
  for (const InsightType type : types) {
    out.emplace_back().insight_type = std::string(kTypeNames[static_cast<size_t>(type)]);
  }
  return out;
}

// Insights are found in the management events that the trail logs.
Status CheckLogs(const audit::Trail& trail, const std::vector<InsightType>& types) {
  const auto& basic = trail.selectors.basic;
  const auto logs = [&](bool reads_too) {
    return basic.empty() || std::ranges::any_of(basic, [&](const audit::BasicSelector& selector) {
             return selector.management && (reads_too || selector.reads != audit::Reads::kReadOnly);
           });
  };
  for (const InsightType type : types) {
    if (type == InsightType::kCallRate && !logs(false)) {
      return Refuse("To log Insights events on the API call rate, the trail must log write management events.");
    }
    if (type == InsightType::kErrorRate && !logs(true)) {
      return Refuse(
          "To log Insights events on the API error rate, the trail must log read or write management events.");
    }
  }
  return Ok();
}

}  // namespace

Result<gen::PutInsightSelectorsResponse> CloudTrailService::PutInsightSelectors(
    const protocol::Call& call, const gen::PutInsightSelectorsRequest& in) {
  if (in.event_data_store || in.insights_destination) {
    return Fail(kNoSuchDataStore, "The specified event data store does not exist.");
  }
  TARN_TRY(const audit::Trail trail, FindOwnTrail(parts_.trails, call, in.trail_name));
  TARN_TRY(const auto types, FromWire(*in.insight_selectors));
  TARN_CHECK(CheckLogs(trail, types));
  TARN_CHECK(parts_.trails.Update(trail.home, trail.name, [&](audit::Trail& changed) -> Status {
    if (changed.insights.empty()) changed.insights_since = call.now;
    if (types.empty()) changed.insights_since.reset();
    changed.insights = types;
    return Ok();
  }));
  gen::PutInsightSelectorsResponse out;
  out.trail_arn = trail.arn();
  out.insight_selectors = ToWire(types);
  return out;
}

Result<gen::GetInsightSelectorsResponse> CloudTrailService::GetInsightSelectors(
    const protocol::Call& call, const gen::GetInsightSelectorsRequest& in) {
  if (in.event_data_store) return Fail(kNoSuchDataStore, "The specified event data store does not exist.");
  TARN_TRY(const audit::Trail trail, FindTrail(parts_.trails, call, in.trail_name));
  if (trail.insights.empty()) {
    return Fail(kInsightNotEnabled,
                fmt::format("Trail {} does not have Insights enabled. Edit the trail settings to enable Insights, and "
                            "then try the operation again.",
                            trail.arn()));
  }
  gen::GetInsightSelectorsResponse out;
  out.trail_arn = trail.arn();
  out.insight_selectors = ToWire(trail.insights);
  return out;
}

}  // namespace tarn::api::cloudtrail

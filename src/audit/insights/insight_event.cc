#include "audit/insights/insight_event.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "json/json.h"

namespace tarn::audit {
namespace {

constexpr size_t kTopMax = 5;

using Names = std::map<std::string, uint64_t>;

json::Array TopOf(const Names& names, const InsightFacts& facts) {
  std::vector<std::pair<std::string, uint64_t>> all(names.begin(), names.end());
  std::ranges::stable_sort(all, std::ranges::greater(), [](const auto& each) { return each.second; });
  if (all.size() > kTopMax) all.resize(kTopMax);
  json::Array top;
  top.reserve(all.size());
  for (const auto& [name, count] : all) {
    // CloudTrail writes the word where there is nothing to name.
    const std::string& told = name.empty() ? std::string("null") : name;
    top.emplace_back(json::Object{{"value", told}, {"average", facts.PerMinute(count)}});
  }
  return top;
}

json::Value Attribution(std::string_view attribute, const Names& unusual_names, const InsightFacts& unusual,
                        const Names& usual_names, const InsightFacts& usual) {
  return json::Object{
      {"attribute", attribute}, {"insight", TopOf(unusual_names, unusual)}, {"baseline", TopOf(usual_names, usual)}};
}

json::Value ContextOf(const Counted& counted, const InsightFacts& usual, const InsightFacts& unusual) {
  json::Array attributions;
  attributions.push_back(
      Attribution("userIdentityArn", unusual.calls.principals, unusual, usual.calls.principals, usual));
  attributions.push_back(Attribution("userAgent", unusual.calls.agents, unusual, usual.calls.agents, usual));
  if (counted.error.empty()) {
    attributions.push_back(Attribution("errorCode", unusual.calls.errors, unusual, usual.calls.errors, usual));
  }
  json::Object statistics{{"baseline", json::Object{{"average", usual.PerMinute(usual.calls.count)}}},
                          {"insight", json::Object{{"average", unusual.PerMinute(unusual.calls.count)}}},
                          {"insightDuration", static_cast<int64_t>(unusual.minutes)},
                          {"baselineDuration", static_cast<int64_t>(usual.minutes)}};
  return json::Object{{"statistics", std::move(statistics)}, {"attributions", std::move(attributions)}};
}

}  // namespace

Event InsightEvent(const Counted& counted, std::string_view state, const Watch& watch, uint64_t minute,
                   const InsightFacts& usual, const InsightFacts& unusual) {
  Event event;
  event.id = RandomUuid();
  event.account = counted.scope.account;
  event.region = counted.scope.region;
  event.time = {static_cast<int64_t>(minute) * kMicrosPerMinute};
  event.source = counted.source;
  event.name = counted.name;
  event.category = Category::kInsight;
  event.error_code = counted.error;
  json::Object details{{"state", state}, {"eventSource", counted.source}, {"eventName", counted.name}};
  details.emplace_back("insightType", counted.error.empty() ? "ApiCallRateInsight" : "ApiErrorRateInsight");
  if (!counted.error.empty()) details.emplace_back("errorCode", counted.error);
  details.emplace_back("insightContext", ContextOf(counted, usual, unusual));
  event.json = json::Write(json::Object{{"eventVersion", "1.11"},
                                        {"eventTime", FormatIso8601(event.time)},
                                        {"awsRegion", event.region},
                                        {"eventID", event.id},
                                        {"eventType", "AwsCloudTrailInsight"},
                                        {"recipientAccountId", event.account},
                                        {"sharedEventID", watch.insight},
                                        {"insightDetails", std::move(details)},
                                        {"eventCategory", "Insight"}});
  return event;
}

}  // namespace tarn::audit

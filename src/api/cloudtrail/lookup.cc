#include <fmt/format.h>

#include <algorithm>

#include "api/cloudtrail/cloudtrail_service.h"
#include "api/cloudtrail/errors.h"
#include "base/hash.h"

namespace tarn::api::cloudtrail {
namespace {

using Matches = std::function<bool(const audit::Event&)>;

Result<Matches> MatchesOf(const std::string& key, const std::string& value) {
  using audit::Event;
  if (key == "EventId") return Matches([value](const Event& event) { return event.id == value; });
  if (key == "EventName") return Matches([value](const Event& event) { return event.name == value; });
  if (key == "EventSource") return Matches([value](const Event& event) { return event.source == value; });
  if (key == "Username") return Matches([value](const Event& event) { return event.username == value; });
  if (key == "AccessKeyId") return Matches([value](const Event& event) { return event.access_key_id == value; });
  if (key == "ReadOnly") {
    return Matches([value](const Event& event) { return value == (event.read_only ? "true" : "false"); });
  }
  const bool by_type = key == "ResourceType";
  if (!by_type && key != "ResourceName") {
    return Fail(kInvalidLookupAttributes, fmt::format("{} is not a valid lookup attribute.", key));
  }
  return Matches([value, by_type](const Event& event) {
    return std::ranges::any_of(event.resources, [&](const audit::Resource& resource) {
      return (by_type ? resource.type : resource.name) == value;
    });
  });
}

gen::Event ToWire(const audit::Event& event) {
  gen::Event out;
  out.event_id = event.id;
  out.event_name = event.name;
  if (event.category != audit::Category::kInsight) out.read_only = event.read_only ? "true" : "false";
  out.event_time = event.time;
  out.event_source = event.source;
  if (!event.access_key_id.empty()) out.access_key_id = event.access_key_id;
  if (!event.username.empty()) out.username = event.username;
  out.resources.emplace();
  for (const audit::Resource& resource : event.resources) {
    out.resources->push_back({.resource_type = resource.type, .resource_name = resource.name});
  }
  out.cloud_trail_event = event.json;
  return out;
}

}  // namespace

Result<gen::LookupEventsResponse> CloudTrailService::LookupEvents(const protocol::Call& call,
                                                                  const gen::LookupEventsRequest& in) {
  audit::Lookup lookup;
  lookup.scope = call.scope;
  if (in.start_time && in.end_time && *in.start_time > *in.end_time) {
    return Fail(kInvalidTimeRange, "Start time must be before end time.");
  }
  lookup.from = in.start_time;
  lookup.to = in.end_time;
  if (in.max_results) lookup.limit = static_cast<size_t>(*in.max_results);
  if (in.lookup_attributes && in.lookup_attributes->size() > 1) {
    return Fail(kInvalidLookupAttributes, "You can specify only one lookup attribute.");
  }
  if (in.lookup_attributes && !in.lookup_attributes->empty()) {
    const gen::LookupAttribute& attribute = in.lookup_attributes->front();
    TARN_TRY(lookup.matches, MatchesOf(attribute.attribute_key.value_or(""), attribute.attribute_value.value_or("")));
  }
  if (in.next_token && !in.next_token->empty()) {
    const auto after = Unbase64(*in.next_token);
    if (!after) return Fail(kInvalidNextToken, "The next token is invalid.");
    lookup.after = *after;
  }
  gen::LookupEventsResponse out;
  out.events.emplace();
  if (in.event_category) lookup.category = audit::Category::kInsight;
  TARN_TRY(const audit::LookupPage page, parts_.log.Find(lookup));
  for (const audit::Event& event : page.events) out.events->push_back(ToWire(event));
  if (!page.next.empty()) out.next_token = Base64(page.next);
  return out;
}

}  // namespace tarn::api::cloudtrail

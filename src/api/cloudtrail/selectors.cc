#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/cloudtrail/cloudtrail_service.h"
#include "api/cloudtrail/errors.h"
#include "api/cloudtrail/trail_names.h"

namespace tarn::api::cloudtrail {
namespace {

using audit::AdvancedSelector;
using audit::BasicSelector;
using audit::FieldSelector;
using audit::Reads;

constexpr size_t kSelectorsMax = 5;
constexpr size_t kDataValuesMax = 250;
constexpr std::array<std::string_view, 3> kReadsNames = {"All", "ReadOnly", "WriteOnly"};
constexpr std::array<std::string_view, 3> kBasicTypes = {"AWS::S3::Object", "AWS::Lambda::Function",
                                                         "AWS::DynamoDB::Table"};
constexpr std::array<std::string_view, 2> kExcludable = {"kms.amazonaws.com", "rdsdata.amazonaws.com"};
constexpr std::array<std::string_view, 9> kFields = {
    "eventCategory",  "eventName",        "eventSource",
    "eventType",      "readOnly",         "resources.ARN",
    "resources.type", "userIdentity.arn", "sessionCredentialFromConsole"};

Error Refuse(std::string message) { return Fail(kInvalidEventSelectors, std::move(message)); }

template <size_t N>
bool Holds(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Result<BasicSelector> FromWire(const gen::EventSelector& in) {
  BasicSelector selector;
  const auto reads = std::ranges::find(kReadsNames, in.read_write_type.value_or("All"));
  if (reads == kReadsNames.end()) return Refuse(fmt::format("{} is not a valid ReadWriteType.", *in.read_write_type));
  selector.reads = static_cast<Reads>(reads - kReadsNames.begin());
  selector.management = in.include_management_events.value_or(true);
  for (const gen::DataResource& resource : in.data_resources.value_or(std::vector<gen::DataResource>{})) {
    const std::string type = resource.type.value_or("");
    if (!Holds(kBasicTypes, type)) {
      return Refuse(fmt::format("The type {} is not a valid data resource type for event selectors.", type));
    }
    audit::DataResource kept{type, resource.values.value_or(std::vector<std::string>{})};
    if (kept.values.size() > kDataValuesMax) {
      return Refuse(fmt::format("An event selector can have at most {} data resource values.", kDataValuesMax));
    }
    for (const std::string& value : kept.values) {
      if (!value.starts_with("arn:")) {
        return Refuse(fmt::format("Value {} for DataResources.Values is invalid.", value));
      }
    }
    selector.data.push_back(std::move(kept));
  }
  selector.excluded_sources = in.exclude_management_event_sources.value_or(std::vector<std::string>{});
  for (const std::string& source : selector.excluded_sources) {
    if (!Holds(kExcludable, source)) {
      return Refuse(fmt::format("{} is not a valid value for ExcludeManagementEventSources.", source));
    }
  }
  return selector;
}

gen::EventSelector ToWire(const BasicSelector& selector) {
  gen::EventSelector out;
  out.read_write_type = std::string(kReadsNames[static_cast<size_t>(selector.reads)]);
  out.include_management_events = selector.management;
  out.data_resources.emplace();
  for (const audit::DataResource& resource : selector.data) {
    out.data_resources->push_back({.type = resource.type, .values = resource.values});
  }
  out.exclude_management_event_sources = selector.excluded_sources;
  return out;
}

std::vector<std::string> OrEmpty(const std::optional<std::vector<std::string>>& given) {
  return given.value_or(std::vector<std::string>{});
}

std::optional<std::vector<std::string>> UnlessEmpty(const std::vector<std::string>& items) {
  if (items.empty()) return std::nullopt;
  return items;
}

Status CheckAdvanced(const AdvancedSelector& selector) {
  const auto field = [&](std::string_view name) {
    return std::ranges::find_if(selector.fields, [&](const FieldSelector& one) { return one.field == name; });
  };
  const auto category = field("eventCategory");
  if (category == selector.fields.end() || category->equals.size() != 1) {
    return Refuse("Advanced event selectors must contain the eventCategory field with one Equals value.");
  }
  const std::string& kind = category->equals.front();
  if (kind != "Management" && kind != "Data" && kind != "NetworkActivity") {
    return Refuse(fmt::format("{} is not a valid value for the eventCategory field.", kind));
  }
  if (kind == "Data" && field("resources.type") == selector.fields.end()) {
    return Refuse("Advanced event selectors for data events must contain the resources.type field.");
  }
  return Ok();
}

Result<AdvancedSelector> FromWire(const gen::AdvancedEventSelector& in) {
  AdvancedSelector selector;
  selector.name = in.name;
  for (const gen::AdvancedFieldSelector& given : *in.field_selectors) {
    FieldSelector field;
    field.field = given.field.value_or("");
    if (!Holds(kFields, field.field)) return Refuse(fmt::format("{} is not a valid field.", field.field));
    field.equals = OrEmpty(given.equals);
    field.starts_with = OrEmpty(given.starts_with);
    field.ends_with = OrEmpty(given.ends_with);
    field.not_equals = OrEmpty(given.not_equals);
    field.not_starts_with = OrEmpty(given.not_starts_with);
    field.not_ends_with = OrEmpty(given.not_ends_with);
    const bool empty = field.equals.empty() && field.starts_with.empty() && field.ends_with.empty() &&
                       field.not_equals.empty() && field.not_starts_with.empty() && field.not_ends_with.empty();
    if (empty) return Refuse(fmt::format("The field {} has no operator.", field.field));
    const auto same = [&](const FieldSelector& other) { return other.field == field.field; };
    if (std::ranges::any_of(selector.fields, same)) {
      return Refuse(fmt::format("The field {} is given more than once.", field.field));
    }
    selector.fields.push_back(std::move(field));
  }
  TARN_CHECK(CheckAdvanced(selector));
  return selector;
}

gen::AdvancedEventSelector ToWire(const AdvancedSelector& selector) {
  gen::AdvancedEventSelector out;
  out.name = selector.name;
  out.field_selectors.emplace();
  for (const FieldSelector& field : selector.fields) {
    gen::AdvancedFieldSelector& told = out.field_selectors->emplace_back();
    told.field = field.field;
    told.equals = UnlessEmpty(field.equals);
    told.starts_with = UnlessEmpty(field.starts_with);
    told.ends_with = UnlessEmpty(field.ends_with);
    told.not_equals = UnlessEmpty(field.not_equals);
    told.not_starts_with = UnlessEmpty(field.not_starts_with);
    told.not_ends_with = UnlessEmpty(field.not_ends_with);
  }
  return out;
}

template <typename Out>
void Show(const audit::Selectors& selectors, Out& out) {
  if (!selectors.advanced.empty()) {
    out.advanced_event_selectors.emplace();
    for (const AdvancedSelector& selector : selectors.advanced) {
      out.advanced_event_selectors->push_back(ToWire(selector));
    }
    return;
  }
  out.event_selectors.emplace();
  for (const BasicSelector& selector : selectors.basic) out.event_selectors->push_back(ToWire(selector));
  if (selectors.basic.empty()) out.event_selectors->push_back(ToWire(BasicSelector{}));
}

}  // namespace

Result<gen::PutEventSelectorsResponse> CloudTrailService::PutEventSelectors(const protocol::Call& call,
                                                                            const gen::PutEventSelectorsRequest& in) {
  TARN_TRY(const audit::Trail trail, FindOwnTrail(parts_.trails, call, in.trail_name));
  audit::Selectors selectors;
  if (in.event_selectors && in.advanced_event_selectors) {
    return Refuse("You can use either EventSelectors or AdvancedEventSelectors, but not both.");
  }
  const size_t basic = in.event_selectors ? in.event_selectors->size() : 0;
  const size_t advanced = in.advanced_event_selectors ? in.advanced_event_selectors->size() : 0;
  if (basic + advanced == 0) return Refuse("You must specify at least one event selector.");
  if (basic > kSelectorsMax) return Refuse(fmt::format("A trail can have at most {} event selectors.", kSelectorsMax));
  for (size_t i = 0; i < basic; ++i) {
    TARN_TRY(auto selector, FromWire((*in.event_selectors)[i]));
    selectors.basic.push_back(std::move(selector));
  }
  for (size_t i = 0; i < advanced; ++i) {
    TARN_TRY(auto selector, FromWire((*in.advanced_event_selectors)[i]));
    selectors.advanced.push_back(std::move(selector));
  }
  TARN_CHECK(parts_.trails.Update(trail.home, trail.name, [&](audit::Trail& changed) -> Status {
    changed.selectors = selectors;
    return Ok();
  }));
  gen::PutEventSelectorsResponse out;
  out.trail_arn = trail.arn();
  Show(selectors, out);
  return out;
}

Result<gen::GetEventSelectorsResponse> CloudTrailService::GetEventSelectors(const protocol::Call& call,
                                                                            const gen::GetEventSelectorsRequest& in) {
  TARN_TRY(const audit::Trail trail, FindTrail(parts_.trails, call, in.trail_name));
  gen::GetEventSelectorsResponse out;
  out.trail_arn = trail.arn();
  Show(trail.selectors, out);
  return out;
}

}  // namespace tarn::api::cloudtrail

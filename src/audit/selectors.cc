#include "audit/selectors.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace tarn::audit {
namespace {

constexpr std::string_view kObjectType = "AWS::S3::Object";
constexpr std::string_view kBucketType = "AWS::S3::Bucket";
constexpr std::string_view kStreamType = "AWS::Kinesis::Stream";
constexpr std::string_view kConsumerType = "AWS::Kinesis::StreamConsumer";

bool MeetsReads(Reads reads, const Event& event) {
  return reads == Reads::kAll || (reads == Reads::kReadOnly) == event.read_only;
}

bool BasicTakes(const BasicSelector& selector, const Event& event) {
  if (!MeetsReads(selector.reads, event)) return false;
  if (event.category == Category::kManagement) {
    return selector.management &&
           std::ranges::find(selector.excluded_sources, event.source) == selector.excluded_sources.end();
  }
  const auto [type, arn] = DataSubjectOf(event);
  return std::ranges::any_of(selector.data, [&](const DataResource& resource) {
    if (resource.type != type || type != kObjectType) return false;
    // "arn:aws:s3" names all buckets, "arn:aws:s3:::b" is written "arn:aws:s3:::b/" for one.
    return std::ranges::any_of(resource.values, [&](const std::string& prefix) { return arn.starts_with(prefix); });
  });
}

std::string FieldOf(const Event& event, std::string_view field) {
  if (field == "eventCategory") return event.category == Category::kData ? "Data" : "Management";
  if (field == "readOnly") return event.read_only ? "true" : "false";
  if (field == "eventSource") return event.source;
  if (field == "eventName") return event.name;
  if (field == "eventType") return "AwsApiCall";
  if (field == "sessionCredentialFromConsole") return "false";
  if (field == "userIdentity.arn") return event.principal;
  if (field == "resources.type") return DataSubjectOf(event).type;
  if (field == "resources.ARN") return DataSubjectOf(event).arn;
  return {};
}

bool Meets(const FieldSelector& selector, const std::string& value) {
  const auto equal = [&](const std::string& other) { return value == other; };
  const auto starts = [&](const std::string& prefix) { return value.starts_with(prefix); };
  const auto ends = [&](const std::string& suffix) { return value.ends_with(suffix); };
  const bool wanted = selector.equals.empty() && selector.starts_with.empty() && selector.ends_with.empty();
  if (!wanted && !std::ranges::any_of(selector.equals, equal) && !std::ranges::any_of(selector.starts_with, starts) &&
      !std::ranges::any_of(selector.ends_with, ends)) {
    return false;
  }
  return std::ranges::none_of(selector.not_equals, equal) && std::ranges::none_of(selector.not_starts_with, starts) &&
         std::ranges::none_of(selector.not_ends_with, ends);
}

bool AdvancedTakes(const AdvancedSelector& selector, const Event& event) {
  return std::ranges::all_of(selector.fields,
                             [&](const FieldSelector& field) { return Meets(field, FieldOf(event, field.field)); });
}

}  // namespace

DataSubject DataSubjectOf(const Event& event) {
  std::string bucket;
  for (const Resource& resource : event.resources) {
    if (resource.type == kObjectType || resource.type == kConsumerType) return {resource.type, resource.name};
    if (resource.type == kBucketType) bucket = resource.name;
    if (resource.type == kStreamType) {
      const bool whole = resource.name.starts_with("arn:");
      return {resource.type,
              whole ? resource.name
                    : fmt::format("arn:aws:kinesis:{}:{}:stream/{}", event.region, event.account, resource.name)};
    }
  }
  // GetRecords names its stream by an iterator.
  if (event.source == "kinesis.amazonaws.com") return {std::string(kStreamType), {}};
  if (bucket.empty()) return {};
  return {std::string(kObjectType), (bucket.starts_with("arn:") ? bucket : "arn:aws:s3:::" + bucket) + "/"};
}

bool Selectors::Takes(const Event& event) const {
  if (!given()) return event.category == Category::kManagement;
  return std::ranges::any_of(basic, [&](const BasicSelector& one) { return BasicTakes(one, event); }) ||
         std::ranges::any_of(advanced, [&](const AdvancedSelector& one) { return AdvancedTakes(one, event); });
}

bool Selectors::TakesData() const {
  if (std::ranges::any_of(basic, [](const BasicSelector& one) { return !one.data.empty(); })) return true;
  return std::ranges::any_of(advanced, [](const AdvancedSelector& one) {
    return std::ranges::all_of(
        one.fields, [](const FieldSelector& field) { return field.field != "eventCategory" || Meets(field, "Data"); });
  });
}

}  // namespace tarn::audit

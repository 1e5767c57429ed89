#include "api/s3/events/event_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "api/s3/errors.h"
#include "base/random.h"
#include "base/strings.h"
#include "object/errors.h"

namespace tarn::api::s3 {
namespace {

constexpr size_t kRulesMax = 100;
constexpr size_t kFilterBytesMax = 1024;

constexpr std::string_view kEventNames[] = {
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Post",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:ReducedRedundancyLostObject",
    "s3:Replication:*",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationNotTracked",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationReplicatedAfterThreshold",
    "s3:LifecycleTransition",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:IntelligentTiering",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Put",
    "s3:ObjectTagging:Delete",
    "s3:ObjectAcl:Put",
    "s3:ObjectAnnotation:*",
    "s3:ObjectAnnotation:Put",
    "s3:ObjectAnnotation:Delete",
};

Error Invalid(std::string message) { return Fail(object::kInvalidArgument, std::move(message)); }

// "arn:aws:sqs:us-east-1:123456789012:orders" of that service, in the bucket's region.
Status CheckArn(const std::string& arn, std::string_view service, std::string_view region) {
  const auto parts = Split(arn, ':');
  if (parts.size() < 6 || parts[0] != "arn" || !parts[1].starts_with("aws") || parts[2] != service ||
      parts[4].empty() || parts[5].empty()) {
    return Invalid("The ARN is not well formed");
  }
  if (parts[3] != region) {
    return Invalid("The notification destination service region is not valid for the bucket location constraint");
  }
  return Ok();
}

Status ReadFilter(const std::optional<gen::NotificationConfigurationFilter>& filter, EventRule& rule) {
  if (!filter || !filter->key || !filter->key->filter_rules) return Ok();
  std::set<std::string> seen;
  for (const gen::FilterRule& part : *filter->key->filter_rules) {
    if (!part.name || !part.value) return Fail(kMalformedXml, "a filter rule has a name and a value");
    const std::string name = AsciiLower(*part.name);
    const std::string& value = *part.value;
    if (name != "prefix" && name != "suffix") return Invalid("filter rule name must be either prefix or suffix");
    if (!seen.insert(name).second) return Invalid("Cannot specify more than one " + name + " rule in a filter.");
    if (value.size() > kFilterBytesMax) {
      return Invalid("Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation");
    }
    (name == "prefix" ? rule.prefix : rule.suffix) = value;
  }
  return Ok();
}

template <typename Configuration>
Status ReadRule(Configuration& from, const std::optional<std::string>& arn, std::string_view service,
                std::string_view region, std::vector<EventRule>& rules) {
  if (!from.id || from.id->empty()) from.id = RandomUuid();
  EventRule rule{.id = *from.id, .destination = arn.value_or("")};
  TARN_CHECK(CheckArn(rule.destination, service, region));
  if (!from.events || from.events->empty()) return Invalid("A notification configuration needs at least one event");
  for (const std::string& event : *from.events) {
    if (std::ranges::find(kEventNames, event) == std::end(kEventNames)) {
      return Invalid(fmt::format("The event '{}' is not supported for notifications", event));
    }
  }
  rule.events = *from.events;
  TARN_CHECK(ReadFilter(from.filter, rule));
  rules.push_back(std::move(rule));
  return Ok();
}

// Whether some event has both names.
bool Overlap(std::string_view a, std::string_view b) {
  if (a == b) return true;
  if (a.ends_with('*') && b.starts_with(a.substr(0, a.size() - 1))) return true;
  return b.ends_with('*') && a.starts_with(b.substr(0, b.size() - 1));
}

bool Overlap(const EventRule& a, const EventRule& b) {
  const bool prefixes = a.prefix.starts_with(b.prefix) || b.prefix.starts_with(a.prefix);
  const bool suffixes = a.suffix.ends_with(b.suffix) || b.suffix.ends_with(a.suffix);
  if (!prefixes || !suffixes) return false;
  return std::ranges::any_of(a.events, [&](const std::string& one) {
    return std::ranges::any_of(b.events, [&](const std::string& other) { return Overlap(one, other); });
  });
}

}  // namespace

Result<std::vector<EventRule>> ReadEventRules(gen::NotificationConfiguration& configuration, std::string_view region) {
  std::vector<EventRule> rules;
  if (configuration.topic_configurations) {
    for (auto& topic : *configuration.topic_configurations) {
      TARN_CHECK(ReadRule(topic, topic.topic_arn, "sns", region, rules));
    }
  }
  if (configuration.queue_configurations) {
    for (auto& queue : *configuration.queue_configurations) {
      TARN_CHECK(ReadRule(queue, queue.queue_arn, "sqs", region, rules));
    }
  }
  if (configuration.lambda_function_configurations) {
    for (auto& function : *configuration.lambda_function_configurations) {
      TARN_CHECK(ReadRule(function, function.lambda_function_arn, "lambda", region, rules));
    }
  }
  if (rules.size() > kRulesMax) return Invalid("A bucket has at most 100 notification configurations");
  std::set<std::string> ids;
  for (const EventRule& rule : rules) {
    if (!ids.insert(rule.id).second) return Invalid("Same ID used for multiple configurations. IDs must be unique");
  }
  for (size_t i = 0; i < rules.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (!Overlap(rules[i], rules[j])) continue;
      return Invalid(
          "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are "
          "overlapping for the same event type.");
    }
  }
  return rules;
}

bool Meets(const EventRule& rule, std::string_view event, std::string_view key) {
  if (!key.starts_with(rule.prefix) || !key.ends_with(rule.suffix)) return false;
  const std::string named = "s3:" + std::string(event);
  return std::ranges::any_of(rule.events, [&](std::string_view wanted) {
    return wanted == named || (wanted.ends_with('*') && named.starts_with(wanted.substr(0, wanted.size() - 1)));
  });
}

}  // namespace tarn::api::s3

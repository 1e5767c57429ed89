#include "api/s3/lifecycle/lifecycle_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "api/s3/errors.h"
#include "api/s3/rules/request_rules.h"
#include "base/random.h"
#include "object/errors.h"
#include "object/storage_class.h"

namespace tarn::api::s3 {
namespace {

constexpr size_t kRulesMax = 1'000;
constexpr size_t kIdMax = 255;
constexpr size_t kPrefixMax = 1'024;
constexpr std::string_view kTransitionClasses[] = {"STANDARD_IA", "ONEZONE_IA",   "INTELLIGENT_TIERING",
                                                   "GLACIER",     "DEEP_ARCHIVE", "GLACIER_IR"};

Error Malformed() { return Fail(kMalformedXml, "the lifecycle configuration breaks the schema"); }
template <typename... Args>
Error Invalid(fmt::format_string<Args...> format, Args&&... args) {
  return Fail(object::kInvalidArgument, fmt::format(format, std::forward<Args>(args)...));
}

Status CheckPositive(const std::optional<int32_t>& days, std::string_view what) {
  if (days && *days <= 0) return Invalid("{} must be a positive integer", what);
  return Ok();
}

Status CheckMidnight(const protocol::Call& call, const std::optional<Timestamp>& date) {
  if (!date || date->micros % kMicrosPerDay == 0) return Ok();
  return BadArgument(call, "Date", FormatIso8601(*date, /*fraction_digits=*/3), "'Date' must be at midnight GMT");
}

Status CheckStorageClassName(const std::optional<std::string>& name) {
  if (!name ||
      std::find(std::begin(kTransitionClasses), std::end(kTransitionClasses), *name) == std::end(kTransitionClasses)) {
    return Malformed();
  }
  return Ok();
}

bool NeedsThirtyDays(const std::string& storage_class) {
  return storage_class == "STANDARD_IA" || storage_class == "ONEZONE_IA";
}

// As AWS's messages name a filter: "(prefix=logs/ and objectsizelessthan=10)", "()" when it is empty.
std::string FilterText(const gen::LifecycleRule& rule) {
  std::vector<std::string> parts;
  const auto add_prefix = [&](const std::optional<std::string>& prefix) {
    if (prefix) parts.push_back("prefix=" + *prefix);
  };
  const auto add_tag = [&](const gen::Tag& tag) {
    parts.push_back(fmt::format("tag=Tag(key={}, value={})", tag.key.value_or(""), tag.value.value_or("")));
  };
  const auto add_sizes = [&](const auto& filter) {
    if (filter.object_size_greater_than) {
      parts.push_back(fmt::format("objectsizegreaterthan={}", *filter.object_size_greater_than));
    }
    if (filter.object_size_less_than) {
      parts.push_back(fmt::format("objectsizelessthan={}", *filter.object_size_less_than));
    }
  };
  add_prefix(rule.prefix);
  if (rule.filter) {
    add_prefix(rule.filter->prefix);
    if (rule.filter->tag) add_tag(*rule.filter->tag);
    add_sizes(*rule.filter);
    if (const auto& both = rule.filter->and_) {
      add_prefix(both->prefix);
      if (both->tags) std::ranges::for_each(*both->tags, add_tag);
      add_sizes(*both);
    }
  }
  return fmt::format("({})", fmt::join(parts, " and "));
}

// One transition, of either kind.
struct Step {
  std::string storage_class;
  std::string_view unit;  // "Days", "Date", "NoncurrentDays"
  int64_t day = 0;        // since the begin of what its unit counts
};

// How long AWS keeps versions in a class before they may move on.
int64_t DaysIn(std::string_view storage_class) {
  if (storage_class == "STANDARD_IA" || storage_class == "ONEZONE_IA") return 30;
  return storage_class == "GLACIER" || storage_class == "GLACIER_IR" ? 90 : 0;
}

// The steps of one rule: one a class, of one unit, each far enough behind the one to the class above.
Status CheckSteps(const gen::LifecycleRule& rule, std::string_view action, std::vector<Step> steps) {
  const std::string filter = FilterText(rule);
  std::set<std::string> classes;
  for (const Step& step : steps) {
    if (!classes.insert(step.storage_class).second) {
      return Fail(object::kInvalidRequest,
                  fmt::format("'StorageClass' must be different for '{}' actions in same 'Rule' with filter '{}'",
                              action, filter));
    }
    if (step.unit != steps[0].unit) {
      return Fail(
          object::kInvalidRequest,
          fmt::format("Found mixed 'Date' and 'Days' based Transition actions in lifecycle rule for filter '{}'",
                      filter));
    }
  }
  std::ranges::sort(steps, {}, [](const Step& step) { return object::TransitionRank(step.storage_class); });
  for (size_t i = 1; i < steps.size(); ++i) {
    const int64_t least = DaysIn(steps[i - 1].storage_class);
    if (steps[i].day - steps[i - 1].day >= std::max<int64_t>(least, 1)) continue;
    const std::string distance = least > 0 ? fmt::format("{} days more than", least) : "greater than";
    return Invalid(
        "'{}' in the '{}' action for StorageClass '{}' for filter '{}' must be {} 'filter '{}'' in the '{}' action "
        "for StorageClass '{}'",
        steps[i].unit, action, steps[i].storage_class, filter, distance, filter, action, steps[i - 1].storage_class);
  }
  return Ok();
}

bool FiltersByTag(const gen::LifecycleRule& rule) {
  return rule.filter && (rule.filter->tag || (rule.filter->and_ && rule.filter->and_->tags));
}

bool FiltersBySize(const gen::LifecycleRule& rule) {
  const auto sized = [](const auto& filter) {
    return filter.object_size_greater_than.has_value() || filter.object_size_less_than.has_value();
  };
  return rule.filter && (sized(*rule.filter) || (rule.filter->and_ && sized(*rule.filter->and_)));
}

// Rules with a prefix of their own, as before there were filters, know no newer features.
Status CheckFirstForm(const gen::LifecycleRule& rule) {
  bool newer = rule.noncurrent_version_expiration && rule.noncurrent_version_expiration->newer_noncurrent_versions;
  if (rule.noncurrent_version_transitions) {
    for (const auto& move : *rule.noncurrent_version_transitions) newer |= move.newer_noncurrent_versions.has_value();
  }
  if (!newer) return Ok();
  return Fail(object::kInvalidRequest, "NewerNoncurrentVersions element can only be used in Lifecycle V2.");
}

// A filter names one condition, or joins several by And.
Status CheckFilter(const gen::LifecycleRule& rule) {
  if (rule.prefix.has_value() == rule.filter.has_value()) return Malformed();
  if (!rule.filter) return CheckFirstForm(rule);
  const gen::LifecycleRuleFilter& filter = *rule.filter;
  const int conditions = filter.prefix.has_value() + filter.tag.has_value() +
                         filter.object_size_greater_than.has_value() + filter.object_size_less_than.has_value() +
                         filter.and_.has_value();
  if (conditions > 1) return Malformed();
  if (filter.tag && (!filter.tag->key || !filter.tag->value)) return Malformed();
  if (filter.and_) {
    const gen::LifecycleRuleAndOperator& both = *filter.and_;
    const size_t joined = both.prefix.has_value() + both.object_size_greater_than.has_value() +
                          both.object_size_less_than.has_value() + (both.tags ? both.tags->size() : 0);
    if (joined < 2) return Malformed();
    if (both.object_size_greater_than && both.object_size_less_than &&
        *both.object_size_greater_than >= *both.object_size_less_than) {
      return Fail(object::kInvalidRequest,
                  "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.");
    }
    std::set<std::string> keys;
    for (const gen::Tag& tag : both.tags.value_or(std::vector<gen::Tag>())) {
      if (!keys.insert(tag.key.value_or("")).second) {
        return Fail(object::kInvalidRequest, "Duplicate Tag Keys are not allowed.");
      }
    }
  }
  return Ok();
}

Status CheckExpiration(const protocol::Call& call, const gen::LifecycleRule& rule) {
  if (!rule.expiration) return Ok();
  const gen::LifecycleExpiration& expiration = *rule.expiration;
  if (expiration.days.has_value() + expiration.date.has_value() + expiration.expired_object_delete_marker.has_value() !=
      1) {
    return Malformed();
  }
  if (expiration.expired_object_delete_marker && FiltersByTag(rule)) {
    return Fail(object::kInvalidRequest, "ExpiredObjectDeleteMarker cannot be specified with Tags.");
  }
  TARN_CHECK(CheckMidnight(call, expiration.date));
  return CheckPositive(expiration.days, "'Days' for Expiration action");
}

Status CheckTransitions(const protocol::Call& call, const gen::LifecycleRule& rule) {
  std::vector<Step> steps;
  for (const gen::Transition& transition : rule.transitions.value_or(std::vector<gen::Transition>())) {
    if (transition.days.has_value() == transition.date.has_value()) return Malformed();
    TARN_CHECK(CheckStorageClassName(transition.storage_class));
    TARN_CHECK(CheckMidnight(call, transition.date));
    const std::string& name = *transition.storage_class;
    steps.push_back({.storage_class = name,
                     .unit = transition.days ? "Days" : "Date",
                     .day = transition.days ? *transition.days : transition.date->micros / kMicrosPerDay});
    if (transition.days && *transition.days < 0) return Invalid("'Days' in Transition action must be nonnegative");
    if (transition.days && NeedsThirtyDays(name) && *transition.days < 30) {
      return Invalid("'Days' in Transition action must be greater than or equal to 30 for storageClass '{}'", name);
    }
    if (!rule.expiration) continue;
    if ((rule.expiration->days && transition.date) || (rule.expiration->date && transition.days)) {
      return Fail(object::kInvalidRequest,
                  fmt::format("Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule "
                              "for filter '{}'",
                              FilterText(rule)));
    }
    if (rule.expiration->days && transition.days && *rule.expiration->days <= *transition.days) {
      return Invalid(
          "'Days' in the Expiration action for filter '{}' must be greater than 'Days' in the Transition "
          "action",
          FilterText(rule));
    }
    if (rule.expiration->date && transition.date && *rule.expiration->date <= *transition.date) {
      return Invalid(
          "'Date' in the Expiration action for filter '{}' must be later than 'Date' in the Transition "
          "action",
          FilterText(rule));
    }
  }
  return CheckSteps(rule, "Transition", std::move(steps));
}

Status CheckNewerVersions(const std::optional<int32_t>& count) {
  if (count && (*count < 1 || *count > 100)) {
    return Invalid("'NewerNoncurrentVersions' must be between 1 and 100");
  }
  return Ok();
}

Status CheckNoncurrent(const gen::LifecycleRule& rule) {
  std::vector<Step> steps;
  for (const auto& transition :
       rule.noncurrent_version_transitions.value_or(std::vector<gen::NoncurrentVersionTransition>())) {
    if (!transition.noncurrent_days) return Malformed();
    TARN_CHECK(CheckStorageClassName(transition.storage_class));
    TARN_CHECK(CheckNewerVersions(transition.newer_noncurrent_versions));
    if (*transition.noncurrent_days < 0) return Invalid("'NoncurrentDays' must be nonnegative");
    if (NeedsThirtyDays(*transition.storage_class) && *transition.noncurrent_days < 30) {
      return Invalid(
          "'NoncurrentDays' in NoncurrentVersionTransition action must be greater than or equal to 30 for "
          "storageClass '{}'",
          *transition.storage_class);
    }
    steps.push_back(
        {.storage_class = *transition.storage_class, .unit = "NoncurrentDays", .day = *transition.noncurrent_days});
    const auto& expiration = rule.noncurrent_version_expiration;
    if (expiration && expiration->noncurrent_days && *expiration->noncurrent_days <= *transition.noncurrent_days) {
      return Invalid(
          "'NoncurrentDays' in the NoncurrentVersionExpiration action for filter '{}' must be greater than "
          "'NoncurrentDays' in the NoncurrentVersionTransition action",
          FilterText(rule));
    }
  }
  TARN_CHECK(CheckSteps(rule, "NoncurrentVersionTransition", std::move(steps)));
  if (!rule.noncurrent_version_expiration) return Ok();
  if (!rule.noncurrent_version_expiration->noncurrent_days) return Malformed();
  TARN_CHECK(CheckNewerVersions(rule.noncurrent_version_expiration->newer_noncurrent_versions));
  return CheckPositive(rule.noncurrent_version_expiration->noncurrent_days,
                       "'NoncurrentDays' for NoncurrentVersionExpiration action");
}

Status CheckAbort(const gen::LifecycleRule& rule) {
  if (!rule.abort_incomplete_multipart_upload) return Ok();
  if (FiltersByTag(rule)) {
    return Fail(object::kInvalidRequest, "AbortIncompleteMultipartUpload cannot be specified with Tags.");
  }
  if (FiltersBySize(rule)) {
    return Fail(object::kInvalidRequest, "AbortIncompleteMultipartUpload cannot be specified with Object Size.");
  }
  if (!rule.abort_incomplete_multipart_upload->days_after_initiation) return Malformed();
  return CheckPositive(rule.abort_incomplete_multipart_upload->days_after_initiation,
                       "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action");
}

Status CheckPrefix(const std::optional<std::string>& prefix) {
  if (!prefix || prefix->size() <= kPrefixMax) return Ok();
  return Fail(object::kInvalidRequest, "The maximum size of a prefix is 1024.");
}

Status CheckRule(const protocol::Call& call, const gen::LifecycleRule& rule) {
  if (!rule.status || (*rule.status != "Enabled" && *rule.status != "Disabled")) return Malformed();
  TARN_CHECK(CheckFilter(rule));
  TARN_CHECK(CheckPrefix(rule.prefix));
  if (rule.filter) {
    TARN_CHECK(CheckPrefix(rule.filter->prefix));
    if (rule.filter->and_) TARN_CHECK(CheckPrefix(rule.filter->and_->prefix));
  }
  const bool acts = rule.expiration || (rule.transitions && !rule.transitions->empty()) ||
                    (rule.noncurrent_version_transitions && !rule.noncurrent_version_transitions->empty()) ||
                    rule.noncurrent_version_expiration || rule.abort_incomplete_multipart_upload;
  if (!acts) return Fail(object::kInvalidRequest, "At least one action needs to be specified in a rule");
  TARN_CHECK(CheckExpiration(call, rule));
  TARN_CHECK(CheckTransitions(call, rule));
  TARN_CHECK(CheckNoncurrent(rule));
  return CheckAbort(rule);
}

}  // namespace

Status CheckLifecycle(const protocol::Call& call, std::vector<gen::LifecycleRule>& rules) {
  if (rules.empty() || rules.size() > kRulesMax) return Malformed();
  std::set<std::string> ids;
  for (gen::LifecycleRule& rule : rules) {
    TARN_CHECK(CheckRule(call, rule));
    if (!rule.id || rule.id->empty()) rule.id = RandomText(48, kAlphanumeric);
    if (rule.id->size() > kIdMax) return Invalid("ID length should not exceed allowed limit of 255");
    if (!ids.insert(*rule.id).second) {
      return Invalid("Rule ID must be unique. Found same ID for more than one rule");
    }
  }
  return Ok();
}

}  // namespace tarn::api::s3

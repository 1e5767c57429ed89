#include "api/s3/lifecycle/kept_rules.h"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "api/protocol/codec.h"
#include "api/protocol/shape.h"
#include "api/s3/directory/settings.h"
#include "api/s3/gen/tables.h"
#include "base/strings.h"
#include "object/directory/names.h"

namespace tarn::api::s3 {
namespace {

constexpr size_t kCachedMax = 1'000;

std::optional<uint32_t> Days(const std::optional<int32_t>& days) {
  return days ? std::optional(static_cast<uint32_t>(*days)) : std::nullopt;
}

std::optional<uint64_t> Bytes(const std::optional<int64_t>& bytes) {
  return bytes ? std::optional(static_cast<uint64_t>(*bytes)) : std::nullopt;
}

void AddTag(object::LifecycleFilter& filter, const gen::Tag& tag) {
  filter.tags.emplace_back(tag.key.value_or(""), tag.value.value_or(""));
}

object::LifecycleFilter FilterOf(const gen::LifecycleRule& in) {
  object::LifecycleFilter filter{.prefix = in.prefix.value_or("")};
  if (!in.filter) return filter;
  if (in.filter->prefix) filter.prefix = *in.filter->prefix;
  if (in.filter->tag) AddTag(filter, *in.filter->tag);
  filter.size_above = Bytes(in.filter->object_size_greater_than);
  filter.size_below = Bytes(in.filter->object_size_less_than);
  if (const auto& both = in.filter->and_) {
    if (both->prefix) filter.prefix = *both->prefix;
    if (both->tags) {
      for (const gen::Tag& tag : *both->tags) AddTag(filter, tag);
    }
    filter.size_above = Bytes(both->object_size_greater_than);
    filter.size_below = Bytes(both->object_size_less_than);
  }
  return filter;
}

object::LifecycleRule RuleOf(const gen::LifecycleRule& in) {
  object::LifecycleRule rule{.id = in.id.value_or(""), .filter = FilterOf(in)};
  if (in.expiration) {
    if (in.expiration->days || in.expiration->date) {
      rule.expire = object::LifecycleTime{.days = Days(in.expiration->days), .date = in.expiration->date};
    }
    rule.remove_lone_markers = in.expiration->expired_object_delete_marker.value_or(false);
  }
  if (in.transitions) {
    for (const gen::Transition& move : *in.transitions) {
      rule.moves.push_back(
          {.when = {.days = Days(move.days), .date = move.date}, .storage_class = move.storage_class.value_or("")});
    }
  }
  if (in.noncurrent_version_expiration) {
    rule.noncurrent_days = Days(in.noncurrent_version_expiration->noncurrent_days);
    rule.noncurrent_keep = Days(in.noncurrent_version_expiration->newer_noncurrent_versions).value_or(0);
  }
  if (in.noncurrent_version_transitions) {
    for (const gen::NoncurrentVersionTransition& move : *in.noncurrent_version_transitions) {
      rule.noncurrent_moves.push_back({.when = {.days = Days(move.noncurrent_days), .date = {}},
                                       .storage_class = move.storage_class.value_or(""),
                                       .keep_newer = Days(move.newer_noncurrent_versions).value_or(0)});
    }
  }
  if (in.abort_incomplete_multipart_upload) {
    rule.abort_days = Days(in.abort_incomplete_multipart_upload->days_after_initiation);
  }
  return rule;
}

}  // namespace

Result<std::optional<gen::GetBucketLifecycleConfigurationOutput>> LoadLifecycle(object::Store& store,
                                                                                const object::Bucket& bucket) {
  std::optional<gen::GetBucketLifecycleConfigurationOutput> found;
  const auto kept = store.GetDocument(bucket, kLifecycleDocument);
  if (kept.Is(object::kNoSuchConfiguration)) return found;
  if (!kept.ok()) return kept.error();
  TARN_CHECK(protocol::FromCanonicalJson(gen::kT_GetBucketLifecycleConfigurationOutput, *kept, &found.emplace()));
  return found;
}

Status KeepLifecycle(object::Store& store, const object::Bucket& bucket,
                     const gen::GetBucketLifecycleConfigurationOutput& configuration) {
  return store.SetDocument(bucket.name, kLifecycleDocument,
                           protocol::CanonicalJson(gen::kT_GetBucketLifecycleConfigurationOutput, &configuration));
}

Result<object::LifecycleRules> LifecycleRulesOf(object::Store& store, const object::Bucket& bucket) {
  TARN_TRY(const auto kept, LoadLifecycle(store, bucket));
  object::LifecycleRules rules;
  if (!kept || !kept->rules) return rules;
  if (object::IsDirectoryBucket(bucket.name)) {
    TARN_TRY(const bool acts, LetsLifecycle(store, bucket));
    if (!acts) return rules;
  }
  rules.small_to_archives = kept->transition_default_minimum_object_size == kMinimumByClass;
  for (const gen::LifecycleRule& rule : *kept->rules) {
    if (rule.status == "Enabled") rules.rules.push_back(RuleOf(rule));
  }
  return rules;
}

Result<std::shared_ptr<const object::LifecycleRules>> LifecycleCache::Get(object::Store& store,
                                                                          const object::Bucket& bucket) {
  if (!bucket.Has(kLifecycleDocument)) return std::shared_ptr<const object::LifecycleRules>();
  {
    std::lock_guard lock(mutex_);
    const auto found = entries_.find(bucket.id);
    if (found != entries_.end() && found->second.revision == bucket.revision) return found->second.rules;
  }
  TARN_TRY(object::LifecycleRules rules, LifecycleRulesOf(store, bucket));
  auto shared = std::make_shared<const object::LifecycleRules>(std::move(rules));
  std::lock_guard lock(mutex_);
  if (entries_.size() >= kCachedMax) entries_.clear();
  entries_[bucket.id] = {.revision = bucket.revision, .rules = shared};
  return std::shared_ptr<const object::LifecycleRules>(shared);
}

std::optional<std::string> ExpirationHeader(const object::LifecycleRules& rules, const object::Version& version,
                                            const object::StorageTimes& times) {
  const auto expiry = ExpiryOf(rules,
                               {.key = version.key,
                                .size = version.size,
                                .storage_class = object::ClassName(version.attributes.storage_class),
                                .modified = version.modified,
                                .tags = &version.tags},
                               times);
  if (!expiry) return std::nullopt;
  return fmt::format(R"(expiry-date="{}", rule-id="{}")", FormatHttpDate(expiry->at), PercentEncode(expiry->rule));
}

}  // namespace tarn::api::s3

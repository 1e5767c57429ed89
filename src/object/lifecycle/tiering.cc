#include "object/lifecycle/tiering.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "object/storage_class.h"

namespace tarn::object {
namespace {

constexpr uint32_t kInfrequentDays = 30;
constexpr uint32_t kArchiveInstantDays = 90;
constexpr size_t kBucketsPerPage = 100;
constexpr size_t kPage = 1'000;
constexpr size_t kNotesPerTxn = 500;

bool Matches(const LifecycleFilter& filter, const Version& version) {
  return version.key.starts_with(filter.prefix) && std::ranges::all_of(filter.tags, [&](const auto& tag) {
           return std::ranges::find(version.tags, tag) != version.tags.end();
         });
}

bool IsOvertaken(const Status& outcome) {
  return outcome.Is(kPreconditionFailed) || outcome.Is(kNoSuchBucket) || outcome.Is(kGone);
}

// Damaged bytes stay where they are; the rest goes on.
Status Tolerate(const Bucket& bucket, std::string_view key, const Status& moved) {
  if (moved.ok() || IsOvertaken(moved)) return Ok();
  if (!moved.Is(kDamaged)) return moved;
  log::Fault("tiering", fmt::format("{}/{} stays in its tier: {}", bucket.name, key, moved.error().message));
  return Ok();
}

}  // namespace

AccessTier TierFor(const std::vector<ArchiveRule>& rules, const Version& version, int64_t idle_micros,
                   const StorageTimes& times) {
  const auto idle_for = [&](uint32_t days) { return idle_micros >= static_cast<int64_t>(days) * times.day_micros; };
  AccessTier tier = idle_for(kArchiveInstantDays) ? AccessTier::kArchiveInstant
                    : idle_for(kInfrequentDays)   ? AccessTier::kInfrequent
                                                  : AccessTier::kFrequent;
  for (const ArchiveRule& rule : rules) {
    if (!Matches(rule.filter, version)) continue;
    if (rule.archive_days && idle_for(*rule.archive_days)) tier = std::max(tier, AccessTier::kArchive);
    if (rule.deep_archive_days && idle_for(*rule.deep_archive_days)) tier = AccessTier::kDeepArchive;
  }
  return tier;
}

Status Tiering::FlushReads() {
  for (const auto& [name, reads] : store_.reads().Take()) {
    const auto bucket = store_.GetBucket(name);
    if (bucket.Is(kNoSuchBucket)) continue;
    if (!bucket.ok()) return bucket.error();
    std::vector<Store::Access> accesses;
    for (const NotedRead& read : reads)
      accesses.push_back({.place = {}, .key = read.key, .seq = read.seq, .at = read.at});
    for (std::span<const Store::Access> left(accesses); !left.empty();) {
      const auto batch = left.first(std::min(left.size(), kNotesPerTxn));
      TARN_CHECK(store_.NoteAccesses(*bucket, batch, times_.day_micros));
      left = left.subspan(batch.size());
    }
    for (const NotedRead& read : reads) {
      if (stopping_) return Ok();
      if (read.tier != AccessTier::kInfrequent && read.tier != AccessTier::kArchiveInstant) continue;
      const Status moved = store_.MoveToTier(*bucket, read.key, read.seq, AccessTier::kFrequent, {});
      TARN_CHECK(Tolerate(*bucket, read.key, moved));
    }
  }
  return Ok();
}

Status Tiering::Judge(const Bucket& bucket, const std::vector<ArchiveRule>& rules, const Store::Access& access,
                      uint64_t& moved) {
  const int64_t idle = clock_.Now().micros - access.at.micros;
  if (idle < static_cast<int64_t>(kInfrequentDays) * times_.day_micros) return Ok();
  const auto version = store_.FindTiered(bucket, access.key, access.seq);
  if (version.Is(kPreconditionFailed)) return Ok();
  if (!version.ok()) return version.error();
  const AccessTier tier = TierFor(rules, *version, idle, times_);
  if (tier <= version->attributes.tier) return Ok();
  const Status outcome = store_.MoveToTier(bucket, access.key, access.seq, tier, access.at);
  if (outcome.ok()) ++moved;
  return Tolerate(bucket, access.key, outcome);
}

Status Tiering::RunBucket(const Bucket& bucket, uint64_t& moved) {
  std::optional<std::vector<ArchiveRule>> rules;
  std::string after;
  while (true) {
    TARN_TRY(const auto page, store_.ListAccesses(bucket, after, kPage));
    if (page.empty()) return Ok();
    if (!rules) {
      TARN_TRY(rules, rules_(bucket));
    }
    for (const Store::Access& access : page) {
      if (stopping_) return Ok();
      TARN_CHECK(Judge(bucket, *rules, access, moved));
    }
    if (page.size() < kPage) return Ok();
    after = page.back().place;
  }
}

Result<uint64_t> Tiering::RunOnce() {
  TARN_CHECK(FlushReads());
  uint64_t moved = 0;
  std::string after;
  while (true) {
    TARN_TRY(const auto buckets, store_.ListAllBuckets(after, kBucketsPerPage));
    for (const Bucket& bucket : buckets) {
      if (stopping_) return moved;
      const Status outcome = RunBucket(bucket, moved);
      if (!outcome.ok() && !IsOvertaken(outcome)) return outcome.error();
      after = bucket.name;
    }
    if (buckets.size() < kBucketsPerPage) break;
  }
  if (moved > 0) metrics::GetCounter("tarn_lifecycle_actions_total", "action=\"tier\"").Add(moved);
  return moved;
}

}  // namespace tarn::object

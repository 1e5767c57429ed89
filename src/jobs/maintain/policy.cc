#include "jobs/maintain/policy.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "base/strings.h"

namespace tarn::jobs::maintain {
namespace {

constexpr int64_t kOpenBytes = int64_t{4} << 20;
constexpr int64_t kScansExpected = 8;
constexpr int64_t kMsPerHour = 3'600'000;
constexpr int64_t kMegabyte = 1 << 20;

const std::string* Find(const iceberg::TableMetadata& table, std::string_view key) {
  const auto found = table.properties.find(key);
  return found == table.properties.end() ? nullptr : &found->second;
}

void SetFlag(const iceberg::TableMetadata& table, std::string_view key, bool& flag) {
  const std::string* text = Find(table, key);
  if (text == nullptr) return;
  if (EqualsIgnoreCase(*text, "true")) flag = true;
  if (EqualsIgnoreCase(*text, "false")) flag = false;
}

std::optional<int64_t> Total(const iceberg::Snapshot& snapshot, std::string_view key) {
  const auto found = snapshot.summary.find(key);
  return found == snapshot.summary.end() ? std::nullopt : ParseI64(found->second);
}

void Take(const catalog::TableSettings& settings, std::string_view& strategy, Policy& policy) {
  policy.compaction = settings.compaction_enabled.value_or(true);
  policy.expiry = settings.expiry_enabled.value_or(true);
  if (settings.target_megabytes) policy.limits.target_bytes = *settings.target_megabytes * kMegabyte;
  if (settings.strategy) strategy = *settings.strategy;
  if (settings.min_snapshots) policy.retention.min_snapshots_to_keep = *settings.min_snapshots;
  if (settings.max_snapshot_hours) policy.retention.max_snapshot_age_ms = *settings.max_snapshot_hours * kMsPerHour;
}

void TakeZone(const iceberg::TableMetadata& table, uint32_t days, Policy& policy) {
  const int64_t kept_ms = int64_t{24} * kMsPerHour * days;
  policy.retention.max_snapshot_age_ms = kept_ms;
  if (iceberg::Retention::Of(table.properties, policy.retention).max_snapshot_age_ms > kept_ms) {
    policy.history_max_ms = kept_ms;
  }
}

}  // namespace

Policy PolicyOf(const iceberg::TableMetadata& table, const catalog::TableSettings* settings,
                const catalog::FileRemovalSettings* removal, std::optional<uint32_t> zone_days) {
  Policy policy;
  policy.limits.deletes_min = 5;
  std::string_view strategy = "auto";
  if (settings != nullptr) Take(*settings, strategy, policy);
  if (removal != nullptr) {
    policy.orphans = removal->enabled.value_or(true);
    if (removal->unreferenced_days) policy.orphan_age_micros = *removal->unreferenced_days * kMicrosPerDay;
  }
  if (zone_days) TakeZone(table, *zone_days, policy);
  SetFlag(table, "tarn.upkeep.compaction.enabled", policy.compaction);
  SetFlag(table, "tarn.upkeep.manifests.enabled", policy.manifests);
  SetFlag(table, "tarn.upkeep.expiry.enabled", policy.expiry);
  SetFlag(table, "tarn.upkeep.orphans.enabled", policy.orphans);
  if (const std::string* days = Find(table, "tarn.upkeep.orphans.days")) {
    if (const auto number = ParseI64(*days); number && *number >= 1) {
      policy.orphan_age_micros = std::min<int64_t>(*number, 100'000) * kMicrosPerDay;
    }
  }
  if (const std::string* text = Find(table, "tarn.upkeep.compaction.strategy")) strategy = *text;
  const bool sorted = !table.sort_order().is_unsorted();
  if (sorted && (strategy == "sort" || strategy == "auto")) policy.strategy = tables::CompactStrategy::kSort;
  if (sorted && strategy == "z-order") policy.strategy = tables::CompactStrategy::kZOrder;
  bool all = true;
  SetFlag(table, "tarn.upkeep.enabled", all);
  if (!all) policy.compaction = policy.manifests = policy.expiry = policy.orphans = false;
  if (!iceberg::CheckMayCollect(table).ok()) policy.expiry = policy.orphans = false;
  return policy;
}

bool MayPay(const iceberg::TableMetadata& table, const iceberg::CompactLimits& limits) {
  const iceberg::SnapshotPtr head = table.current_snapshot();
  if (head == nullptr) return false;
  const auto files = Total(*head, "total-data-files");
  if (!files) return true;
  if (Total(*head, "total-delete-files").value_or(1) > 0 || table.specs.size() > 1) return *files > 0;
  return *files >= static_cast<int64_t>(std::max<size_t>(2, limits.files_min));
}

void KeepWhatPays(iceberg::CompactPlan& plan) {
  std::erase_if(plan.groups, [](const iceberg::CompactGroup& group) {
    const int64_t saved = static_cast<int64_t>(group.files.size()) - group.files_expected + group.deletes;
    return (saved * kOpenBytes + group.deleted_bytes) * kScansExpected < group.bytes;
  });
}

}  // namespace tarn::jobs::maintain

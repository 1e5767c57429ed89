#include "iceberg/upkeep/expire.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "iceberg/errors.h"

namespace tarn::iceberg {
namespace {

constexpr int64_t kMillisPerSecond = 1000;

std::optional<int64_t> NumberOf(const Properties& properties, std::string_view key, int64_t min) {
  const auto found = properties.find(key);
  const auto number = found == properties.end() ? std::nullopt : ParseI64(found->second);
  return number && *number >= min ? number : std::nullopt;
}

// Ages may be the highest number.
int64_t Before(int64_t now_ms, int64_t age_ms) { return std::max<int64_t>(now_ms, 0) - age_ms; }

// Visits the snapshot and its ancestors, as far as they are there, until `visit` says stop.
template <typename Visit>
void Walk(const TableMetadata& table, int64_t id, const Visit& visit) {
  std::set<int64_t> seen;
  for (SnapshotPtr at = table.FindSnapshot(id); at != nullptr && seen.insert(at->snapshot_id).second;) {
    if (!visit(*at) || !at->parent_id) return;
    at = table.FindSnapshot(*at->parent_id);
  }
}

}  // namespace

Retention Retention::Of(const Properties& properties, const Retention& defaults) {
  Retention out = defaults;
  if (const auto age = NumberOf(properties, "history.expire.max-snapshot-age-ms", 0)) {
    out.max_snapshot_age_ms = *age;
  } else if (const auto seconds = NumberOf(properties, "vacuum_max_snapshot_age_seconds", 0)) {
    out.max_snapshot_age_ms =
        std::min(*seconds, std::numeric_limits<int64_t>::max() / kMillisPerSecond) * kMillisPerSecond;
  }
  std::optional<int64_t> count = NumberOf(properties, "history.expire.min-snapshots-to-keep", 1);
  if (!count) count = NumberOf(properties, "vacuum_min_snapshots_to_keep", 1);
  if (count) out.min_snapshots_to_keep = static_cast<int32_t>(std::min<int64_t>(*count, INT32_MAX));
  if (const auto age = NumberOf(properties, "history.expire.max-ref-age-ms", 1)) out.max_ref_age_ms = *age;
  return out;
}

std::vector<Update> Expiry::Updates() const {
  std::vector<Update> updates;
  for (const std::string& ref : refs) updates.emplace_back(RemoveSnapshotRef{ref});
  if (!snapshots.empty()) updates.emplace_back(RemoveSnapshots{snapshots});
  return updates;
}

Status CheckMayCollect(const TableMetadata& table) {
  const auto enabled = table.properties.find("gc.enabled");
  if (enabled != table.properties.end() && EqualsIgnoreCase(enabled->second, "false")) {
    return Fail(kInvalid, "Cannot expire snapshots: GC is disabled (deleting files may corrupt other tables)");
  }
  return Ok();
}

Result<Expiry> SelectExpired(const TableMetadata& table, const Retention& retention, Timestamp now) {
  TARN_CHECK(CheckMayCollect(table));
  const int64_t now_ms = now.millis();
  const int64_t older_than = Before(now_ms, retention.max_snapshot_age_ms);
  Expiry expiry;
  std::set<int64_t> kept;
  std::set<int64_t> referenced;  // by references that stay
  for (const auto& [name, ref] : table.refs) {
    const SnapshotPtr head = table.FindSnapshot(ref.snapshot_id);
    const int64_t oldest = Before(now_ms, ref.max_ref_age_ms.value_or(retention.max_ref_age_ms));
    if (name != kMainBranch && (head == nullptr || head->timestamp_ms < oldest)) {
      expiry.refs.push_back(name);
      continue;
    }
    kept.insert(ref.snapshot_id);
    referenced.insert(ref.snapshot_id);
    if (!ref.is_branch) continue;
    const int64_t limit = ref.max_snapshot_age_ms ? Before(now_ms, *ref.max_snapshot_age_ms) : older_than;
    const auto min = static_cast<size_t>(ref.min_snapshots_to_keep.value_or(retention.min_snapshots_to_keep));
    size_t of_branch = 0;
    bool keeping = true;
    Walk(table, ref.snapshot_id, [&](const Snapshot& each) {
      referenced.insert(each.snapshot_id);
      keeping = keeping && (of_branch < min || each.timestamp_ms >= limit);
      if (keeping) {
        kept.insert(each.snapshot_id);
        ++of_branch;
      }
      return true;
    });
  }
  for (const SnapshotPtr& each : table.snapshots) {
    if (kept.contains(each->snapshot_id)) continue;
    if (!referenced.contains(each->snapshot_id) && each->timestamp_ms >= older_than) continue;
    expiry.snapshots.push_back(each->snapshot_id);
  }
  std::ranges::sort(expiry.snapshots);
  return expiry;
}

}  // namespace tarn::iceberg

#include "catalog/iceberg/planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace tarn::catalog {
namespace {

// Planned files handed over under one lock.
constexpr size_t kBatch = 256;

// The ids of the appends after `after` (exclusive) up to `end`, ascending.
Result<std::vector<int64_t>> AppendsBetween(const iceberg::TableMetadata& metadata, const iceberg::Snapshot& end,
                                            int64_t after) {
  if (!metadata.FindSnapshot(after)) return Fail(kNoSuchSnapshot, fmt::format("Cannot find the snapshot: {}", after));
  std::vector<int64_t> appends;
  size_t steps = 0;  // parents of a broken document may go in circles
  for (iceberg::SnapshotPtr at = metadata.FindSnapshot(end.snapshot_id);
       at && at->snapshot_id != after && steps <= metadata.snapshots.size(); ++steps) {
    if (at->operation == "append") appends.push_back(at->snapshot_id);
    if (!at->parent_id) break;
    if (*at->parent_id == after) {
      std::sort(appends.begin(), appends.end());
      return appends;
    }
    at = metadata.FindSnapshot(*at->parent_id);
  }
  if (end.snapshot_id == after) return appends;
  return Fail(kNotAncestor, fmt::format("Starting snapshot (exclusive) {} is not a parent ancestor of end snapshot {}",
                                        after, end.snapshot_id));
}

bool Contains(const std::vector<int64_t>& ids, std::optional<int64_t> id) {
  return id && std::binary_search(ids.begin(), ids.end(), *id);
}

}  // namespace

Result<ScanState> StateAt(const iceberg::TableMetadata& metadata, const ScanPoint& point) {
  const auto current = metadata.FindSchema(metadata.current_schema_id);
  const auto with = [&](iceberg::SnapshotPtr snapshot) {
    auto schema = snapshot->schema_id ? metadata.FindSchema(*snapshot->schema_id) : nullptr;
    return ScanState{std::move(snapshot), schema ? schema : current};
  };
  if (point.snapshot_id) {
    if (auto snapshot = metadata.FindSnapshot(*point.snapshot_id)) return with(std::move(snapshot));
    return Fail(kNoSuchSnapshot, fmt::format("Cannot find snapshot with ID {}", *point.snapshot_id));
  }
  if (point.timestamp_ms) {
    if (auto snapshot = metadata.SnapshotAsOf(*point.timestamp_ms)) return with(std::move(snapshot));
    return Fail(kNoSuchSnapshot, fmt::format("Cannot find a snapshot older than {}", *point.timestamp_ms));
  }
  if (!point.ref.empty()) {
    const iceberg::SnapshotRef* ref = metadata.FindRef(point.ref);
    auto snapshot = ref != nullptr ? metadata.FindSnapshot(ref->snapshot_id) : nullptr;
    if (snapshot == nullptr && point.ref != iceberg::kMainBranch) {
      return Fail(kNoSuchSnapshot, fmt::format("Cannot find ref {}", point.ref));
    }
    if (snapshot && !ref->is_branch) return with(std::move(snapshot));
    return ScanState{std::move(snapshot), current};
  }
  return ScanState{metadata.current_snapshot(), current};
}

Result<Planner::Prepared> Planner::Prepare(const Scope& scope,
                                           const std::shared_ptr<const iceberg::TableMetadata>& metadata,
                                           const ScanRequest& request) {
  Prepared prepared;
  prepared.metadata = metadata;
  auto scan = std::make_shared<iceberg::Scan>(*metadata, *request.state.schema, request.filter, request.columns);
  prepared.scan = scan;
  if (!request.state.snapshot) return prepared;
  if (request.appended_after) {
    prepared.incremental = true;
    TARN_TRY(prepared.appended_in, AppendsBetween(*metadata, *request.state.snapshot, *request.appended_after));
    for (const int64_t id : prepared.appended_in) {
      TARN_TRY(prepared.lists.emplace_back(), manifests_.ListOf(scope, *metadata->FindSnapshot(id), request.may_open));
      for (const iceberg::ManifestFile& manifest : *prepared.lists.back()) {
        if (manifest.content == iceberg::ManifestContent::kData && manifest.snapshot_id == id &&
            scan->Wants(manifest)) {
          prepared.data.push_back(&manifest);
        }
      }
    }
    return prepared;
  }
  TARN_TRY(prepared.lists.emplace_back(), manifests_.ListOf(scope, *request.state.snapshot, request.may_open));
  std::vector<const iceberg::ManifestFile*> deletes;
  for (const iceberg::ManifestFile& manifest : *prepared.lists.back()) {
    if (!scan->Wants(manifest)) continue;
    (manifest.content == iceberg::ManifestContent::kData ? prepared.data : deletes).push_back(&manifest);
  }
  std::mutex mutex;
  TARN_CHECK(manifests_.ForEach(scope, deletes, [&](const iceberg::ManifestFile& manifest, std::string_view bytes) {
    std::lock_guard lock(mutex);
    return scan->AddDeletes(manifest, bytes);
  }));
  return prepared;
}

Status Planner::PlanPieces(const Scope& scope, const Prepared& prepared, const std::vector<Piece>& pieces,
                           const PlannedSink& sink) {
  std::vector<const iceberg::ManifestFile*> manifests;
  std::unordered_map<const iceberg::ManifestFile*, iceberg::EntryRange> ranges;
  for (const Piece& piece : pieces) {
    manifests.push_back(piece.manifest);
    ranges[piece.manifest] = piece.entries;
  }
  std::mutex mutex;
  const auto hand_over = [&](std::vector<PlannedFile>& batch) -> Status {
    std::lock_guard lock(mutex);
    for (PlannedFile& file : batch) TARN_CHECK(sink(std::move(file)));
    batch.clear();
    return Ok();
  };
  const auto& scan = prepared.scan;
  return manifests_.ForEach(
      scope, manifests, [&](const iceberg::ManifestFile& manifest, std::string_view bytes) -> Status {
        std::vector<PlannedFile> batch;
        const auto add = [&](iceberg::ScanTask&& task) -> Status {
          if (prepared.incremental && (task.entry->status != iceberg::EntryStatus::kAdded ||
                                       !Contains(prepared.appended_in, task.entry->snapshot_id))) {
            return Ok();
          }
          PlannedFile& file = batch.emplace_back(PlannedFile{*task.entry, {}, std::move(task.residual)});
          file.deletes.reserve(task.deletes.size());
          for (const iceberg::DeleteFile* each : task.deletes) file.deletes.emplace_back(scan, each);
          return batch.size() < kBatch ? Ok() : hand_over(batch);
        };
        TARN_CHECK(scan->PlanManifest(manifest, bytes, add, ranges.find(&manifest)->second));
        return hand_over(batch);
      });
}

Status Planner::Plan(const Scope& scope, const std::shared_ptr<const iceberg::TableMetadata>& metadata,
                     const ScanRequest& request, const PlannedSink& sink) {
  TARN_TRY(const Prepared prepared, Prepare(scope, metadata, request));
  std::vector<Piece> pieces;
  pieces.reserve(prepared.data.size());
  for (const iceberg::ManifestFile* manifest : prepared.data) pieces.push_back({manifest});
  return PlanPieces(scope, prepared, pieces, sink);
}

}  // namespace tarn::catalog

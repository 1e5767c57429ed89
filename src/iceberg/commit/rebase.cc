#include "iceberg/commit/rebase.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "iceberg/errors.h"
#include "iceberg/manifest/reader.h"
#include "iceberg/manifest/writer.h"

namespace tarn::iceberg {
namespace {

// Summaries by which a sink finds what it has committed.
bool CarriesOffsets(const Snapshot& snapshot) {
  static constexpr std::string_view kPrefixes[] = {"flink.", "kafka.connect.", "spark.sql.streaming.", "wap.id"};
  return std::any_of(snapshot.summary.begin(), snapshot.summary.end(), [](const auto& member) {
    return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                       [&](std::string_view prefix) { return member.first.starts_with(prefix); });
  });
}

// The one failing requirement when it is about a branch's head and all others hold.
const Requirement* FailingHead(const TableMetadata& base, const std::vector<Requirement>& requirements) {
  const Requirement* failing = nullptr;
  for (const Requirement& requirement : requirements) {
    if (CheckRequirement(requirement, &base).ok()) continue;
    if (failing != nullptr || requirement.kind != RequirementKind::kRefSnapshotId) return nullptr;
    failing = &requirement;
  }
  return failing;
}

}  // namespace

std::optional<RebasePlan> PlanRebase(const TableMetadata& base, const std::vector<Requirement>& requirements,
                                     const std::vector<Update>& updates) {
  const auto property = base.properties.find(kRebaseProperty);
  if (property != base.properties.end() && EqualsIgnoreCase(property->second, "false")) return std::nullopt;
  const Requirement* failing = FailingHead(base, requirements);
  if (failing == nullptr || updates.size() != 2) return std::nullopt;
  const auto* add = std::get_if<AddSnapshot>(&updates[0]);
  const auto* set = std::get_if<SetSnapshotRef>(&updates[1]);
  if (add == nullptr || set == nullptr || set->name != failing->text || !set->ref.is_branch) return std::nullopt;
  RebasePlan plan{failing->text, add->snapshot, nullptr, nullptr};
  const SnapshotRef* ref = base.FindRef(plan.branch);
  const Snapshot& snapshot = *plan.snapshot;
  if (ref == nullptr || !ref->is_branch || set->ref.snapshot_id != snapshot.snapshot_id) return std::nullopt;
  if (snapshot.operation != "append" || snapshot.manifest_list.empty() || snapshot.key_id || CarriesOffsets(snapshot)) {
    return std::nullopt;
  }
  if (snapshot.parent_id != failing->snapshot_id) return std::nullopt;
  if (snapshot.schema_id && *snapshot.schema_id != base.current_schema_id) return std::nullopt;
  if (base.FindSnapshot(snapshot.snapshot_id) != nullptr) return std::nullopt;
  plan.head = base.FindSnapshot(ref->snapshot_id);
  if (plan.head == nullptr || plan.head->manifest_list.empty()) return std::nullopt;
  if (snapshot.parent_id) {
    plan.parent = base.FindSnapshot(*snapshot.parent_id);
    // A branch that was rolled back or replaced is not what the client appended to.
    if (plan.parent == nullptr || !base.IsAncestor(plan.head->snapshot_id, *snapshot.parent_id)) return std::nullopt;
  }
  return plan;
}

namespace {

Error Refuse(std::string_view why) { return Fail(kCommitFailed, fmt::format("Cannot rebase the append: {}", why)); }

bool Contains(const std::vector<ManifestFile>& manifests, const std::string& path) {
  return std::any_of(manifests.begin(), manifests.end(), [&](const ManifestFile& each) { return each.path == path; });
}

int64_t Live(const ManifestFile& manifest) {
  return int64_t{manifest.added_files.value_or(0)} + manifest.existing_files.value_or(0);
}

// Every added entry must leave its sequence number to be inherited, or it would be of another commit.
Status CheckEntries(const TableMetadata& base, const RebasePlan& plan, const ManifestFile& manifest,
                    const ReadFile& read) {
  const PartitionSpec* spec = base.FindSpec(manifest.spec_id);
  if (spec == nullptr) return Refuse("a manifest is of an unknown partition spec");
  TARN_TRY(const std::string bytes, read(manifest));
  ManifestFile bare = manifest;
  bare.sequence_number.reset();
  bare.first_row_id.reset();
  TARN_TRY(ManifestReader reader,
           ManifestReader::Open(bytes, bare, PartitionType(*spec, base.schema()), {false, false, false, {}}));
  ManifestEntry entry;
  while (true) {
    TARN_TRY(const bool more, reader.Next(entry));
    if (!more) return Ok();
    if (entry.status == EntryStatus::kDeleted) return Refuse("it removes files");
    if (entry.status == EntryStatus::kExisting) continue;
    if (entry.file.content != FileContent::kData) return Refuse("it adds delete files");
    if (entry.snapshot_id != plan.snapshot->snapshot_id) return Refuse("it adds files of another snapshot");
    if (base.format_version > 1 && (entry.sequence_number || entry.file_sequence_number)) {
      return Refuse("it fixes the sequence numbers of its files");
    }
    if (entry.file.first_row_id) return Refuse("it fixes the row ids of its files");
  }
}

}  // namespace

Result<CheckedAppend> CheckAppend(const TableMetadata& base, const RebasePlan& plan,
                                  const std::vector<ManifestFile>& client, const std::vector<ManifestFile>& parent,
                                  const ReadFile& read) {
  const int64_t id = plan.snapshot->snapshot_id;
  CheckedAppend append;
  int64_t carried = 0;
  for (const ManifestFile& manifest : client) {
    if (manifest.snapshot_id != id) {
      if (!Contains(parent, manifest.path)) return Refuse("it lists a manifest that its parent does not have");
      continue;
    }
    if (manifest.deleted_files.value_or(1) > 0) return Refuse("it removes files");
    if (manifest.content == ManifestContent::kDeletes && manifest.has_added()) return Refuse("it adds delete files");
    TARN_CHECK(CheckEntries(base, plan, manifest, read));
    carried += manifest.existing_files.value_or(0);
    ManifestFile fresh = manifest;
    fresh.sequence_number.reset();
    if (fresh.min_sequence_number == plan.snapshot->sequence_number) fresh.min_sequence_number.reset();
    if (fresh.content == ManifestContent::kData) fresh.first_row_id.reset();
    append.added.push_back(std::move(fresh));
  }
  // What the client merged into its own manifests must all have been carried.
  int64_t replaced = 0;
  for (const ManifestFile& manifest : parent) {
    if (Contains(client, manifest.path) || !manifest.has_live()) continue;
    append.merged.insert(manifest.path);
    replaced += Live(manifest);
  }
  if (replaced != carried) return Refuse("it does not carry over all files of the manifests that it merged");
  return append;
}

Result<MadeSnapshot> Rebase(const TableMetadata& base, const RebasePlan& plan, const CheckedAppend& append,
                            const std::vector<ManifestFile>& head, const SnapshotIds& ids) {
  for (const std::string& path : append.merged) {
    if (!Contains(head, path)) return Refuse("it merged a manifest that has been replaced since");
  }
  SnapshotDraft draft;
  draft.branch = plan.branch;
  draft.manifests = append.added;
  for (const ManifestFile& manifest : head) {
    if (!append.merged.contains(manifest.path)) draft.manifests.push_back(manifest);
  }
  SnapshotIds own = ids;
  own.snapshot_id = plan.snapshot->snapshot_id;
  own.now = Timestamp::FromMillis(plan.snapshot->timestamp_ms);
  draft.summary = plan.snapshot->summary;
  RecomputeTotals(*draft.summary, &plan.head->summary);
  return MakeSnapshot(base, std::move(draft), own);
}

bool IsReplay(const TableMetadata& base, const std::vector<Update>& updates) {
  if (updates.size() != 2) return false;
  const auto* add = std::get_if<AddSnapshot>(&updates[0]);
  const auto* set = std::get_if<SetSnapshotRef>(&updates[1]);
  if (add == nullptr || set == nullptr || set->ref.snapshot_id != add->snapshot->snapshot_id) return false;
  const Snapshot& told = *add->snapshot;
  const SnapshotPtr known = base.FindSnapshot(told.snapshot_id);
  const SnapshotRef* ref = base.FindRef(set->name);
  if (known == nullptr || ref == nullptr || !base.IsAncestor(ref->snapshot_id, told.snapshot_id)) return false;
  if (known->manifest_list == told.manifest_list) return true;
  // Moved onto another head: all that moving does not change.
  const auto member = [](const Snapshot& snapshot, const char* key) {
    const auto found = snapshot.summary.find(key);
    return found == snapshot.summary.end() ? std::string() : found->second;
  };
  return known->operation == told.operation && known->schema_id == told.schema_id &&
         known->timestamp_ms >= told.timestamp_ms &&
         member(*known, "added-files-size") == member(told, "added-files-size") &&
         member(*known, "added-records") == member(told, "added-records") &&
         member(*known, "added-data-files") == member(told, "added-data-files");
}

}  // namespace tarn::iceberg

#include "iceberg/commit/conflicts.h"

#include <fmt/format.h>

#include <utility>

#include "iceberg/errors.h"
#include "iceberg/manifest/reader.h"

namespace tarn::iceberg {
namespace {

// The snapshots after `planned_on` up to the head, newest first.
Result<std::vector<SnapshotPtr>> NewSnapshots(const TableMetadata& base, std::string_view branch,
                                              std::optional<int64_t> planned_on) {
  std::vector<SnapshotPtr> fresh;
  std::set<int64_t> seen;
  const SnapshotRef* ref = base.FindRef(branch);
  std::optional<int64_t> at = ref == nullptr ? std::nullopt : std::optional(ref->snapshot_id);
  while (at && at != planned_on) {
    SnapshotPtr snapshot = base.FindSnapshot(*at);
    if (snapshot == nullptr || !seen.insert(*at).second) break;
    at = snapshot->parent_id;
    fresh.push_back(std::move(snapshot));
  }
  if (at != planned_on) {
    return Fail(kCommitFailed,
                fmt::format("Cannot determine history between starting snapshot {} and the last known "
                            "ancestor {}",
                            planned_on ? std::to_string(*planned_on) : "null", at ? std::to_string(*at) : "null"));
  }
  return fresh;
}

// Whether the snapshot may have brought rows, or taken some: a `replace` writes the table's own rows anew.
bool MayAdd(const Snapshot& snapshot, ManifestContent content) {
  const std::string& operation = snapshot.operation;
  if (operation.empty() || operation == "overwrite") return true;
  return operation == (content == ManifestContent::kData ? "append" : "delete");
}

class Checker {
 public:
  Checker(const TableMetadata& base, const ConflictRules& rules, const ReadFile& read)
      : base_(base), rules_(rules), read_(read) {}

  // What the snapshot added is looked up in its own manifests: a later one may have merged or rewritten them.
  Status CheckAdded(const Snapshot& snapshot) {
    const bool data = rules_.no_new_data && MayAdd(snapshot, ManifestContent::kData);
    const bool deletes = rules_.no_new_deletes && MayAdd(snapshot, ManifestContent::kDeletes);
    if (!data && !deletes) return Ok();
    if (snapshot.manifest_list.empty()) {
      return Fail(kCommitFailed, fmt::format("Cannot tell what snapshot {} added", snapshot.snapshot_id));
    }
    ManifestFile list;
    list.path = snapshot.manifest_list;
    TARN_TRY(const std::string bytes, read_(list));
    TARN_TRY(const std::vector<ManifestFile> manifests, ReadManifestList(bytes));
    for (const ManifestFile& manifest : manifests) {
      if (manifest.snapshot_id != snapshot.snapshot_id) continue;
      if (!(manifest.content == ManifestContent::kData ? data : deletes)) continue;
      const PartitionSpec* spec = base_.FindSpec(manifest.spec_id);
      if (spec == nullptr) return Fail(kInvalid, fmt::format("Cannot find partition spec {}", manifest.spec_id));
      const Expression projected = ProjectInclusive(rules_.filter, *spec);
      TARN_CHECK(ForEach(manifest, *spec, [&](const ManifestEntry& entry, const RowValues& partition) -> Status {
        const bool added = entry.status == EntryStatus::kAdded && entry.snapshot_id == snapshot.snapshot_id;
        if (!added || !Concerns(entry.file, projected, partition)) return Ok();
        const std::string_view what =
            entry.file.content == FileContent::kData
                ? "Found conflicting files that can contain records matching the filter"
                : "Found new conflicting delete files that can apply to records matching the filter";
        return Fail(kCommitFailed, fmt::format("{}: {}", what, entry.file.path));
      }));
    }
    return Ok();
  }

  // That the head still has the files that must be there.
  Status CheckFiles(const std::vector<ManifestFile>& head) {
    if (rules_.files.empty()) return Ok();
    std::set<std::string> found;
    for (const ManifestFile& manifest : head) {
      if (manifest.content != ManifestContent::kData) continue;
      const PartitionSpec* spec = base_.FindSpec(manifest.spec_id);
      if (spec == nullptr) return Fail(kInvalid, fmt::format("Cannot find partition spec {}", manifest.spec_id));
      TARN_CHECK(ForEach(manifest, *spec, [&](const ManifestEntry& entry, const RowValues&) -> Status {
        if (entry.is_live() && rules_.files.contains(entry.file.path)) found.insert(entry.file.path);
        return Ok();
      }));
    }
    for (const std::string& path : rules_.files) {
      if (!found.contains(path)) {
        return Fail(kCommitFailed, fmt::format("Cannot commit, missing data files: [{}]", path));
      }
    }
    return Ok();
  }

 private:
  template <typename Visit>
  Status ForEach(const ManifestFile& manifest, const PartitionSpec& spec, const Visit& visit) {
    const Type type = PartitionType(spec, base_.schema());
    TARN_TRY(const std::string bytes, read_(manifest));
    TARN_TRY(ManifestReader reader, ManifestReader::Open(bytes, manifest, type, {true, true, false, {}}));
    ManifestEntry entry;
    const RowValues partition = [&](int32_t field_id) -> Value {
      for (size_t i = 0; i < type.fields().size(); ++i) {
        if (type.fields()[i].id == field_id) return entry.file.partition[i];
      }
      return {};
    };
    while (true) {
      TARN_TRY(const bool more, reader.Next(entry));
      if (!more) return Ok();
      TARN_CHECK(visit(entry, partition));
    }
  }

  // Whether the new file may hold, or delete, rows of the filter.
  bool Concerns(const DataFile& file, const Expression& projected, const RowValues& partition) const {
    if (rules_.equality_deletes_apply && file.content == FileContent::kEqualityDeletes) return false;
    if (!Matches(projected, partition)) return false;
    if (file.content == FileContent::kData) return MayMatch(rules_.filter, file);
    // A delete file that names its data file concerns that one alone.
    return !file.referenced_data_file || rules_.files.empty() || rules_.files.contains(*file.referenced_data_file);
  }

  const TableMetadata& base_;
  const ConflictRules& rules_;
  const ReadFile& read_;
};

}  // namespace

Status CheckConflicts(const TableMetadata& base, std::string_view branch, const std::vector<ManifestFile>& head,
                      const ConflictRules& rules, const ReadFile& read) {
  TARN_TRY(const std::vector<SnapshotPtr> fresh, NewSnapshots(base, branch, rules.planned_on));
  if (fresh.empty()) return Ok();
  Checker checker(base, rules, read);
  for (const SnapshotPtr& snapshot : fresh) TARN_CHECK(checker.CheckAdded(*snapshot));
  return checker.CheckFiles(head);
}

}  // namespace tarn::iceberg

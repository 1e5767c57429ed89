#include "iceberg/commit/conflicts.h"

#include <fmt/format.h>

#include "iceberg/errors.h"
#include "iceberg/manifest/reader.h"

namespace tarn::iceberg {
namespace {

// The snapshots after `planned_on` up to the head.
Result<std::set<int64_t>> NewSnapshots(const TableMetadata& base, std::string_view branch,
                                       std::optional<int64_t> planned_on) {
  std::set<int64_t> fresh;
  const SnapshotRef* ref = base.FindRef(branch);
  std::optional<int64_t> at = ref == nullptr ? std::nullopt : std::optional(ref->snapshot_id);
  while (at && at != planned_on) {
    const SnapshotPtr snapshot = base.FindSnapshot(*at);
    if (snapshot == nullptr || !fresh.insert(*at).second) break;
    at = snapshot->parent_id;
  }
  if (at != planned_on) {
    return Fail(kCommitFailed,
                fmt::format("Cannot determine history between starting snapshot {} and the last known "
                            "ancestor {}",
                            planned_on ? std::to_string(*planned_on) : "null", at ? std::to_string(*at) : "null"));
  }
  return fresh;
}

struct Checker {
  const ConflictRules& rules;
  const std::set<int64_t>& fresh;
  std::set<std::string> found = {};

  Status Check(const ManifestEntry& entry, const Expression& projected, const RowValues& partition) {
    const bool data = entry.file.content == FileContent::kData;
    if (data && entry.is_live() && rules.files.contains(entry.file.path)) found.insert(entry.file.path);
    const bool added = entry.status == EntryStatus::kAdded && entry.snapshot_id && fresh.contains(*entry.snapshot_id);
    if (!added || (data ? !rules.no_new_data : !rules.no_new_deletes)) return Ok();
    if (rules.equality_deletes_apply && entry.file.content == FileContent::kEqualityDeletes) return Ok();
    if (!Matches(projected, partition)) return Ok();
    if (data && !MayMatch(rules.filter, entry.file)) return Ok();
    // A delete file that names its data file concerns that one alone.
    if (!data && entry.file.referenced_data_file && !rules.files.empty() &&
        !rules.files.contains(*entry.file.referenced_data_file)) {
      return Ok();
    }
    const std::string_view what =
        data ? "Found conflicting files that can contain records matching the filter"
             : "Found new conflicting delete files that can apply to records matching the filter";
    return Fail(kCommitFailed, fmt::format("{}: {}", what, entry.file.path));
  }
};

}  // namespace

Status CheckConflicts(const TableMetadata& base, std::string_view branch, const std::vector<ManifestFile>& head,
                      const ConflictRules& rules, const ReadFile& read) {
  TARN_TRY(const std::set<int64_t> fresh, NewSnapshots(base, branch, rules.planned_on));
  if (fresh.empty()) return Ok();
  Checker checker{rules, fresh};
  for (const ManifestFile& manifest : head) {
    const bool data = manifest.content == ManifestContent::kData;
    const bool is_new = manifest.snapshot_id && fresh.contains(*manifest.snapshot_id);
    const bool added_matter = is_new && (data ? rules.no_new_data : rules.no_new_deletes);
    if (!added_matter && !(data && !rules.files.empty())) continue;
    const PartitionSpec* spec = base.FindSpec(manifest.spec_id);
    if (spec == nullptr) return Fail(kInvalid, fmt::format("Cannot find partition spec {}", manifest.spec_id));
    const Type type = PartitionType(*spec, base.schema());
    const Expression projected = ProjectInclusive(rules.filter, *spec);
    TARN_TRY(const std::string bytes, read(manifest));
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
      if (!more) break;
      TARN_CHECK(checker.Check(entry, projected, partition));
    }
  }
  for (const std::string& path : rules.files) {
    if (!checker.found.contains(path)) {
      return Fail(kCommitFailed, fmt::format("Cannot commit, missing data files: [{}]", path));
    }
  }
  return Ok();
}

}  // namespace tarn::iceberg

// Whether what was committed since a change was planned forbids the change: the per-operation checks of snapshot
// isolation and serializability.
//
// Overwrite by filter: `no_new_data` with the filter (serializable) and `no_new_deletes`. Row delta: `files` = the data
// files that the deletes refer to, `no_new_data` when serializable. Rewrite: `files` = the files rewritten,
// `no_new_deletes`. Append: nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/commit/snapshot_maker.h"
#include "iceberg/expression/expression.h"
#include "iceberg/metadata/table_metadata.h"

namespace tarn::iceberg {

struct ConflictRules {
  std::optional<int64_t> planned_on;  // the snapshot that the change was planned on; nothing: an empty branch
  Expression filter;                  // the rows that the change read; all of them by default
  bool no_new_data = false;           // no data file was added that may hold rows of the filter
  bool no_new_deletes = false;        // no delete file was added that may concern rows of the filter
  // New equality deletes are no conflict: the added data files keep an older sequence number, so that they apply.
  bool equality_deletes_apply = false;
  std::set<std::string> files;  // data files that must still be there
};

// `head`: the manifests of the branch's present head. Error CommitFailed with the reference's words; also when
// `planned_on` is no ancestor of the head.
Status CheckConflicts(const TableMetadata& base, std::string_view branch, const std::vector<ManifestFile>& head,
                      const ConflictRules& rules, const ReadFile& read);

// Merges the manifests of one spec and content into ones of about `target_bytes`: what merge-append does and what
// upkeep's rewriting of manifests is. Only groups of at least `count_min` are touched. New manifests are added to
// `files`.
Result<std::vector<ManifestFile>> MergeManifests(const TableMetadata& base, const std::vector<ManifestFile>& manifests,
                                                 int64_t target_bytes, size_t count_min, const ReadFile& read,
                                                 const SnapshotIds& ids, std::vector<NewFile>& files);

}  // namespace tarn::iceberg

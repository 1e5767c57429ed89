// Appends never conflict: an append made on an older head is moved onto the present one instead of being refused.
//
// Only for a commit whose failing requirement is the head of the branch alone and that adds nothing but data files, by
// the same schema. Snapshots that carry a sink's offsets or a wap.id are left alone: to them the conflict is the guard
// of exactly-once. The table property "tarn.commit.rebase-appends" = "false" turns it off.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/commit/snapshot_maker.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/update.h"

namespace tarn::iceberg {

inline constexpr std::string_view kRebaseProperty = "tarn.commit.rebase-appends";

struct RebasePlan {
  std::string branch;
  SnapshotPtr snapshot;  // the client's
  SnapshotPtr parent;    // that it was made on; null: an empty branch
  SnapshotPtr head;      // the branch's present one
};

// Nothing when the commit is none that may be moved (then its own error stands). No I/O.
std::optional<RebasePlan> PlanRebase(const TableMetadata& base, const std::vector<Requirement>& requirements,
                                     const std::vector<Update>& updates);

// What the client's own files say of such an append, whatever the head is by then.
struct CheckedAppend {
  std::vector<ManifestFile> added;  // the client's manifests, their numbers yet to be given
  std::set<std::string> merged;     // those of the parent that it merged into its own: the head must have them still
};

// `client`, `parent`: the manifests that the two snapshots list. `read` is asked for the client's new manifests. Error
// CommitFailed when it is no pure append after all.
Result<CheckedAppend> CheckAppend(const TableMetadata& base, const RebasePlan& plan,
                                  const std::vector<ManifestFile>& client, const std::vector<ManifestFile>& parent,
                                  const ReadFile& read);

// `head`: the manifests of the branch's present head. Error CommitFailed when the client merged a manifest that the
// head no longer has. The commit that results keeps the client's snapshot id; its requirements hold against `base`.
Result<MadeSnapshot> Rebase(const TableMetadata& base, const RebasePlan& plan, const CheckedAppend& append,
                            const std::vector<ManifestFile>& head, const SnapshotIds& ids);

// True when the commit is one that the table holds already, told again: its snapshot is in the branch's history.
bool IsReplay(const TableMetadata& base, const std::vector<Update>& updates);

}  // namespace tarn::iceberg

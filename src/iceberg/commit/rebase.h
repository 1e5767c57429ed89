// Appends never conflict: an append made on an older head is moved onto the present one instead of being refused.
//
// Only for a commit whose failing requirement is the head of the branch alone and that adds nothing but data files, by
// the same schema. Snapshots that carry a sink's offsets or a wap.id are left alone: to them the conflict is the guard
// of exactly-once. The table property "tarn.commit.rebase-appends" = "false" turns it off.
#pragma once

#include <optional>
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

// `client`, `parent`, `head`: the manifests that the three snapshots list. `read` is asked for the client's new
// manifests. Errors: CommitFailed when it is no pure append after all, or merged a manifest that the head no longer
// has. The commit that results keeps the client's snapshot id; its requirements hold against `base`.
Result<MadeSnapshot> Rebase(const TableMetadata& base, const RebasePlan& plan, const std::vector<ManifestFile>& client,
                            const std::vector<ManifestFile>& parent, const std::vector<ManifestFile>& head,
                            const ReadFile& read, const SnapshotIds& ids);

}  // namespace tarn::iceberg

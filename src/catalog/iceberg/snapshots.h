// Snapshot commits of our own writers (SQL, upkeep, deliveries): data files that are there already become part of a
// table's branch, or leave it, durably and under snapshot isolation.
//
// One call is one snapshot. Manifests and the manifest list are written below the table's metadata folder before the
// commit that names them. When another writer came first, the change is checked against what that one did
// (`iceberg::CheckConflicts`), made again on the new head out of the manifests written already, and committed again, up
// to the table's commit.retry.* properties. Appends never conflict. What a refused attempt wrote is removed; what an
// attempt of unknown outcome wrote stays (it may be the table's).
// Errors: iceberg::kCommitFailed (a conflict, or retries used up: plan again), kInvalid, catalog/errors.h, object's,
// Code::kOutcomeUnknown. Blocking; never on an I/O thread. Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "catalog/iceberg/manifests.h"
#include "catalog/iceberg/tables.h"
#include "iceberg/commit/conflicts.h"
#include "iceberg/commit/snapshot_maker.h"

namespace tarn::catalog {

struct SnapshotOptions {
  std::string branch = std::string(iceberg::kMainBranch);
  // Members added to the snapshot's summary ("engine-name", "trino_query_id", …).
  iceberg::Properties summary;
  // The table that the change was planned on: kCommitFailed when another one has its name now. Empty: whichever.
  std::string table_uuid;
  // Further updates of the same commit, before the snapshot's (set-statistics …); seldom any.
  std::vector<iceberg::Update> updates;
  // What else happens in the commit's transaction; it may run several times, and its error refuses the commit.
  Alongside also = nullptr;
  MayOpen may_open = nullptr;  // of the head's manifests and their list
};

struct Committed {
  IcebergTable table;             // as it is after the commit
  iceberg::SnapshotPtr snapshot;  // the one made; null when there was nothing to commit
  int attempts = 1;
};

class Snapshots {
 public:
  // All outlive it.
  Snapshots(IcebergTables& tables, object::Store& objects, const Clock& clock);

  // Adds data files (no delete files). By the table's commit.manifest-merge.* properties small manifests of the head
  // are merged on the way. No files: an empty snapshot, as the reference makes it.
  Result<Committed> Append(const Scope& scope, std::string_view database, std::string_view name,
                           std::vector<iceberg::DataFile> files, const SnapshotOptions& options = {});
  // Overwrite, delete, row delta or rewrite. `rules`: what must not have happened since `rules.planned_on`.
  Result<Committed> Change(const Scope& scope, std::string_view database, std::string_view name, iceberg::Change change,
                           const iceberg::ConflictRules& rules, const SnapshotOptions& options = {});
  // Upkeep's rewriting of manifests: those `replaced` (paths) leave the head for ones of about
  // commit.manifest.target-size-bytes with the same live files. kCommitFailed when one is no longer in the head.
  Result<Committed> RewriteManifests(const Scope& scope, std::string_view database, std::string_view name,
                                     const std::set<std::string>& replaced, const SnapshotOptions& options = {});

 private:
  IcebergTables& tables_;
  object::Store& objects_;
  const Clock& clock_;
};

enum class RowOperation : uint8_t { kDelete, kUpdate, kMerge };
enum class RowMode : uint8_t { kCopyOnWrite, kMergeOnRead };

// The table's write.{delete,update,merge}.mode; copy-on-write when nothing is said.
RowMode ModeOf(const iceberg::TableMetadata& metadata, RowOperation operation);

// The rules of a DML statement by the table's write.{delete,update,merge}.isolation-level (serializable when nothing is
// said). `planned_on`: the snapshot that it read; `filter`: the rows that it read, bound; `files`: the data files that
// it rewrites, or that its deletes refer to.
iceberg::ConflictRules RulesOf(const iceberg::TableMetadata& metadata, RowOperation operation, RowMode mode,
                               std::optional<int64_t> planned_on, iceberg::Expression filter,
                               std::set<std::string> files);
// The rules of a compaction whose new files keep the sequence number that it was planned on: the files rewritten are
// there still, and no position deletes for them came.
iceberg::ConflictRules RulesOfRewrite(std::optional<int64_t> planned_on, std::set<std::string> files);

}  // namespace tarn::catalog

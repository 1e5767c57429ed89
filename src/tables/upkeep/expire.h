// Snapshot expiry: old snapshots and references leave the metadata, then the files that only they led to go.
//
// Invariants: the commit is durable before the first file is deleted; a file that any snapshot left leads to stays, as
// does one elsewhere than below the table's location (Reach); a
// reference made or moved while this ran keeps its snapshot. What a stop or a crash leaves undeleted are orphans
// (orphans.h). Errors: iceberg::kInvalid when the table forbids it (gc.enabled), those of
// commits. Blocking. Threads: any.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/result.h"
#include "iceberg/upkeep/expire.h"
#include "tables/upkeep/upkeep.h"

namespace tarn::tables {

struct ExpireOptions {
  iceberg::Retention defaults;  // where the table's properties say nothing
  // A limit of its own, as a caller names it: wins over the properties' age.
  std::optional<Timestamp> older_than;
  Stopping stopping;
};

struct ExpireReport {
  std::vector<int64_t> snapshots;
  std::vector<std::string> refs;
  size_t content_files = 0;
  size_t manifests = 0;
  size_t manifest_lists = 0;
  size_t statistics = 0;
  uint64_t content_bytes = 0;
  size_t files() const { return content_files + manifests + manifest_lists + statistics; }
};

Result<ExpireReport> ExpireSnapshots(const UpkeepParts& parts, const TableName& table, const ExpireOptions& options);

}  // namespace tarn::tables

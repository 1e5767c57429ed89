// Orphan removal: files below a table's location that nothing leads to, left by writers that crashed or gave up.
//
// A file goes only when it is older than `older_than` (a writer may be about to commit it), looks like a file of a
// table, no metadata of the table leads to it, and no other table of the same catalog lies there or leads
// to it.
// Errors: iceberg::kInvalid when the table forbids it (gc.enabled) or its location is no folder of its own; those of
// reading metadata (then nothing is deleted: what cannot be read may lead to anything). Blocking. Threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "tables/upkeep/upkeep.h"

namespace tarn::tables {

inline constexpr int64_t kOrphanAgeMicros = 3 * kMicrosPerDay;

struct OrphanOptions {
  int64_t age_micros = kOrphanAgeMicros;
  bool dry_run = false;  // only tells
  // Whatever its name: else only what engines name so (.parquet, .orc, .avro, .puffin, .stats, .metadata.json …).
  bool any_name = false;
  Stopping stopping;
};

struct OrphanReport {
  size_t listed = 0;
  std::vector<std::string> orphans;  // deleted, but in a dry run
  uint64_t bytes = 0;
};

Result<OrphanReport> RemoveOrphans(const UpkeepParts& parts, const TableName& table, const OrphanOptions& options);

}  // namespace tarn::tables

// What upkeep did: metrics, log lines and rows of tarn_system.maintenance_runs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "tables/upkeep/upkeep.h"

namespace tarn::jobs::maintain {

struct RunRow {
  std::string id;
  Timestamp started;
  Timestamp ended;
  tables::TableName table;
  std::string operation;             // compaction, deletes, manifests, expiry, orphans
  std::string status = "SUCCEEDED";  // YIELDED: writers came first with a part of it; FAILED
  std::string message;
  uint64_t files_removed = 0;
  uint64_t files_added = 0;
  uint64_t delete_files_removed = 0;
  uint64_t bytes_removed = 0;
  uint64_t bytes_added = 0;
  uint64_t snapshots_expired = 0;
  uint64_t rows_rewritten = 0;
  uint64_t groups_yielded = 0;
};

// Counts and logs at once.
void Count(const RunRow& row);
// Appends the rows to the table of each account and region; those of tables in tarn_system are not told there.
Status Append(const tables::UpkeepParts& parts, const std::vector<RunRow>& rows);

}  // namespace tarn::jobs::maintain

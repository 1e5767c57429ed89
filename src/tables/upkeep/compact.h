// Compaction: small files, files with many deleted rows and files of an old spec become few files of the target's size.
//
// One group of files of one partition is one unit of work and one snapshot ("replace"): written, then committed under
// the rules of a rewrite. Rows keep their data sequence number, so that deletes that come while this runs still hold;
// where a delete or another rewrite touched a file of the group meanwhile, the group is given up and its new files are
// removed: writers win. What was committed stays when this is stopped, fails or crashes; it can just be run again.
// Delete files whose rows are all gone leave with the files that they were about.
// Errors: iceberg::kUnsupported (files that are not Parquet; columns that cannot be written), those of planning and of
// the engine. Blocking, for long. Threads: any; not two at a time on one table (the second's groups would be given up).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/expression/expression.h"
#include "iceberg/upkeep/compact_plan.h"
#include "tables/upkeep/upkeep.h"

namespace tarn::tables {

enum class CompactStrategy : uint8_t { kBinPack, kSort, kZOrder };

struct CompactOptions {
  CompactStrategy strategy = CompactStrategy::kBinPack;
  std::vector<std::string> zorder_columns;  // of kZOrder
  iceberg::CompactLimits limits;
  // Which rows' files, by partitions and bounds; bound to the table's schema.
  iceberg::Expression filter;
  // Takes out of the plan what is not to be done. May be empty.
  std::function<void(iceberg::CompactPlan& plan)> choose;
  iceberg::Properties summary;  // added to the snapshots' summaries
  Stopping stopping;
};

struct CompactReport {
  size_t groups = 0;          // committed
  size_t groups_yielded = 0;  // given up to writers
  size_t files_removed = 0;
  size_t files_added = 0;
  size_t delete_files_removed = 0;
  uint64_t bytes_removed = 0;
  uint64_t bytes_added = 0;
  uint64_t rows = 0;  // rewritten
};

// What there is to do, without doing it.
Result<iceberg::CompactPlan> PlanCompaction(const UpkeepParts& parts, const TableName& table,
                                            const CompactOptions& options);
Result<CompactReport> Compact(const UpkeepParts& parts, const TableName& table, const CompactOptions& options);

}  // namespace tarn::tables

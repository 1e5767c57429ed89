// Merging of position deletes: many delete files become few, or deletion vectors (format version 3), and no data file
// is rewritten.
//
// A data file that many delete files concern takes part; with it go all delete files that concern it, and what these
// say of other data files. Version 2: one new delete file for each data file where that at least halves their number,
// else one for the partition (`write.delete.granularity` decides when it is set). Version 3: one vector for each data
// file. One call is one snapshot ("replace"): no row comes or goes. Deletes that writers add meanwhile stay beside the
// merged ones; where a writer replaced what is merged, it is given up.
// Errors: iceberg::kCommitFailed (a writer came first), those of planning, the engine and the commit. Blocking.
// Threads: any; not two at a time on one table.
#pragma once

#include <cstddef>
#include <cstdint>

#include "iceberg/metadata/table_metadata.h"
#include "tables/upkeep/upkeep.h"

namespace tarn::tables {

struct MergeDeletesOptions {
  size_t deletes_min = 5;       // delete files of one data file that are worth merging
  iceberg::Properties summary;  // added to the snapshot's
};

struct MergeDeletesReport {
  size_t data_files = 0;  // whose deletes were merged
  size_t removed = 0;     // delete files
  size_t added = 0;
  uint64_t bytes_removed = 0;
  uint64_t bytes_added = 0;
};

Result<MergeDeletesReport> MergeDeletes(const UpkeepParts& parts, const TableName& table,
                                        const MergeDeletesOptions& options);

}  // namespace tarn::tables

// Rows that are gone become delete files: position deletes in Parquet (format version 2), deletion vectors in a Puffin
// file (version 3). Nothing is committed.
//
// Invariants: a delete file has the spec and partition of the data files that it is about; a version 3 data file has at
// most one deletion vector, so the rows that its present vector names must be in the one that replaces it.
// Errors: object's, the query's. Threads: any; blocking.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/manifest.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/puffin/positions.h"
#include "object/files.h"
#include "tables/write.h"

namespace tarn::tables {

// The columns of a file of position deletes.
inline constexpr int32_t kDeletedPathField = 2147483546;
inline constexpr int32_t kDeletedPositionField = 2147483545;

struct GoneRows {
  const iceberg::DataFile* file = nullptr;
  iceberg::Positions rows;
};

// One Parquet file a partition (more when it is large), rows in order.
Result<std::vector<iceberg::DataFile>> WritePositionDeletes(const object::Files& files,
                                                            const iceberg::TableMetadata& metadata,
                                                            const std::vector<GoneRows>& gone, const RunQuery& run);
// One Puffin file with a vector for each data file. `snapshot_id` and sequence number are inherited.
Result<std::vector<iceberg::DataFile>> WriteDeletionVectors(const object::Files& files,
                                                            const iceberg::TableMetadata& metadata,
                                                            const std::vector<GoneRows>& gone);

}  // namespace tarn::tables

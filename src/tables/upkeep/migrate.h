// Hive tables of Parquet files become Iceberg tables: their files are registered as they lie, none is rewritten.
//
// In place, the catalog's record itself becomes the Iceberg table, in one swap: readers see the one or the other. A
// snapshot is a second table over the same files that deletes none of them (gc.enabled = false).
// Columns are found in the files by name (schema.name-mapping.default). Partition columns become identity partitions.
// Errors: iceberg::kInvalid for a table that is none of Parquet files, iceberg::kUnsupported for column types without a
// counterpart, catalog::kTableMoved when the table changed meanwhile; nothing has changed then but files of metadata.
// Blocking. Threads: any.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "tables/upkeep/upkeep.h"

namespace tarn::tables {

struct MigrateOptions {
  // Snapshotting: the new table, in the same catalog; empty: in place.
  std::string snapshot_database;
  std::string snapshot_name;
  iceberg::Properties properties;  // of the new table
  Stopping stopping;
};

struct MigrateReport {
  size_t files = 0;
  uint64_t rows = 0;
  uint64_t bytes = 0;
  size_t partitions = 0;
  std::string metadata_location;
};

Result<MigrateReport> Migrate(const UpkeepParts& parts, const TableName& table, const MigrateOptions& options);

}  // namespace tarn::tables

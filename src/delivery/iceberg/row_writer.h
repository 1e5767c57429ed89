// RowWriter: records become files of an Iceberg table. Nothing is committed (tables.h does).
//
// Errors: of the records (json_table.h's IsOfTheRecords), object's, the engine's; a failed write leaves no file.
// Blocking. Threads: any.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "engine/engine.h"
#include "iceberg/manifest/manifest.h"
#include "iceberg/metadata/table_metadata.h"
#include "object/store/store.h"
#include "tables/memory_files.h"

namespace tarn::delivery {

// Members that lines have beside the records' own, where `keys` are given.
inline constexpr std::string_view kOperationMember = "tarn$operation";  // "insert", "update", "delete"
inline constexpr std::string_view kPlaceMember = "tarn$place";          // their order

struct RowLines {
  std::string text;               // a JSON object a line; members fill the columns of their names, ignoring case
  std::vector<std::string> keys;  // columns that tell rows apart, in lower case; empty: all lines are inserts
};

class RowWriter {
 public:
  virtual ~RowWriter() = default;
  // Data files of the rows that are there after the lines, in their order; with them equality deletes of the keys that
  // they update or delete, for the rows of older snapshots.
  virtual Result<std::vector<iceberg::DataFile>> Write(const Scope& scope, const iceberg::TableMetadata& metadata,
                                                       const RowLines& lines) = 0;
  // Files that no commit names after all.
  virtual void Remove(const Scope& scope, const std::vector<iceberg::DataFile>& files) = 0;
};

// By the engine: Parquet files, in the table's folder or, with `memory`, there alone.
class EngineRows : public RowWriter {
 public:
  // Both outlive it.
  EngineRows(object::Store& objects, engine::Pool& engine, std::shared_ptr<tables::MemoryFiles> memory = nullptr)
      : objects_(objects), engine_(engine), memory_(std::move(memory)) {}
  Result<std::vector<iceberg::DataFile>> Write(const Scope& scope, const iceberg::TableMetadata& metadata,
                                               const RowLines& lines) override;
  void Remove(const Scope& scope, const std::vector<iceberg::DataFile>& files) override;

 private:
  object::Store& objects_;
  engine::Pool& engine_;
  const std::shared_ptr<tables::MemoryFiles> memory_;
};

// Why rows of the table cannot be updated or deleted by these columns; nothing where they can. Equality deletes are of
// format version 2; of a partitioned table they must tell the partition: its columns are among the keys, by one spec.
std::optional<std::string> WhyNotByKeys(const iceberg::TableMetadata& metadata, const std::vector<std::string>& keys);

}  // namespace tarn::delivery

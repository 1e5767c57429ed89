// Rows that a table format says are gone, read from its delete files and taken out of scans.
//
// Each delete file is read once per query. Threads: any.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/duck/duck.h"
#include "engine/duck/slot_context.h"
#include "engine/query_state.h"

namespace tarn::engine {

class BoundTable;

class Deletes {
 public:
  explicit Deletes(const BoundTable& table) : table_(table) {}

  // Rows of the data file that position deletes and deletion vectors name; null when there are none.
  duckdb::unique_ptr<duckdb::DeleteFilter> PositionsOf(duckdb::ClientContext& context, SlotContext& slot,
                                                       const File& file);

  // Keeps in `selection` what equality deletes leave of the first `count` rows; answers how many. `column_at`: the
  // place in the chunk of each of TableFormat::equality_columns.
  duckdb::idx_t SelectUnequal(duckdb::ClientContext& context, SlotContext& slot, const File& file,
                              duckdb::DataChunk& chunk, const std::vector<size_t>& column_at,
                              duckdb::SelectionVector& selection);

 private:
  using Rows = std::vector<uint64_t>;
  // The contents of a file of position deletes: rows by data file.
  struct PositionFile {
    std::mutex mutex;
    bool read = false;
    std::unordered_map<std::string, Rows> rows;
  };
  // Rows of equality deletes that compare the same columns: the key's bytes to the delete files that have it.
  struct EqualityIndex {
    std::vector<size_t> columns;  // places in TableFormat::equality_columns
    std::unordered_map<std::string, std::vector<uint32_t>> files_of_key;
  };

  void ReadPositions(duckdb::ClientContext& context, SlotContext& slot, const DeleteFile& deletes, PositionFile& into);
  Rows ReadVector(const DeleteFile& deletes);
  // The index of the delete file's columns, with the file's rows in it. `ordinal`: its number.
  EqualityIndex* Indexed(duckdb::ClientContext& context, SlotContext& slot, const DeleteFile& deletes,
                         uint32_t* ordinal);

  const BoundTable& table_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<PositionFile>> positions_;  // by path
  std::shared_mutex equality_mutex_;
  std::map<std::vector<int32_t>, EqualityIndex> equality_;
  std::map<std::string, uint32_t> equality_files_;  // those read, by path
};

}  // namespace tarn::engine

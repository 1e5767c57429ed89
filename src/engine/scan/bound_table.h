// A table as one query sees it: DuckDB types of every column a scan can produce, and the files of its partitions.
//
// Scan columns are numbered: the file's columns, then the partition columns, then "$path", "$file_size" and
// "$file_modified_time", which are like those constant in each file, then "$pos", "_row_id" and
// "_last_updated_sequence_number", which the Parquet scan computes.
// Threads: any; listing happens once per partition, under a lock.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/duck/duck.h"
#include "engine/query_state.h"
#include "engine/scan/deletes.h"

namespace tarn::engine {

class BoundTable {
 public:
  static constexpr size_t kVirtualColumns = 6;
  static constexpr size_t kPath = 0, kPosition = 3, kRowId = 4, kLastUpdated = 5;  // among the virtual ones

  BoundTable(std::shared_ptr<QueryState> query, std::shared_ptr<const TableBinding> binding);

  const TableBinding& binding() const { return *binding_; }
  QueryState& query() const { return *query_; }
  const std::shared_ptr<QueryState>& query_shared() const { return query_; }

  // All scan columns, virtual ones included.
  const duckdb::vector<std::string>& names() const { return names_; }
  const duckdb::vector<duckdb::LogicalType>& types() const { return types_; }
  size_t file_columns() const { return binding_->columns.size(); }
  size_t table_columns() const { return file_columns() + binding_->partition_columns.size(); }
  // Constant in each file.
  bool IsConstant(size_t column) const { return column >= file_columns() && column < table_columns() + kPosition; }
  // Columns are known by number.
  bool numbered() const { return !binding_->columns.empty() && binding_->columns[0].field.has_value(); }
  bool OffersVirtual(size_t offset) const;
  bool Hidden(size_t column) const { return hidden_[column]; }
  bool governed() const {
    return !binding_->row_filter.empty() || !binding_->hidden_columns.empty() || !binding_->replacements.empty();
  }
  // What the query sees instead of the column; null: its values.
  const Replacement* ReplacementOf(size_t column) const { return replacements_[column]; }
  // The column's type as the query sees it.
  duckdb::LogicalType VisibleType(size_t column) const;

  // Value of a partition column in a partition, typed; a NULL of that type when the text is not of the type.
  duckdb::Value PartitionValue(size_t partition, size_t column) const;
  // Value of a constant scan column (number ≥ file_columns()) in a file.
  duckdb::Value ConstantOf(size_t partition, const File& file, size_t column) const;

  // The files of these partitions, in order. Lists what was not listed yet; throws (DuckDB) on failure.
  struct Listed {
    size_t partition;
    const File* file;  // lives as long as this table
  };
  std::vector<Listed> List(const std::vector<size_t>& partitions);
  // The files that may hold such rows, by the table's planner. Throws (DuckDB) on failure.
  std::vector<Listed> Plan(const Condition& condition);
  // The listed file of that path; null when it was never listed.
  const Listed* Find(const std::string& path) const;

  // Partitions that can hold rows for which all `filters` are true. `column_of` maps a column index of the filters'
  // column references to a scan column; filters over other than partition columns prune nothing. `binding_of_table` is
  // the table index in the references.
  std::vector<size_t> Prune(duckdb::ClientContext& context, const std::vector<size_t>& partitions,
                            const duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters,
                            duckdb::idx_t table_index, const std::vector<size_t>& column_of) const;
  std::vector<size_t> AllPartitions() const;
  // False when a condition whose references are scan columns is surely not true in the partition, by its values alone.
  bool MayHold(duckdb::ClientContext& context, const duckdb::Expression& condition, size_t partition) const;
  // What the filters say of file columns; see Prune for the arguments.
  Condition ConditionOfFilters(const duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters,
                               duckdb::idx_t table_index, const std::vector<size_t>& column_of) const;

  Deletes& deletes() { return deletes_; }

 private:
  std::shared_ptr<QueryState> query_;
  std::shared_ptr<const TableBinding> binding_;
  duckdb::vector<std::string> names_;
  duckdb::vector<duckdb::LogicalType> types_;
  std::vector<bool> hidden_;
  std::vector<const Replacement*> replacements_;
  mutable std::mutex mutex_;
  std::map<size_t, std::vector<File>> listed_;  // by partition
  std::deque<File> planned_;
  std::map<std::string, Listed> by_path_;
  Deletes deletes_{*this};
};

}  // namespace tarn::engine

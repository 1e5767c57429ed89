// Writes a query's chunks as Parquet files by a Layout: in their order, one file at a time, through the functions of
// DuckDB's own COPY.
//
// Throws DuckDB's exceptions; a file whose writing was cut short is given up. Threads: one.
#pragma once

#include <string>
#include <vector>

#include "engine/duck/duck.h"
#include "engine/engine.h"

namespace tarn::engine {

class LayoutWriter {
 public:
  // `names` and `types`: of the whole SELECT. `copy` and `target` must outlive it.
  LayoutWriter(duckdb::ClientContext& context, duckdb::CopyFunction& copy, const WriteTarget& target,
               const duckdb::vector<std::string>& names, const duckdb::vector<duckdb::LogicalType>& types);
  ~LayoutWriter();

  // A flat chunk of all columns.
  void Write(duckdb::DataChunk& chunk);
  std::vector<WrittenFile> Finish();

 private:
  using Keys = std::vector<std::optional<std::string>>;
  void Bind();
  Keys KeysAt(duckdb::DataChunk& chunk, duckdb::idx_t row) const;
  void Append(duckdb::DataChunk& chunk, duckdb::SelectionVector& rows, duckdb::idx_t from, duckdb::idx_t count);
  void OpenFile(Keys keys);
  void CloseFile();

  duckdb::ClientContext& context_;
  duckdb::CopyFunction& copy_;
  const WriteTarget& target_;
  const Layout& layout_;
  duckdb::vector<std::string> names_;  // of what is written
  duckdb::vector<duckdb::LogicalType> types_;
  duckdb::CopyInfo info_;
  duckdb::unique_ptr<duckdb::FunctionData> bind_;
  duckdb::unique_ptr<duckdb::ThreadContext> thread_;
  duckdb::unique_ptr<duckdb::GlobalFunctionData> global_;  // of the open file; null: none
  duckdb::unique_ptr<duckdb::LocalFunctionData> local_;
  WrittenFile file_;
  std::vector<WrittenFile> written_;
};

}  // namespace tarn::engine

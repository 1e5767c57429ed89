// What a DuckDB instance of the pool knows of the query that runs in it.
#pragma once

#include <atomic>
#include <duckdb/function/copy_function.hpp>
#include <memory>
#include <string>
#include <utility>

#include "engine/duck/duck.h"
#include "engine/query_state.h"

namespace tarn::engine {

// Lives as long as the instance; `query` changes between queries and is null when idle.
class SlotContext {
 public:
  explicit SlotContext(std::string spill) : spill_directory(std::move(spill)) {}

  const std::string spill_directory;

  void SetQuery(std::shared_ptr<QueryState> query) {
    std::lock_guard lock(mutex_);
    query_ = std::move(query);
  }
  // Throws when idle: nothing of the user's may run then.
  std::shared_ptr<QueryState> query() const {
    std::lock_guard lock(mutex_);
    if (!query_) throw duckdb::PermissionException("no query runs here");
    return query_;
  }
  bool idle() const {
    std::lock_guard lock(mutex_);
    return query_ == nullptr;
  }

  // DuckDB's own parquet_scan, taken from its catalog before that is emptied.
  duckdb::unique_ptr<duckdb::TableFunction> parquet_scan;
  // And the functions of its COPY … TO (FORMAT parquet).
  duckdb::unique_ptr<duckdb::CopyFunction> parquet_copy;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<QueryState> query_;
};

// Keeps `error` as the query's and unwinds DuckDB.
[[noreturn]] void ThrowFailure(QueryState& query, Error error);

template <typename T>
T OrThrow(QueryState& query, Result<T> result) {
  if (!result.ok()) ThrowFailure(query, result.error());
  return std::move(result).value();
}

}  // namespace tarn::engine

// A query execution: what was asked, how far it is, and what came of it. Durable as one record.
//
// Invariant: a record in a final state never changes again. Times are UTC microseconds; statistics are milliseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "query/store/workgroup.h"

namespace tarn::query {

enum class State : uint8_t {
  kQueued = 0,
  kRunning = 1,
  kSucceeded = 2,
  kFailed = 3,
  kCancelled = 4
};  // frozen: stored

std::string_view StateName(State state);
inline bool IsFinal(State state) { return state >= State::kSucceeded; }

// One column of the results, as GetQueryResults tells it.
struct ResultColumn {
  std::string name;
  std::string type;  // "varchar", "integer", "array"
  int32_t precision = 0;
  int32_t scale = 0;
  bool case_sensitive = false;
};

struct AthenaError {
  int32_t category = 2;  // 1 system, 2 user, 3 other
  int32_t type = 1000;
  bool retryable = false;
  std::string message;
};

struct Statistics {
  int64_t queue_millis = 0;
  int64_t preprocessing_millis = 0;
  int64_t planning_millis = 0;
  int64_t engine_millis = 0;
  int64_t service_millis = 0;
  int64_t total_millis = 0;
  int64_t scanned_bytes = 0;
  int64_t input_rows = 0;
  int64_t output_rows = 0;
  int64_t output_bytes = 0;
  std::string manifest_location;
  bool reused = false;
};

// A table whose rows a query asked for.
struct TableRead {
  Scope scope;
  std::string database;
  std::string table;
};

struct Execution {
  std::string id;
  std::string caller;  // the principal who started it: an ARN; empty in records of earlier lakes
  std::string query;
  std::string statement_type;     // DDL, DML, UTILITY
  std::string substatement_type;  // may be empty
  std::string workgroup;
  std::optional<std::string> database;
  std::optional<std::string> catalog;
  ResultConfiguration result;  // effective; output_location is the whole path of the result
  std::optional<bool> reuse_enabled;
  std::optional<int32_t> reuse_max_age_minutes;
  std::vector<std::string> parameters;
  std::string selected_engine = "AUTO";

  State state = State::kQueued;
  std::optional<std::string> state_reason;
  std::optional<AthenaError> error;
  Timestamp submitted;
  Timestamp completed;  // of a final state
  std::vector<TableRead> read;
  Statistics statistics;

  std::vector<ResultColumn> columns;  // of a result that was written
  bool has_header = false;            // the result object begins with a row of column names
  int64_t update_count = 0;

  bool is_withheld = false;  // not stored: what its rows came to is not told (QueryService::GetFor)
};

std::string EncodeExecution(const Execution& execution);
Result<Execution> DecodeExecution(std::string_view id, std::string_view record);

}  // namespace tarn::query

#include "query/failure.h"

#include <fmt/format.h>

#include "enforce/errors.h"
#include "engine/errors.h"
#include "object/errors.h"
#include "query/errors.h"
#include "sql/errors.h"

namespace tarn::query {
namespace {

constexpr int32_t kSystem = 1;
constexpr int32_t kUser = 2;

// ErrorType as in Athena's error catalog.
struct Row {
  const Reason* reason;
  std::string_view prefix;  // put before the message unless it has it
  int32_t category;
  int32_t type;
  bool retryable = false;
};

constexpr Row kRows[] = {
    {&sql::kParseError, "", kUser, 1006},
    {&sql::kSyntaxError, "SYNTAX_ERROR", kUser, 1006},
    {&sql::kColumnNotFound, "COLUMN_NOT_FOUND", kUser, 1006},
    {&sql::kTableNotFound, "TABLE_NOT_FOUND", kUser, 1006},
    {&sql::kSchemaNotFound, "SCHEMA_NOT_FOUND", kUser, 1006},
    {&sql::kCatalogNotFound, "CATALOG_NOT_FOUND", kUser, 1006},
    {&sql::kTypeMismatch, "TYPE_MISMATCH", kUser, 1006},
    {&sql::kFunctionNotFound, "FUNCTION_NOT_FOUND", kUser, 1006},
    {&sql::kAmbiguousName, "AMBIGUOUS_NAME", kUser, 1006},
    {&sql::kNotSupported, "NOT_SUPPORTED", kUser, 1006},
    {&sql::kInvalidType, "TYPE_NOT_FOUND", kUser, 1006},
    {&sql::kInvalidParameters, "INVALID_PARAMETER_USAGE", kUser, 1006},
    {&engine::kSyntaxError, "SYNTAX_ERROR", kUser, 1006},
    {&engine::kTableNotFound, "TABLE_NOT_FOUND", kUser, 1006},
    {&engine::kColumnNotFound, "COLUMN_NOT_FOUND", kUser, 1006},
    {&engine::kFunctionNotFound, "FUNCTION_NOT_FOUND", kUser, 1006},
    {&engine::kTypeMismatch, "TYPE_MISMATCH", kUser, 1006},
    {&engine::kInvalidCast, "INVALID_CAST_ARGUMENT", kUser, 1000},
    {&engine::kInvalidArgument, "INVALID_FUNCTION_ARGUMENT", kUser, 1000},
    {&engine::kDivisionByZero, "DIVISION_BY_ZERO", kUser, 1000},
    {&engine::kOutOfRange, "NUMERIC_VALUE_OUT_OF_RANGE", kUser, 1000},
    {&engine::kScalarSubquery, "SUBQUERY_MULTIPLE_ROWS", kUser, 1000},
    {&engine::kUserError, "GENERIC_USER_ERROR", kUser, 1000},
    {&engine::kNotSupported, "NOT_SUPPORTED", kUser, 1006},
    {&engine::kPermission, "PERMISSION_DENIED", kUser, 1501},
    {&engine::kBadData, "HIVE_BAD_DATA", kUser, 1001},
    {&engine::kCannotOpenFile, "HIVE_CANNOT_OPEN_SPLIT", kUser, 1001},
    {&engine::kInvalidTable, "HIVE_INVALID_METADATA", kUser, 1004},
    {&engine::kOutOfMemory, "EXCEEDED_LOCAL_MEMORY_LIMIT", kUser, 0, true},
    {&engine::kSpillFull, "EXCEEDED_SPILL_LIMIT", kSystem, 0, true},
    {&engine::kBusy, "CLUSTER_OUT_OF_MEMORY", kSystem, 0, true},
    {&object::kNoSuchBucket, "HIVE_METASTORE_ERROR", kUser, 1001},
    {&object::kAccessDenied, "PERMISSION_DENIED", kUser, 1501},
    {&object::kInvalidArgument, "HIVE_INVALID_METADATA", kUser, 1004},
    {&enforce::kInsufficient, "PERMISSION_DENIED", kUser, 1501},
    {&kNotAuthorized, "", kUser, 1501},
    {&kUserError, "", kUser, 1000},
    {&kCommitConflict, "", kUser, 1000, true},
    {&kInvalidRequest, "", kUser, 1000},
    {&kUnserved, "", kUser, 1006},
};

}  // namespace

void SetFailure(const Error& why, Execution& execution) {
  if (why.reason == &engine::kCancelled) {
    execution.state = State::kCancelled;
    execution.state_reason = "Query cancelled by user";
    return;
  }
  if (why.reason == &engine::kScanCutoff) {
    execution.state = State::kCancelled;
    execution.state_reason = "Query cancelled! : Bytes scanned limit was exceeded";
    return;
  }
  execution.state = State::kFailed;
  AthenaError error;
  error.category = kSystem;
  error.type = 200;
  error.retryable = true;
  std::string_view prefix = "INTERNAL_ERROR_QUERY_ENGINE";
  for (const Row& row : kRows) {
    if (row.reason != why.reason) continue;
    error.category = row.category;
    error.type = row.type;
    error.retryable = row.retryable;
    prefix = row.prefix;
    break;
  }
  // Hive's texts carry their own kind of failure.
  if (why.message.starts_with("FAILED: ")) error.type = 1003;
  const size_t colon = why.message.find(": ");
  bool has_prefix = prefix.empty();
  if (!has_prefix && colon != std::string::npos) {
    has_prefix = why.message.substr(0, colon).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string::npos;
  }
  error.message = has_prefix ? why.message : fmt::format("{}: {}", prefix, why.message);
  execution.state_reason = error.message;
  execution.error = std::move(error);
}

}  // namespace tarn::query

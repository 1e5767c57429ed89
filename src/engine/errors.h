// What a query can fail with. A message is safe to show to the user who ran the query.
#pragma once

#include "base/result.h"

namespace tarn::engine {

// The user's SQL or data. Names in comments are Athena's (Trino's) error names where one exists.
inline constexpr Reason kSyntaxError{"engine.SyntaxError", Code::kInvalidArgument};     // SYNTAX_ERROR
inline constexpr Reason kTableNotFound{"engine.TableNotFound", Code::kNotFound};        // TABLE_NOT_FOUND
inline constexpr Reason kColumnNotFound{"engine.ColumnNotFound", Code::kNotFound};      // COLUMN_NOT_FOUND
inline constexpr Reason kFunctionNotFound{"engine.FunctionNotFound", Code::kNotFound};  // FUNCTION_NOT_FOUND
inline constexpr Reason kTypeMismatch{"engine.TypeMismatch", Code::kInvalidArgument};   // TYPE_MISMATCH
inline constexpr Reason kInvalidCast{"engine.InvalidCast", Code::kInvalidArgument};     // INVALID_CAST_ARGUMENT
inline constexpr Reason kInvalidArgument{"engine.InvalidArgument",
                                         Code::kInvalidArgument};                          // INVALID_FUNCTION_ARGUMENT
inline constexpr Reason kDivisionByZero{"engine.DivisionByZero", Code::kInvalidArgument};  // DIVISION_BY_ZERO
inline constexpr Reason kOutOfRange{"engine.OutOfRange", Code::kInvalidArgument};          // NUMERIC_VALUE_OUT_OF_RANGE
inline constexpr Reason kScalarSubquery{"engine.ScalarSubquery", Code::kInvalidArgument};  // SUBQUERY_MULTIPLE_ROWS
inline constexpr Reason kUserError{"engine.UserError", Code::kInvalidArgument};            // GENERIC_USER_ERROR
inline constexpr Reason kNotSupported{"engine.NotSupported", Code::kUnimplemented};        // NOT_SUPPORTED
inline constexpr Reason kPermission{"engine.Permission", Code::kPermissionDenied};         // PERMISSION_DENIED
inline constexpr Reason kBadData{"engine.BadData", Code::kDataLoss};                       // HIVE_BAD_DATA
inline constexpr Reason kCannotOpenFile{"engine.CannotOpenFile", Code::kUnavailable};      // HIVE_CANNOT_OPEN_SPLIT
inline constexpr Reason kInvalidTable{"engine.InvalidTable", Code::kInvalidArgument};      // HIVE_INVALID_METADATA
// Limits and life cycle.
inline constexpr Reason kOutOfMemory{"engine.OutOfMemory", Code::kResourceExhausted};  // EXCEEDED_LOCAL_MEMORY_LIMIT
inline constexpr Reason kScanCutoff{"engine.ScanCutoff", Code::kResourceExhausted};    // bytes scanned limit exceeded
inline constexpr Reason kSpillFull{"engine.SpillFull", Code::kResourceExhausted};      // spill directory full
inline constexpr Reason kBusy{"engine.Busy", Code::kResourceExhausted};                // queue full: try again later
inline constexpr Reason kCancelled{"engine.Cancelled", Code::kCancelled};              // Execution::Cancel
inline constexpr Reason kInternal{"engine.Internal", Code::kInternal};                 // GENERIC_INTERNAL_ERROR

}  // namespace tarn::engine

// Why a statement was refused; the names follow Athena's error names.
//
// Every message of these but kInvalidType begins with the category and the place as Athena words them:
// "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved or requester is not authorized to access requested
// resources". Parse errors of DML read "line 1:1: mismatched input 'SELEC'. Expecting: ...".
#pragma once

#include "base/result.h"

namespace tarn::sql {

inline constexpr Reason kParseError{"sql.ParseError", Code::kInvalidArgument};  // the text is no statement
inline constexpr Reason kSyntaxError{"sql.SyntaxError", Code::kInvalidArgument};
inline constexpr Reason kColumnNotFound{"sql.ColumnNotFound", Code::kInvalidArgument};
inline constexpr Reason kTableNotFound{"sql.TableNotFound", Code::kInvalidArgument};
inline constexpr Reason kSchemaNotFound{"sql.SchemaNotFound", Code::kInvalidArgument};
inline constexpr Reason kCatalogNotFound{"sql.CatalogNotFound", Code::kInvalidArgument};
inline constexpr Reason kTypeMismatch{"sql.TypeMismatch", Code::kInvalidArgument};
inline constexpr Reason kFunctionNotFound{"sql.FunctionNotFound", Code::kInvalidArgument};
inline constexpr Reason kAmbiguousName{"sql.AmbiguousName", Code::kInvalidArgument};
inline constexpr Reason kNotSupported{"sql.NotSupported", Code::kUnimplemented};
inline constexpr Reason kInvalidType{"sql.InvalidType", Code::kInvalidArgument};
inline constexpr Reason kInvalidParameters{"sql.InvalidParameters", Code::kInvalidArgument};  // EXECUTE's ? values

}  // namespace tarn::sql

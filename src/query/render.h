// The text of a value as Athena writes it into result files: Java's numbers, "[a, b]", "{k=v}", "{a=1, b=2}".
//
// A null cell is no text at all (CSV: nothing between the commas); inside arrays, maps and rows it is "null".
// Threads: free functions, no state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/batch.h"
#include "sql/type.h"

namespace tarn::query {

// Java's Double.toString and Float.toString: "1.0E10", "0.001", "NaN", "-Infinity".
void AppendDouble(double value, std::string& out);
void AppendReal(float value, std::string& out);
// `unscaled` as a decimal number with `scale` fraction digits.
void AppendDecimal(engine::Int128 unscaled, int scale, std::string& out);
void AppendDate(int64_t days, std::string& out);
// "2020-01-01 00:00:00.000" with `digits` fraction digits.
void AppendTimestamp(int64_t micros, int digits, std::string& out);

// Appends the value of `row`, which is not null. `type` says what the engine's column type cannot: the precision of
// timestamps, which interval it is; its kind may be kUnknown.
void AppendValue(const engine::Column& column, size_t row, const sql::Type& type, std::string& out);

// Appends one CSV cell: quoted, quotes doubled.
void AppendQuoted(std::string_view text, std::string& out);

// The engine's type as sql's; kUnknown for what has none (a bare NULL).
sql::Type ToSqlType(const engine::Type& type);

}  // namespace tarn::query

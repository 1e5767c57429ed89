// Iceberg's transforms as DuckDB expressions, exact with iceberg::ApplyTransform, and their results read back.
//
// A key is a transform's result in a form that text keeps: numbers for dates and times, hexadecimal for bytes.
// Threads: pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/schema/transform.h"

namespace tarn::tables {

// A name as a DuckDB identifier.
std::string Quote(std::string_view name);
// The key of `column` (a DuckDB expression). Error Unsupported for a transform that cannot be written with.
Result<std::string> KeySql(const iceberg::Transform& transform, const iceberg::Type& source, const std::string& column);
// The partition value that the text of a key stands for.
Result<iceberg::Value> KeyValue(const iceberg::Transform& transform, const iceberg::Type& source,
                                const std::optional<std::string>& text);

}  // namespace tarn::tables

// What DuckDB's filters say, as conditions by which a table format finds files.
//
// A part that cannot be said is kTrue: nothing is lost by that but speed.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/duck/duck.h"
#include "engine/table_format.h"

namespace tarn::engine {

// The text of a constant that a condition may compare with; none for types without one.
std::optional<std::string> TextOf(const duckdb::Value& value);
// The value of a text (table_format.h) in a type; throws when it is none.
duckdb::Value ValueOf(const std::optional<std::string>& text, const duckdb::LogicalType& type);

// `column_of`: the file column that an expression is, if it is one.
using ColumnOf = std::function<std::optional<size_t>(const duckdb::Expression& expression)>;
Condition ConditionOf(const duckdb::Expression& filter, const ColumnOf& column_of);
Condition ConditionOf(const duckdb::TableFilter& filter, size_t column);

}  // namespace tarn::engine

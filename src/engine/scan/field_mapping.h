// Columns of a table by number and those of one file: what the Parquet reader must be told so that it reads a file
// written under any other schema of the table.
#pragma once

#include <duckdb/common/multi_file/multi_file_data.hpp>

#include "engine/duck/duck.h"
#include "engine/scan/bound_table.h"

namespace tarn::engine {

inline constexpr int32_t kRowIdField = 2147483540;
inline constexpr int32_t kLastUpdatedField = 2147483539;

// A column as DuckDB's mapper takes it, with its parts. By name when the column has no number.
duckdb::MultiFileColumnDefinition DefinitionOf(const ColumnDef& column, const duckdb::LogicalType& type);

// Gives the file's columns the numbers that the mapping says when they carry none; what stays without one gets a number
// that no column of a table has.
void NumberFileColumns(const std::vector<NamedField>& mapping,
                       duckdb::vector<duckdb::MultiFileColumnDefinition>& columns);

// The place of the column among the file's.
std::optional<size_t> FindFileColumn(const duckdb::vector<duckdb::MultiFileColumnDefinition>& columns, int32_t id);

}  // namespace tarn::engine

// What SHOW and DESCRIBE say of Iceberg tables, from their current schema, spec and properties.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "catalog/iceberg/tables.h"

namespace tarn::query {

// The Athena statement that would make the table, one line an item.
std::vector<std::string> ShowCreateIcebergLines(const catalog::IcebergTable& table);
// The columns, then the fields of the partition spec.
std::vector<std::string> DescribeIcebergLines(const catalog::IcebergTable& table);
// Names and types of the current columns, as Hive writes them.
std::vector<catalog::Column> CurrentColumns(const catalog::IcebergTable& table);
// The catalog's parameters and the table's own properties.
catalog::Parameters AllProperties(const catalog::IcebergTable& table);

}  // namespace tarn::query

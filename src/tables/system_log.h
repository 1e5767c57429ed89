// What the lake tells of itself, as rows of Iceberg tables in database `tarn_system`: readable as every other table.
//
// The database and the table are made when the first rows come; a table that is there keeps its columns, those that it
// lacks are left out. Rows become one data file and one append, durable on return.
// Errors: those of writing files and of commits; iceberg::kInvalid for a row that does not fit. Blocking. Threads: any.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "iceberg/schema/type.h"
#include "tables/upkeep/upkeep.h"

namespace tarn::tables {

inline constexpr std::string_view kSystemDatabase = "tarn_system";

struct SystemColumn {
  std::string name;
  iceberg::TypeId type = iceberg::TypeId::kString;  // a primitive one
  std::string doc;
};

struct SystemTable {
  std::string name;
  std::string comment;
  std::vector<SystemColumn> columns;
};

// A value per column as text in its type ("2026-11-21 15:00:00.000000+00" of a timestamptz); nothing: null.
using SystemRow = std::vector<std::optional<std::string>>;

Status AppendSystemRows(const UpkeepParts& parts, const Scope& scope, const SystemTable& table,
                        std::vector<SystemRow> rows);

// A time as a column of type timestamptz takes it.
std::string SystemTime(Timestamp time);

}  // namespace tarn::tables

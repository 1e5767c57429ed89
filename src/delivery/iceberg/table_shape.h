// What records tell of a table's columns: for tables that deliveries make, or give new columns.
//
// true is boolean; whole numbers are bigint, others double; texts string; lists and objects what is in them. What
// records do not agree about is string, and so is what is only ever empty; a member that is always null is no column.
// Names are in lower case. Pure. Threads: one at a time.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/column_type.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/update.h"
#include "json/json.h"

namespace tarn::delivery {

class Shape {
 public:
  void Add(const json::Value& record);
  bool empty() const { return columns_.empty(); }

  // As the schema of a new table. Errors: kBadRecord when records are nested too deeply.
  Result<iceberg::SchemaPtr> NewSchema() const;
  // Updates that add the columns that the table does not have; none when it has them all.
  Result<std::vector<iceberg::Update>> Missing(const iceberg::TableMetadata& metadata) const;

 private:
  struct Column {
    std::string name;
    engine::Type type;
  };
  std::vector<Column> columns_;  // in the order of their coming; kNull: nothing is known yet
};

// A table of that schema, partitioned by the values of columns. Errors: kBadRecord when there is no such column.
Result<iceberg::PartitionSpec> PartitionedBy(const iceberg::Schema& schema, const std::vector<std::string>& columns);

}  // namespace tarn::delivery

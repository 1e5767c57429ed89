// What Lake Formation leaves of a table, as the engine and the analysis are told of it.
//
// Invariants: a column that is not seen is in no TableInfo; a binding carries the row filter, hidden columns and what
// stands for masked ones, so that all of it is done inside the scan. What cannot be expressed is refused. Errors:
// enforce::kInsufficient, sql's for a filter that is none. Threads: any.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/iceberg/manifests.h"
#include "catalog/table.h"
#include "enforce/rights.h"
#include "engine/table.h"
#include "govern/access.h"
#include "iceberg/metadata/table_metadata.h"
#include "query/iam_rights.h"
#include "sql/analyze.h"
#include "tables/upkeep/upkeep.h"

namespace tarn::query {

// A column's type as it is seen; no value: the column is not.
std::optional<sql::Type> SeenType(const govern::TableAccess& access, const std::string& path, const sql::Type& type);

// `columns` are all of the table's, as they are. The binding's own row filter and hidden columns stay.
Status BindAccess(const govern::TableAccess& access, std::string_view table,
                  const std::vector<sql::TableColumn>& columns, Timestamp now, engine::TableBinding& binding);

// The text of a view of which the caller sees some columns alone.
Result<std::string> SeenView(const catalog::Table& view, const std::string& text, const govern::TableAccess& access);

// What lies elsewhere than below its table's location is touched for those alone who may use the registered location
// that it is in, and by IAM: a table's metadata can name any file.
Status MayTouch(const enforce::Rights& rights, const IamRights& iam, const std::string& path, tables::Touch how);
// The same for reading, of all that a table names which lies at `home`. `rights` and `iam` outlive it.
catalog::MayOpen MayOpenOf(std::string_view home, const enforce::Rights& rights, const IamRights& iam);

// Values of partitions are values of rows.
Status CheckPartitionsSeen(const catalog::Table& table, const govern::TableAccess& access);

// The access to a state whose schema is another than the table's: columns are those of the same number and name, no
// others are seen. kInsufficient where a filter names a column that was not there, or was another.
Result<govern::TableAccess> AccessAt(const govern::TableAccess& access, const iceberg::TableMetadata& metadata,
                                     const iceberg::Schema& schema, std::string_view table);

}  // namespace tarn::query

// Iceberg tables in DDL: definitions from CREATE TABLE and CTAS, properties as Athena names them, schema changes.
//
// Errors read as Athena's. Threads: pure functions, but those that take a Job.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/iceberg/tables.h"
#include "iceberg/metadata/builder.h"
#include "iceberg/metadata/table_metadata.h"
#include "query/statement/job.h"
#include "sql/statement.h"
#include "sql/type.h"
#include "tables/upkeep/upkeep.h"

namespace tarn::query {

// Whether TBLPROPERTIES or WITH name the table type ICEBERG.
bool SaysIceberg(const sql::Properties& properties);
bool SaysIceberg(const sql::QueryProperties& properties);

// "format", "write_compression", "optimize_*", "vacuum_*" … as the table keeps them: Athena's names, and the properties
// of the format that they mean. Format properties (write.*, history.*, commit.*, …) are taken as they are.
Result<iceberg::Properties> TableProperties(const std::vector<std::pair<std::string, std::string>>& given);
// The keys that a given one set, for UNSET.
std::vector<std::string> PropertyKeys(std::string_view given);

// Nested fields get ids from `next_id` on.
Result<iceberg::Type> IcebergTypeOf(const sql::Type& type, int32_t& next_id);

// A spec over the schema's columns; ids are left for the table to give.
Result<iceberg::PartitionSpec> SpecOf(const iceberg::Schema& schema,
                                      const std::vector<sql::PartitionTransform>& fields);
// "bucket(id, 16)", "day(ts)", "country".
Result<sql::PartitionTransform> ParseTransformText(std::string_view text);
Result<iceberg::PartitionField> PartitionFieldOf(const iceberg::Schema& schema, const sql::PartitionTransform& field);

// The definition that the statement describes.
Result<iceberg::NewTable> DefineTable(const sql::CreateTable& create);

// The error that a failed commit or look-up is told as.
Error IcebergError(const Error& error, std::string_view database, std::string_view table);

// The table that a statement names, when it is one of Iceberg: nothing otherwise (also when there is none).
Result<std::optional<catalog::IcebergTable>> FindIceberg(Job& job, const sql::TableName& name);

// Who holds all on what the statement makes.
std::string MakerOf(const Job& job);
// Whether the caller may open what the table's files name.
catalog::MayOpen MayOpenOf(const Job& job, const catalog::IcebergTable& table);
// Whether the caller may put files into, or take them from, the folders that the table's properties name elsewhere than
// below its location, and the one that its metadata calls its own. Errors: kInsufficient, kNotAuthorized.
Status CheckFolders(const Job& job, const catalog::IcebergTable& table, tables::Touch how);
Status CheckFolders(const Job& job, std::string_view home, const iceberg::Properties& properties, tables::Touch how);

// Commits what `change` makes of the present table, again when another commit came between.
using MakeUpdates = std::function<Result<std::vector<iceberg::Update>>(const iceberg::TableMetadata& metadata)>;
Status ChangeIceberg(Job& job, const sql::TableName& name, const MakeUpdates& change);

}  // namespace tarn::query

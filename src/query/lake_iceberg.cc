// Iceberg tables as a query sees them: one state per table and query, columns of that state's schema.
#include <fmt/format.h>

#include "base/strings.h"
#include "engine/errors.h"
#include "iceberg/errors.h"
#include "query/errors.h"
#include "query/lake.h"
#include "sql/errors.h"
#include "tables/read.h"

namespace tarn::query {
namespace {

using iceberg::TypeId;
using sql::TypeKind;

sql::Type WithLength(TypeKind kind, int32_t length) {
  sql::Type type = sql::MakeType(kind);
  type.length = length;
  return type;
}

}  // namespace

Result<sql::Type> ToSqlType(const iceberg::Type& type) {
  switch (type.id()) {
    case TypeId::kUnknown:
      return sql::MakeType(TypeKind::kUnknown);
    case TypeId::kBoolean:
      return sql::MakeType(TypeKind::kBoolean);
    case TypeId::kInt:
      return sql::MakeType(TypeKind::kInteger);
    case TypeId::kLong:
      return sql::MakeType(TypeKind::kBigint);
    case TypeId::kFloat:
      return sql::MakeType(TypeKind::kReal);
    case TypeId::kDouble:
      return sql::MakeType(TypeKind::kDouble);
    case TypeId::kDecimal:
      return sql::DecimalType(type.precision(), type.scale());
    case TypeId::kDate:
      return sql::MakeType(TypeKind::kDate);
    case TypeId::kTime:
      return WithLength(TypeKind::kTime, 6);
    case TypeId::kTimestamp:
    case TypeId::kTimestampNs:
      return WithLength(TypeKind::kTimestamp, 6);
    case TypeId::kTimestampTz:
    case TypeId::kTimestampTzNs:
      return WithLength(TypeKind::kTimestampTz, 6);
    case TypeId::kString:
      return sql::VarcharType();
    case TypeId::kUuid:
      return sql::MakeType(TypeKind::kUuid);
    case TypeId::kFixed:
    case TypeId::kBinary:
      return sql::MakeType(TypeKind::kVarbinary);
    case TypeId::kList: {
      TARN_TRY(sql::Type element, ToSqlType(type.fields()[0].type));
      return sql::ArrayType(std::move(element));
    }
    case TypeId::kMap: {
      TARN_TRY(sql::Type key, ToSqlType(type.fields()[0].type));
      TARN_TRY(sql::Type value, ToSqlType(type.fields()[1].type));
      return sql::MapType(std::move(key), std::move(value));
    }
    case TypeId::kStruct: {
      sql::Type row = sql::MakeType(TypeKind::kRow);
      for (const iceberg::Field& field : type.fields()) {
        TARN_TRY(sql::Type child, ToSqlType(field.type));
        row.names.push_back(AsciiLower(field.name));
        row.args.push_back(std::move(child));
      }
      return row;
    }
    case TypeId::kVariant:
    case TypeId::kGeometry:
    case TypeId::kGeography:
      break;
  }
  return Fail(iceberg::kUnsupported, fmt::format("columns of type {} cannot be queried", iceberg::TypeText(type)));
}

Result<std::shared_ptr<const IcebergState>> Lake::FindIceberg(const std::string& database,
                                                              const std::string& engine_table) const {
  {
    std::scoped_lock lock(mutex_);
    if (const auto found = iceberg_states_.find({database, engine_table}); found != iceberg_states_.end()) {
      return found->second;
    }
  }
  TARN_TRY(auto record, Load(database, engine_table));
  if (record == nullptr || !record->IsIceberg()) return std::shared_ptr<const IcebergState>();
  TARN_TRY(catalog::IcebergTable table, iceberg_.tables.Load(scope_, database, engine_table));
  TARN_TRY(catalog::ScanState at, catalog::StateAt(*table.metadata, {}));
  auto state = std::make_shared<const IcebergState>(IcebergState{std::move(table), std::move(at)});
  std::scoped_lock lock(mutex_);
  return iceberg_states_.emplace(Name(database, engine_table), std::move(state)).first->second;
}

Result<std::optional<sql::TableInfo>> Lake::DescribeIceberg(const sql::TableName& name) const {
  TARN_TRY(auto state, FindIceberg(name.database, name.table));
  if (state == nullptr) return std::optional<sql::TableInfo>();
  sql::TableInfo info;
  info.catalog = name.catalog;
  info.database = name.database;
  info.table = name.table;
  for (const iceberg::Field& column : state->at.schema->columns()) {
    Result<sql::Type> type = ToSqlType(column.type);
    if (!type.ok()) {
      return Fail(sql::kNotSupported, fmt::format("NOT_SUPPORTED: column {} of {}.{}: {}", column.name, name.database,
                                                  name.table, type.error().message));
    }
    info.columns.push_back({AsciiLower(column.name), std::move(type).value()});
  }
  const sql::Type number = sql::MakeType(TypeKind::kBigint);
  info.hidden_columns = {{"$path", sql::VarcharType()},
                         {"$file_size", number},
                         {"$file_modified_time", WithLength(TypeKind::kTimestampTz, 3)},
                         {"$pos", number},
                         {"_row_id", number},
                         {"_last_updated_sequence_number", number}};
  return std::optional(std::move(info));
}

Result<std::shared_ptr<const engine::TableBinding>> Lake::BindIceberg(const IcebergState& state) {
  const tables::Reader reader{iceberg_.manifests, iceberg_.planner, files_, scope_};
  TARN_TRY(auto binding, tables::BindForRead(reader, state.table.metadata, state.at));
  return std::shared_ptr<const engine::TableBinding>(std::move(binding));
}

}  // namespace tarn::query

// Iceberg tables as a query sees them: one state per table and query, columns of that state's schema.
#include <fmt/format.h>

#include <map>

#include "base/strings.h"
#include "catalog/buckets/table_buckets.h"
#include "catalog/places.h"
#include "enforce/columns.h"
#include "enforce/errors.h"
#include "engine/errors.h"
#include "govern/answer/uri.h"
#include "iceberg/errors.h"
#include "query/errors.h"
#include "query/iceberg_metadata.h"
#include "query/lake/access.h"
#include "query/lake/lake.h"
#include "query/lake/place.h"
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

// Types of columns about tables.
Result<engine::Type> ToEngineType(const sql::Type& type) {
  using engine::Kind;
  static const std::map<TypeKind, Kind> kinds = {
      {TypeKind::kBoolean, Kind::kBoolean}, {TypeKind::kInteger, Kind::kInteger},
      {TypeKind::kBigint, Kind::kBigInt},   {TypeKind::kReal, Kind::kReal},
      {TypeKind::kDouble, Kind::kDouble},   {TypeKind::kDecimal, Kind::kDecimal},
      {TypeKind::kDate, Kind::kDate},       {TypeKind::kTime, Kind::kTime},
      {TypeKind::kUuid, Kind::kUuid},       {TypeKind::kVarbinary, Kind::kVarbinary},
      {TypeKind::kArray, Kind::kArray},     {TypeKind::kTimestampTz, Kind::kTimestampTz},
      {TypeKind::kMap, Kind::kMap},         {TypeKind::kTimestamp, Kind::kTimestamp},
      {TypeKind::kRow, Kind::kRow},         {TypeKind::kVarchar, Kind::kVarchar}};
  const auto kind = kinds.find(type.kind);
  if (kind == kinds.end()) return Fail(sql::kNotSupported, "NOT_SUPPORTED: a column of type " + sql::ToTrino(type));
  engine::Type out{.kind = kind->second};
  if (type.Is(TypeKind::kDecimal)) {
    out.precision = type.length;
    out.scale = type.scale;
  }
  out.names = type.names;
  for (const sql::Type& child : type.args) {
    TARN_TRY(engine::Type part, ToEngineType(child));
    out.children.push_back(std::move(part));
  }
  return out;
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

// What the table's files name elsewhere than in its folder is read with rights of the caller's own; another account's
// not at all.
catalog::MayOpen Lake::MayOpenFor(const IcebergState& state) const {
  if (!IsForeign(state.scope)) return MayOpenOf(state.table.record.location(), seen_.rights(), iam_);
  return [folder = catalog::FolderOf(state.table.record.location())](const std::string& path) -> Status {
    if (!folder.empty() && govern::PlainUri(path).starts_with(folder)) return Ok();
    return Fail(enforce::kInsufficient, fmt::format("Insufficient Lake Formation permission(s) on {}", path));
  };
}

Result<std::shared_ptr<const IcebergState>> Lake::FindIceberg(const std::string& database,
                                                              const std::string& engine_table) const {
  {
    std::scoped_lock lock(mutex_);
    if (const auto found = iceberg_states_.find({database, engine_table}); found != iceberg_states_.end()) {
      return found->second;
    }
  }
  TARN_TRY(const SeenTable seen, Load(database, engine_table));
  if (seen.table == nullptr || !seen.table->IsIceberg()) return std::shared_ptr<const IcebergState>();
  TARN_TRY(catalog::IcebergTable table, iceberg_.tables.Load(seen.scope, seen.table->database, seen.table->name));
  TARN_TRY(catalog::ScanState at, catalog::StateAt(*table.metadata, {}));
  auto state = std::make_shared<const IcebergState>(IcebergState{.table = std::move(table),
                                                                 .at = std::move(at),
                                                                 .access = seen.access,
                                                                 .vended = seen.vended,
                                                                 .tail = nullptr,
                                                                 .scope = seen.scope});
  std::scoped_lock lock(mutex_);
  return iceberg_states_.emplace(Name(database, engine_table), std::move(state)).first->second;
}

// Which state `FOR … AS OF` means, as Trino reads it.
Result<catalog::ScanPoint> Lake::PointOf(const sql::TableName& name, const std::string& kind, sql::ExprPtr value,
                                         const iceberg::TableMetadata& metadata) const {
  if (!evaluate_) return Fail(sql::kNotSupported, "NOT_SUPPORTED: time travel is not supported in this statement");
  TARN_TRY(const Constant constant, evaluate_(std::move(value)));
  if (!constant.text) return Fail(kUserError, "INVALID_ARGUMENTS: Pointer value cannot be NULL");
  catalog::ScanPoint point;
  if (kind == "version") {
    if (constant.type.IsInteger()) {
      point.snapshot_id = ParseI64(*constant.text);
      if (!point.snapshot_id || metadata.FindSnapshot(*point.snapshot_id) == nullptr) {
        return Fail(kUserError, "INVALID_ARGUMENTS: Iceberg snapshot ID does not exists: " + *constant.text);
      }
      return point;
    }
    if (constant.type.IsString()) {
      if (metadata.FindRef(*constant.text) == nullptr) {
        return Fail(kUserError, "INVALID_ARGUMENTS: Cannot find snapshot with reference name: " + *constant.text);
      }
      point.ref = *constant.text;
      return point;
    }
    return Fail(sql::kNotSupported,
                "NOT_SUPPORTED: Unsupported type for table version: " + sql::ToTrino(constant.type));
  }
  const std::optional<int64_t> micros = ParseI64(*constant.text);
  const bool moment = constant.type.Is(TypeKind::kDate) || constant.type.Is(TypeKind::kTimestamp) ||
                      constant.type.Is(TypeKind::kTimestampTz);
  if (!moment || !micros) {
    return Fail(sql::kNotSupported,
                "NOT_SUPPORTED: Unsupported type for temporal table version: " + sql::ToTrino(constant.type));
  }
  const std::string text = FormatIso8601(Timestamp{*micros});
  if (*micros > now_.micros) {
    return Fail(kUserError, fmt::format("INVALID_ARGUMENTS: Pointer value '{}' is not in the past", text));
  }
  // Rounded down: what was committed later within the millisecond is later.
  point.timestamp_ms = *micros >= 0 ? *micros / 1000 : (*micros - 999) / 1000;
  if (metadata.SnapshotAsOf(*point.timestamp_ms) == nullptr) {
    return Fail(kUserError, fmt::format("INVALID_ARGUMENTS: No version history table \"{}\".\"{}\" at or before {}",
                                        name.database, name.table, text));
  }
  return point;
}

Result<std::optional<sql::TableInfo>> Lake::FindVersion(const sql::TableName& name, const std::string& kind,
                                                        sql::ExprPtr value) const {
  if (const auto placed = PlacedName(name)) return FindVersion(*placed, kind, std::move(value));
  TARN_TRY(auto current, name.database == kInformationSchema ? Result<std::shared_ptr<const IcebergState>>(nullptr)
                                                             : FindIceberg(name.database, name.table));
  if (current == nullptr) {
    TARN_TRY(auto other, FindTable(name));
    if (!other) return other;
    return CatalogView::FindVersion(name, kind, std::move(value));
  }
  const iceberg::TableMetadata& metadata = *current->table.metadata;
  TARN_TRY(const catalog::ScanPoint point, PointOf(name, kind, std::move(value), metadata));
  IcebergState past{.table = current->table,
                    .at = {},
                    .access = {},
                    .vended = current->vended,
                    .tail = nullptr,
                    .scope = current->scope};
  TARN_TRY(past.at, catalog::StateAt(metadata, point));
  TARN_TRY(past.access, AccessAt(current->access, metadata, *past.at.schema, name.table));
  TARN_TRY(auto info, DescribeIceberg(name, past));
  std::scoped_lock lock(mutex_);
  info->engine_table = fmt::format("{}$at {}", name.table, iceberg_states_.size());
  iceberg_states_[{name.database, info->engine_table}] = std::make_shared<const IcebergState>(std::move(past));
  return info;
}

Result<std::optional<sql::TableInfo>> Lake::DescribeMetadata(const sql::TableName& name) const {
  const auto about = ParseMetadataName(name.table);
  if (!about || name.database == kInformationSchema) return std::optional<sql::TableInfo>();
  TARN_TRY(auto state, FindIceberg(name.database, about->table));
  if (state == nullptr) return std::optional<sql::TableInfo>();
  // They tell of files, and so of rows and bounds of all columns.
  if (!state->access.whole()) return enforce::Insufficient(govern::Permission::kSelect, about->table);
  sql::TableInfo info;
  info.catalog = name.catalog;
  info.database = name.database;
  info.table = name.table;
  TARN_TRY(info.columns, MetadataColumns(about->kind, *state));
  return std::optional(std::move(info));
}

Result<std::shared_ptr<const engine::TableBinding>> Lake::BindMetadata(const std::string& database,
                                                                       const std::string& name) {
  const std::shared_ptr<const engine::TableBinding> none;
  const auto about = ParseMetadataName(name);
  if (!about) return none;
  TARN_TRY(auto state, FindIceberg(database, about->table));
  if (state == nullptr || !state->access.whole()) return none;
  if (state->vended) {
    TARN_CHECK(iam_.DataAccess());
  } else if (PlaceOf(scope_, database).scope == scope_) {
    TARN_CHECK(iam_.Below("s3:GetObject", state->table.record.location()));
  }
  auto binding = std::make_shared<engine::TableBinding>();
  binding->format = engine::Format::kRows;
  binding->virtual_columns = false;
  TARN_TRY(const auto columns, MetadataColumns(about->kind, *state));
  for (const sql::TableColumn& column : columns) {
    TARN_TRY(engine::Type type, ToEngineType(column.type));
    binding->columns.push_back({column.name, std::move(type)});
  }
  TARN_TRY(binding->rows, MetadataRowsOf(about->kind, *state, iceberg_.manifests, catalog::PlainScope(state->scope),
                                         MayOpenFor(*state)));
  return std::shared_ptr<const engine::TableBinding>(std::move(binding));
}

Result<std::optional<sql::TableInfo>> Lake::DescribeIceberg(const sql::TableName& name,
                                                            const IcebergState& state) const {
  sql::TableInfo info;
  info.catalog = name.catalog;
  info.database = name.database;
  info.table = name.table;
  if (!state.access.Has(govern::Permission::kSelect)) return std::optional(std::move(info));
  for (const iceberg::Field& column : state.at.schema->columns()) {
    if (!enforce::Sees(state.access, AsciiLower(column.name))) continue;
    Result<sql::Type> type = ToSqlType(column.type);
    if (!type.ok()) {
      return Fail(sql::kNotSupported, fmt::format("NOT_SUPPORTED: column {} of {}.{}: {}", column.name, name.database,
                                                  name.table, type.error().message));
    }
    const auto seen = SeenType(state.access, AsciiLower(column.name), *type);
    if (seen) info.columns.push_back({AsciiLower(column.name), *seen});
  }
  if (!state.access.whole()) return std::optional(std::move(info));
  const sql::Type number = sql::MakeType(TypeKind::kBigint);
  info.hidden_columns = {{"$path", sql::VarcharType()},
                         {"$file_size", number},
                         {"$file_modified_time", WithLength(TypeKind::kTimestampTz, 3)},
                         {"$pos", number},
                         {"_row_id", number},
                         {"_last_updated_sequence_number", number}};
  return std::optional(std::move(info));
}

Result<std::shared_ptr<const engine::TableBinding>> Lake::BindIceberg(const IcebergState& state, bool in_s3) {
  const std::string home(state.table.record.location());
  const bool by_iam = in_s3 && !state.vended;
  if (state.vended) TARN_CHECK(iam_.DataAccess());
  if (by_iam) TARN_CHECK(iam_.Below("s3:GetObject", home));
  const tables::Reader reader{iceberg_.manifests, iceberg_.planner, FilesOf(state.scope),
                              catalog::PlainScope(state.scope), MayOpenFor(state)};
  tables::ReadOptions options;
  options.tail = state.tail;
  TARN_TRY(auto binding, tables::BindForRead(reader, state.table.metadata, state.at, std::move(options)));
  binding->source = iam_.Guarded(std::move(binding->source), by_iam ? std::vector<std::string>() : std::vector{home});
  if (state.tail != nullptr) binding->source = tables::WithTail(std::move(binding->source), state.tail);
  if (!state.access.whole()) {
    std::vector<sql::TableColumn> columns;
    for (const iceberg::Field& column : state.at.schema->columns()) {
      TARN_TRY(sql::Type type, ToSqlType(column.type));
      columns.push_back({AsciiLower(column.name), std::move(type)});
    }
    TARN_CHECK(BindAccess(state.access, state.table.record.name, columns, now_, *binding));
  }
  return std::shared_ptr<const engine::TableBinding>(std::move(binding));
}

}  // namespace tarn::query

#include "engine/duck/types.h"

#include <utility>

namespace tarn::engine {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;

LogicalType ToDuckType(const Type& type) {
  switch (type.kind) {
    case Kind::kNull:
      return LogicalType::SQLNULL;
    case Kind::kBoolean:
      return LogicalType::BOOLEAN;
    case Kind::kTinyInt:
      return LogicalType::TINYINT;
    case Kind::kSmallInt:
      return LogicalType::SMALLINT;
    case Kind::kInteger:
      return LogicalType::INTEGER;
    case Kind::kBigInt:
      return LogicalType::BIGINT;
    case Kind::kHugeInt:
      return LogicalType::HUGEINT;
    case Kind::kReal:
      return LogicalType::FLOAT;
    case Kind::kDouble:
      return LogicalType::DOUBLE;
    case Kind::kDecimal:
      return LogicalType::DECIMAL(static_cast<uint8_t>(type.precision), static_cast<uint8_t>(type.scale));
    case Kind::kVarchar:
    case Kind::kChar:
      return LogicalType::VARCHAR;
    case Kind::kVarbinary:
      return LogicalType::BLOB;
    case Kind::kDate:
      return LogicalType::DATE;
    case Kind::kTime:
      return LogicalType::TIME;
    case Kind::kTimestamp:
      return LogicalType::TIMESTAMP;
    case Kind::kTimestampTz:
      return LogicalType::TIMESTAMP_TZ;
    case Kind::kIntervalDayTime:
      return LogicalType::INTERVAL;
    case Kind::kUuid:
      return LogicalType::UUID;
    case Kind::kJson:
      return LogicalType::JSON();
    case Kind::kArray:
      return LogicalType::LIST(ToDuckType(type.children[0]));
    case Kind::kMap:
      return LogicalType::MAP(ToDuckType(type.children[0]), ToDuckType(type.children[1]));
    case Kind::kRow: {
      duckdb::child_list_t<LogicalType> fields;
      for (size_t i = 0; i < type.children.size(); ++i) {
        fields.emplace_back(type.names[i], ToDuckType(type.children[i]));
      }
      return LogicalType::STRUCT(std::move(fields));
    }
  }
  return LogicalType::VARCHAR;
}

LogicalType PresentableType(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::UTINYINT:
      return LogicalType::SMALLINT;
    case LogicalTypeId::USMALLINT:
      return LogicalType::INTEGER;
    case LogicalTypeId::UINTEGER:
      return LogicalType::BIGINT;
    case LogicalTypeId::UBIGINT:
    case LogicalTypeId::UHUGEINT:
      return LogicalType::HUGEINT;
    case LogicalTypeId::TIMESTAMP_SEC:
    case LogicalTypeId::TIMESTAMP_MS:
    case LogicalTypeId::TIMESTAMP_NS:
      return LogicalType::TIMESTAMP;
    case LogicalTypeId::TIME_TZ:
    case LogicalTypeId::TIME_NS:
      return LogicalType::TIME;
    case LogicalTypeId::ENUM:
    case LogicalTypeId::BIT:
    case LogicalTypeId::BIGNUM:
    case LogicalTypeId::UNION:
    case LogicalTypeId::VARIANT:
      return LogicalType::VARCHAR;
    case LogicalTypeId::ARRAY:
      return LogicalType::LIST(PresentableType(duckdb::ArrayType::GetChildType(type)));
    case LogicalTypeId::LIST:
      return LogicalType::LIST(PresentableType(duckdb::ListType::GetChildType(type)));
    case LogicalTypeId::MAP:
      return LogicalType::MAP(PresentableType(duckdb::MapType::KeyType(type)),
                              PresentableType(duckdb::MapType::ValueType(type)));
    case LogicalTypeId::STRUCT: {
      duckdb::child_list_t<LogicalType> fields;
      for (const auto& field : duckdb::StructType::GetChildTypes(type)) {
        fields.emplace_back(field.first, PresentableType(field.second));
      }
      return LogicalType::STRUCT(std::move(fields));
    }
    default:
      return type;
  }
}

Type FromDuckType(const LogicalType& given) {
  const LogicalType type = PresentableType(given);
  switch (type.id()) {
    case LogicalTypeId::BOOLEAN:
      return {.kind = Kind::kBoolean};
    case LogicalTypeId::TINYINT:
      return {.kind = Kind::kTinyInt};
    case LogicalTypeId::SMALLINT:
      return {.kind = Kind::kSmallInt};
    case LogicalTypeId::INTEGER:
      return {.kind = Kind::kInteger};
    case LogicalTypeId::BIGINT:
      return {.kind = Kind::kBigInt};
    case LogicalTypeId::HUGEINT:
      return {.kind = Kind::kHugeInt};
    case LogicalTypeId::FLOAT:
      return {.kind = Kind::kReal};
    case LogicalTypeId::DOUBLE:
      return {.kind = Kind::kDouble};
    case LogicalTypeId::DECIMAL:
      return {.kind = Kind::kDecimal,
              .precision = duckdb::DecimalType::GetWidth(type),
              .scale = duckdb::DecimalType::GetScale(type)};
    case LogicalTypeId::BLOB:
      return {.kind = Kind::kVarbinary};
    case LogicalTypeId::DATE:
      return {.kind = Kind::kDate};
    case LogicalTypeId::TIME:
      return {.kind = Kind::kTime};
    case LogicalTypeId::TIMESTAMP:
      return {.kind = Kind::kTimestamp};
    case LogicalTypeId::TIMESTAMP_TZ:
      return {.kind = Kind::kTimestampTz};
    case LogicalTypeId::INTERVAL:
      return {.kind = Kind::kIntervalDayTime};
    case LogicalTypeId::UUID:
      return {.kind = Kind::kUuid};
    case LogicalTypeId::SQLNULL:
      return {.kind = Kind::kNull};
    case LogicalTypeId::LIST:
      return {.kind = Kind::kArray, .children = {FromDuckType(duckdb::ListType::GetChildType(type))}};
    case LogicalTypeId::MAP:
      return {
          .kind = Kind::kMap,
          .children = {FromDuckType(duckdb::MapType::KeyType(type)), FromDuckType(duckdb::MapType::ValueType(type))}};
    case LogicalTypeId::STRUCT: {
      Type row{.kind = Kind::kRow};
      for (const auto& field : duckdb::StructType::GetChildTypes(type)) {
        row.names.push_back(field.first);
        row.children.push_back(FromDuckType(field.second));
      }
      return row;
    }
    default:
      return {.kind = type.IsJSONType() ? Kind::kJson : Kind::kVarchar};
  }
}

BatchReader::BatchReader(const std::vector<Type>& types) : types_(types) { batch_.columns_.resize(types.size()); }

const Batch& BatchReader::Read(duckdb::DataChunk& chunk) {
  chunk.Flatten();
  batch_.rows_ = chunk.size();
  for (size_t i = 0; i < types_.size(); ++i) Bind(batch_.columns_[i], types_[i], chunk.data[i], chunk.size());
  return batch_;
}

void BatchReader::Bind(Column& column, const Type& type, duckdb::Vector& vector, size_t rows) {
  vector.Flatten(rows);
  column.type_ = &type;
  const duckdb::ValidityMask& validity = duckdb::FlatVector::Validity(vector);
  column.validity_ = validity.AllValid() ? nullptr : validity.GetData();
  column.children_.resize(type.children.size());
  if (type.kind == Kind::kRow) {
    column.data_ = nullptr;
    auto& fields = duckdb::StructVector::GetEntries(vector);
    for (size_t i = 0; i < fields.size(); ++i) Bind(column.children_[i], type.children[i], *fields[i], rows);
    return;
  }
  column.data_ = duckdb::FlatVector::GetData(vector);
  column.width_ = static_cast<uint8_t>(duckdb::GetTypeIdSize(vector.GetType().InternalType()));
  if (type.kind == Kind::kArray) {
    Bind(column.children_[0], type.children[0], duckdb::ListVector::GetEntry(vector),
         duckdb::ListVector::GetListSize(vector));
  } else if (type.kind == Kind::kMap) {
    const size_t size = duckdb::ListVector::GetListSize(vector);
    auto& entry = duckdb::ListVector::GetEntry(vector);
    entry.Flatten(size);
    auto& fields = duckdb::StructVector::GetEntries(entry);
    for (size_t i = 0; i < 2; ++i) Bind(column.children_[i], type.children[i], *fields[i], size);
  }
}

}  // namespace tarn::engine

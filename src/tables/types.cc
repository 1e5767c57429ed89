#include "tables/types.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "iceberg/errors.h"

namespace tarn::tables {
namespace {

using engine::Kind;
using iceberg::TypeId;

Result<engine::Type> NestedToEngine(const iceberg::Type& type) {
  engine::Type out;
  out.kind = type.is_list() ? Kind::kArray : type.is_map() ? Kind::kMap : Kind::kRow;
  for (const iceberg::Field& field : type.fields()) {
    TARN_TRY(engine::Type child, ToEngine(field.type));
    out.children.push_back(std::move(child));
    if (type.is_struct()) out.names.push_back(field.name);
  }
  return out;
}

}  // namespace

Result<engine::Type> ToEngine(const iceberg::Type& type) {
  switch (type.id()) {
    case TypeId::kUnknown:
      return engine::Type{.kind = Kind::kNull};
    case TypeId::kBoolean:
      return engine::Type{.kind = Kind::kBoolean};
    case TypeId::kInt:
      return engine::Type{.kind = Kind::kInteger};
    case TypeId::kLong:
      return engine::Type{.kind = Kind::kBigInt};
    case TypeId::kFloat:
      return engine::Type{.kind = Kind::kReal};
    case TypeId::kDouble:
      return engine::Type{.kind = Kind::kDouble};
    case TypeId::kDecimal:
      return engine::Type{.kind = Kind::kDecimal, .precision = type.precision(), .scale = type.scale()};
    case TypeId::kDate:
      return engine::Type{.kind = Kind::kDate};
    case TypeId::kTime:
      return engine::Type{.kind = Kind::kTime};
    case TypeId::kTimestamp:
    case TypeId::kTimestampNs:
      return engine::Type{.kind = Kind::kTimestamp};
    case TypeId::kTimestampTz:
    case TypeId::kTimestampTzNs:
      return engine::Type{.kind = Kind::kTimestampTz};
    case TypeId::kString:
      return engine::Type{.kind = Kind::kVarchar};
    case TypeId::kUuid:
      return engine::Type{.kind = Kind::kUuid};
    case TypeId::kFixed:
    case TypeId::kBinary:
      return engine::Type{.kind = Kind::kVarbinary};
    case TypeId::kStruct:
    case TypeId::kList:
    case TypeId::kMap:
      return NestedToEngine(type);
    case TypeId::kVariant:
    case TypeId::kGeometry:
    case TypeId::kGeography:
      break;
  }
  return Fail(iceberg::kUnsupported, fmt::format("columns of type {} cannot be queried", iceberg::TypeText(type)));
}

Result<iceberg::Type> FromEngine(const engine::Type& type, int32_t& next_id) {
  switch (type.kind) {
    case Kind::kBoolean:
      return iceberg::Type(TypeId::kBoolean);
    case Kind::kTinyInt:
    case Kind::kSmallInt:
    case Kind::kInteger:
      return iceberg::Type(TypeId::kInt);
    case Kind::kBigInt:
    case Kind::kHugeInt:
      return iceberg::Type(TypeId::kLong);
    case Kind::kReal:
      return iceberg::Type(TypeId::kFloat);
    case Kind::kDouble:
      return iceberg::Type(TypeId::kDouble);
    case Kind::kDecimal:
      return iceberg::Type::Decimal(type.precision, type.scale);
    case Kind::kVarchar:
    case Kind::kChar:
    case Kind::kJson:
      return iceberg::Type(TypeId::kString);
    case Kind::kVarbinary:
      return iceberg::Type(TypeId::kBinary);
    case Kind::kDate:
      return iceberg::Type(TypeId::kDate);
    case Kind::kTime:
      return iceberg::Type(TypeId::kTime);
    case Kind::kTimestamp:
      return iceberg::Type(TypeId::kTimestamp);
    case Kind::kTimestampTz:
      return iceberg::Type(TypeId::kTimestampTz);
    case Kind::kUuid:
      return iceberg::Type(TypeId::kUuid);
    case Kind::kArray: {
      const int32_t id = next_id++;
      TARN_TRY(iceberg::Type element, FromEngine(type.children[0], next_id));
      return iceberg::Type::List(id, std::move(element), false);
    }
    case Kind::kMap: {
      const int32_t key_id = next_id++;
      const int32_t value_id = next_id++;
      TARN_TRY(iceberg::Type key, FromEngine(type.children[0], next_id));
      TARN_TRY(iceberg::Type value, FromEngine(type.children[1], next_id));
      return iceberg::Type::Map(key_id, std::move(key), value_id, std::move(value), false);
    }
    case Kind::kRow: {
      std::vector<iceberg::Field> fields(type.children.size());
      for (iceberg::Field& field : fields) field.id = next_id++;
      for (size_t i = 0; i < fields.size(); ++i) {
        fields[i].name = type.names[i];
        TARN_TRY(fields[i].type, FromEngine(type.children[i], next_id));
      }
      return iceberg::Type::Struct(std::move(fields));
    }
    case Kind::kNull:
    case Kind::kIntervalDayTime:
      break;
  }
  return Fail(iceberg::kUnsupported,
              fmt::format("Iceberg tables have no column type for {}", engine::AthenaTypeName(type)));
}

}  // namespace tarn::tables

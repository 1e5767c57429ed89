#include "sql/type.h"

#include <fmt/format.h>

#include "sql/analyze.h"
#include "sql/errors.h"

namespace tarn::sql {

Type MakeType(TypeKind kind) {
  Type type;
  type.kind = kind;
  if (kind == TypeKind::kTimestamp || kind == TypeKind::kTimestampTz || kind == TypeKind::kTime) type.length = 3;
  return type;
}

Type DecimalType(int32_t precision, int32_t scale) {
  Type type = MakeType(TypeKind::kDecimal);
  type.length = precision;
  type.scale = scale;
  return type;
}

Type VarcharType(int32_t length) {
  Type type = MakeType(TypeKind::kVarchar);
  type.length = length;
  return type;
}

Type ArrayType(Type element) {
  Type type = MakeType(TypeKind::kArray);
  type.args.push_back(std::move(element));
  return type;
}

Type MapType(Type key, Type value) {
  Type type = MakeType(TypeKind::kMap);
  type.args.push_back(std::move(key));
  type.args.push_back(std::move(value));
  return type;
}

namespace {

struct Spelling {
  TypeKind kind;
  std::string_view hive;
  std::string_view trino;
  std::string_view duckdb;
  std::string_view athena;
  int32_t precision;
};

constexpr Spelling kSpellings[] = {
    {TypeKind::kUnknown, "string", "unknown", "VARCHAR", "unknown", 0},
    {TypeKind::kBoolean, "boolean", "boolean", "BOOLEAN", "boolean", 0},
    {TypeKind::kTinyint, "tinyint", "tinyint", "TINYINT", "tinyint", 3},
    {TypeKind::kSmallint, "smallint", "smallint", "SMALLINT", "smallint", 5},
    {TypeKind::kInteger, "int", "integer", "INTEGER", "integer", 10},
    {TypeKind::kBigint, "bigint", "bigint", "BIGINT", "bigint", 19},
    {TypeKind::kReal, "float", "real", "FLOAT", "float", 17},
    {TypeKind::kDouble, "double", "double", "DOUBLE", "double", 17},
    {TypeKind::kDecimal, "decimal", "decimal", "DECIMAL", "decimal", 0},
    {TypeKind::kChar, "char", "char", "VARCHAR", "char", 0},
    {TypeKind::kVarchar, "string", "varchar", "VARCHAR", "varchar", 0},
    {TypeKind::kVarbinary, "binary", "varbinary", "BLOB", "varbinary", 1073741824},
    {TypeKind::kDate, "date", "date", "DATE", "date", 0},
    {TypeKind::kTime, "string", "time", "TIME", "time", 3},
    {TypeKind::kTimestamp, "timestamp", "timestamp", "TIMESTAMP", "timestamp", 3},
    {TypeKind::kTimestampTz, "timestamp with local time zone", "timestamp with time zone", "TIMESTAMP WITH TIME ZONE",
     "timestamp with time zone", 3},
    {TypeKind::kIntervalDay, "string", "interval day to second", "INTERVAL", "interval day to second", 0},
    {TypeKind::kIntervalYear, "string", "interval year to month", "INTERVAL", "interval year to month", 0},
    {TypeKind::kJson, "string", "json", "JSON", "json", 0},
    {TypeKind::kUuid, "string", "uuid", "UUID", "uuid", 0},
    {TypeKind::kIpAddress, "string", "ipaddress", "VARCHAR", "ipaddress", 0},
    {TypeKind::kArray, "array", "array", "", "array", 0},
    {TypeKind::kMap, "map", "map", "MAP", "map", 0},
    {TypeKind::kRow, "struct", "row", "STRUCT", "row", 0},
};

const Spelling& SpellingOf(TypeKind kind) {
  for (const Spelling& s : kSpellings) {
    if (s.kind == kind) return s;
  }
  return kSpellings[0];
}

bool IsPlainName(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (char c : name) {
    bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!ok) return false;
  }
  return true;
}

int32_t FractionDigits(const Type& type) { return type.length; }

}  // namespace

std::string ToHive(const Type& type) {
  switch (type.kind) {
    case TypeKind::kDecimal:
      return fmt::format("decimal({},{})", type.length, type.scale);
    case TypeKind::kChar:
      return fmt::format("char({})", type.length == 0 ? 1 : type.length);
    case TypeKind::kVarchar:
      return type.length == 0 ? "string" : fmt::format("varchar({})", type.length);
    case TypeKind::kArray:
      return "array<" + ToHive(type.args[0]) + ">";
    case TypeKind::kMap:
      return "map<" + ToHive(type.args[0]) + "," + ToHive(type.args[1]) + ">";
    case TypeKind::kRow: {
      std::string out = "struct<";
      for (size_t i = 0; i < type.args.size(); ++i) {
        if (i > 0) out += ",";
        out += (type.names[i].empty() ? fmt::format("field{}", i) : type.names[i]) + ":" + ToHive(type.args[i]);
      }
      return out + ">";
    }
    default:
      return std::string(SpellingOf(type.kind).hive);
  }
}

std::string ToTrino(const Type& type) {
  switch (type.kind) {
    case TypeKind::kDecimal:
      return fmt::format("decimal({},{})", type.length, type.scale);
    case TypeKind::kChar:
      return fmt::format("char({})", type.length == 0 ? 1 : type.length);
    case TypeKind::kVarchar:
      return type.length == 0 ? "varchar" : fmt::format("varchar({})", type.length);
    case TypeKind::kTime:
      return fmt::format("time({})", FractionDigits(type));
    case TypeKind::kTimestamp:
      return fmt::format("timestamp({})", FractionDigits(type));
    case TypeKind::kTimestampTz:
      return fmt::format("timestamp({}) with time zone", FractionDigits(type));
    case TypeKind::kArray:
      return "array(" + ToTrino(type.args[0]) + ")";
    case TypeKind::kMap:
      return "map(" + ToTrino(type.args[0]) + ", " + ToTrino(type.args[1]) + ")";
    case TypeKind::kRow: {
      std::string out = "row(";
      for (size_t i = 0; i < type.args.size(); ++i) {
        if (i > 0) out += ", ";
        if (!type.names[i].empty())
          out += (IsPlainName(type.names[i]) ? type.names[i] : QuoteIdentifier(type.names[i])) + " ";
        out += ToTrino(type.args[i]);
      }
      return out + ")";
    }
    default:
      return std::string(SpellingOf(type.kind).trino);
  }
}

std::string ToDuckDb(const Type& type) {
  switch (type.kind) {
    case TypeKind::kDecimal:
      return fmt::format("DECIMAL({},{})", type.length, type.scale);
    case TypeKind::kArray:
      return ToDuckDb(type.args[0]) + "[]";
    case TypeKind::kMap:
      return "MAP(" + ToDuckDb(type.args[0]) + ", " + ToDuckDb(type.args[1]) + ")";
    case TypeKind::kRow: {
      std::string out = "STRUCT(";
      for (size_t i = 0; i < type.args.size(); ++i) {
        if (i > 0) out += ", ";
        out += QuoteIdentifier(type.names[i].empty() ? fmt::format("field{}", i) : type.names[i]) + " " +
               ToDuckDb(type.args[i]);
      }
      return out + ")";
    }
    default:
      return std::string(SpellingOf(type.kind).duckdb);
  }
}

std::string ToAthenaResult(const Type& type) { return std::string(SpellingOf(type.kind).athena); }

int32_t AthenaPrecision(const Type& type) {
  if (type.Is(TypeKind::kDecimal)) return type.length;
  if (type.IsString()) return type.length == 0 ? 2147483647 : type.length;
  return SpellingOf(type.kind).precision;
}

int32_t AthenaScale(const Type& type) { return type.Is(TypeKind::kDecimal) ? type.scale : 0; }

namespace {

Type UnifyDecimals(const Type& a, const Type& b) {
  int32_t scale = std::max(a.scale, b.scale);
  int32_t precision = std::min(38, std::max(a.length - a.scale, b.length - b.scale) + scale);
  return DecimalType(precision, scale);
}

Type IntegerAsDecimal(const Type& type) {
  switch (type.kind) {
    case TypeKind::kTinyint:
      return DecimalType(3, 0);
    case TypeKind::kSmallint:
      return DecimalType(5, 0);
    case TypeKind::kInteger:
      return DecimalType(10, 0);
    default:
      return DecimalType(19, 0);
  }
}

bool UnifyNumbers(const Type& a, const Type& b, Type* out) {
  if (a.Is(TypeKind::kDouble) || b.Is(TypeKind::kDouble)) {
    *out = MakeType(TypeKind::kDouble);
  } else if (a.Is(TypeKind::kReal) || b.Is(TypeKind::kReal)) {
    *out = MakeType(TypeKind::kReal);
  } else if (a.Is(TypeKind::kDecimal) || b.Is(TypeKind::kDecimal)) {
    *out = UnifyDecimals(a.Is(TypeKind::kDecimal) ? a : IntegerAsDecimal(a),
                         b.Is(TypeKind::kDecimal) ? b : IntegerAsDecimal(b));
  } else {
    *out = a.kind > b.kind ? a : b;
  }
  return true;
}

bool UnifyNested(const Type& a, const Type& b, Type* out) {
  if (a.args.size() != b.args.size()) return false;
  Type result = a;
  for (size_t i = 0; i < a.args.size(); ++i) {
    if (!UnifyTypes(a.args[i], b.args[i], &result.args[i])) return false;
    if (a.Is(TypeKind::kRow) && a.names[i] != b.names[i]) result.names[i] = a.names[i].empty() ? b.names[i] : "";
  }
  *out = std::move(result);
  return true;
}

}  // namespace

bool UnifyTypes(const Type& a, const Type& b, Type* out) {
  if (a.Is(TypeKind::kUnknown) || a == b) {
    *out = b;
    return true;
  }
  if (b.Is(TypeKind::kUnknown)) {
    *out = a;
    return true;
  }
  if (a.IsNumeric() && b.IsNumeric()) return UnifyNumbers(a, b, out);
  if (a.IsString() && b.IsString()) {
    if (a.kind == b.kind) {
      *out = a;
      if (a.length == 0 || b.length == 0)
        out->length = 0;
      else
        out->length = std::max(a.length, b.length);
    } else {
      *out = a.Is(TypeKind::kChar) ? a : b;  // Trino compares varchar with char as char
      out->length = std::max(a.length, b.length);
    }
    return true;
  }
  bool temporal_pair = a.IsTemporal() && b.IsTemporal() && !a.Is(TypeKind::kTime) && !b.Is(TypeKind::kTime);
  if (temporal_pair) {
    *out = a.kind > b.kind ? a : b;
    if (a.kind == b.kind) out->length = std::max(a.length, b.length);
    return true;
  }
  if (a.kind == b.kind && (a.Is(TypeKind::kArray) || a.Is(TypeKind::kMap) || a.Is(TypeKind::kRow))) {
    return UnifyNested(a, b, out);
  }
  if (a.kind == b.kind) {
    *out = a;
    out->length = std::max(a.length, b.length);
    return true;
  }
  return false;
}

bool CanCoerce(const Type& from, const Type& to) {
  Type unified;
  if (!UnifyTypes(from, to, &unified)) return false;
  return unified.kind == to.kind || to.Is(TypeKind::kUnknown);
}

}  // namespace tarn::sql

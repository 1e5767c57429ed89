// The SQL type of a column or expression, and its five spellings.
//
// Hive:   array<struct<a:int,b:decimal(10,2)>>   (what Glue tables and Hive DDL hold; lower case)
// Trino:  array(row(a integer, b decimal(10,2))) (what Athena's SQL and messages say)
// DuckDB: STRUCT("a" INTEGER, "b" DECIMAL(10,2))[] (what the engine runs)
// Athena result name: array                       (ColumnInfo.Type of GetQueryResults)
// Invariant: kArray has one argument, kMap two (key, value), kRow one per field, with `names` as long as `args`.
// Errors: sql.InvalidType. Nesting is limited to kTypeDepthMax. Threads: values, no shared state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tarn::sql {

inline constexpr int kTypeDepthMax = 64;

enum class TypeKind : uint8_t {
  kUnknown,  // NULL literals, and expressions whose type could not be inferred
  kBoolean,
  kTinyint,
  kSmallint,
  kInteger,
  kBigint,
  kReal,
  kDouble,
  kDecimal,
  kChar,
  kVarchar,
  kVarbinary,
  kDate,
  kTime,
  kTimestamp,
  kTimestampTz,
  kIntervalDay,
  kIntervalYear,
  kJson,
  kUuid,
  kIpAddress,
  kArray,
  kMap,
  kRow,
};

struct Type {
  TypeKind kind = TypeKind::kUnknown;
  int32_t length = 0;  // char/varchar: characters, 0 = unbounded; decimal: precision; timestamps: fraction digits
  int32_t scale = 0;   // decimal only
  std::vector<std::string> names;  // row: field names, "" for anonymous fields
  std::vector<Type> args;

  bool operator==(const Type&) const = default;
  bool Is(TypeKind k) const { return kind == k; }
  bool IsInteger() const { return kind >= TypeKind::kTinyint && kind <= TypeKind::kBigint; }
  bool IsNumeric() const { return kind >= TypeKind::kTinyint && kind <= TypeKind::kDecimal; }
  bool IsString() const { return kind == TypeKind::kChar || kind == TypeKind::kVarchar; }
  bool IsInterval() const { return kind == TypeKind::kIntervalDay || kind == TypeKind::kIntervalYear; }
  bool IsTemporal() const { return kind >= TypeKind::kDate && kind <= TypeKind::kTimestampTz; }
};

Type MakeType(TypeKind kind);
Type DecimalType(int32_t precision, int32_t scale);
Type VarcharType(int32_t length = 0);
Type ArrayType(Type element);
Type MapType(Type key, Type value);

// Reads a Hive type string: "bigint", "string", "array<struct<a:int>>", "decimal(10,2)", any case, blanks allowed.
Result<Type> ParseHiveType(std::string_view text);
// Reads a Trino type: "varchar(10)", "row(a integer, b array(double))", "timestamp(3) with time zone", `int` too.
Result<Type> ParseTrinoType(std::string_view text);
// Reads what DuckDB prints for a type: STRUCT(a INTEGER, b VARCHAR[]), MAP(VARCHAR, BIGINT), ENUM → varchar.
Result<Type> ParseDuckDbType(std::string_view text);

std::string ToHive(const Type& type);
std::string ToTrino(const Type& type);
std::string ToDuckDb(const Type& type);
// The bare name of GetQueryResults' ColumnInfo.Type: "varchar", "integer", "float" for real, "row", "array" …
std::string ToAthenaResult(const Type& type);
// ColumnInfo.Precision and .Scale as Athena reports them (varchar 2147483647, bigint 19, integer 10, double 17 …).
int32_t AthenaPrecision(const Type& type);
int32_t AthenaScale(const Type& type);

// The type both convert to implicitly as in Trino (integer+bigint → bigint, unknown+x → x, date+timestamp →
// timestamp), false when there is none (varchar and integer).
bool UnifyTypes(const Type& left, const Type& right, Type* out);
// Whether a value of `from` may be used where `to` is expected without a cast.
bool CanCoerce(const Type& from, const Type& to);

}  // namespace tarn::sql

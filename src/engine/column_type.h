// The types of columns as a tree, and their texts in Hive's (Glue's) and Athena's spelling.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tarn::engine {

enum class Kind : uint8_t {
  kNull,  // the type of a bare NULL
  kBoolean,
  kTinyInt,   // int8_t
  kSmallInt,  // int16_t
  kInteger,   // int32_t
  kBigInt,    // int64_t
  kHugeInt,   // 128 bits (sums of bigint inside the engine; Athena shows bigint)
  kReal,
  kDouble,
  kDecimal,  // precision, scale
  kVarchar,  // length in precision, 0 = unbounded
  kChar,     // length in precision
  kVarbinary,
  kDate,         // days since 1970-01-01
  kTime,         // micros since midnight
  kTimestamp,    // micros since 1970-01-01 00:00:00, no zone
  kTimestampTz,  // micros since 1970-01-01T00:00:00Z
  kIntervalDayTime,
  kUuid,
  kJson,
  kArray,  // children[0]
  kMap,    // children[0] key, children[1] value
  kRow,    // children and names
};

struct Type {
  Kind kind = Kind::kNull;
  int precision = 0;  // of decimals; length of varchar(n) and char(n)
  int scale = 0;
  std::vector<Type> children;
  std::vector<std::string> names;  // of a row's children; one may be empty (anonymous)
  bool operator==(const Type&) const = default;
};

// "array<struct<a:int,b:decimal(10,2)>>", any letter case. kInvalidTable for what is not a Hive type.
Result<Type> ParseHiveType(std::string_view text);
// "bigint", "array<struct<a:int>>": what Glue's catalog holds.
std::string HiveTypeName(const Type& type);
// "bigint", "array(row(a integer))", "varchar(20)", "timestamp": what Athena's results and information_schema show.
std::string AthenaTypeName(const Type& type);

}  // namespace tarn::engine

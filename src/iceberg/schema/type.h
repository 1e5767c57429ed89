// The types of columns: primitives of v1 to v3, struct, list and map. Immutable values, cheap to copy.
//
// Field ids are unique in a schema; the parts of lists and maps are fields too ("element", "key", "value").
// Texts are those of the specification, appendix C; readers take spaces around parameters.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/schema/value.h"

namespace tarn::iceberg {

enum class TypeId : uint8_t {
  kUnknown,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kDecimal,
  kDate,
  kTime,
  kTimestamp,
  kTimestampTz,
  kTimestampNs,
  kTimestampTzNs,
  kString,
  kUuid,
  kFixed,
  kBinary,
  kVariant,
  kGeometry,
  kGeography,
  kStruct,
  kList,
  kMap,
};

struct Field;

class Type {
 public:
  Type() = default;             // unknown
  Type(TypeId id) : id_(id) {}  // NOLINT(google-explicit-constructor): any type without parameters
  static Type Decimal(int precision, int scale);
  static Type Fixed(int length);
  static Type Geometry(std::string crs);                          // empty: the default
  static Type Geography(std::string crs, std::string algorithm);  // empty: the defaults
  static Type Struct(std::vector<Field> fields);
  static Type List(int32_t element_id, Type element, bool required);
  static Type Map(int32_t key_id, Type key, int32_t value_id, Type value, bool value_required);

  TypeId id() const { return id_; }
  int precision() const { return a_; }
  int scale() const { return b_; }
  int length() const { return a_; }
  const std::string& crs() const;
  const std::string& algorithm() const;
  // A struct's fields; a list's element; a map's key and value; nothing otherwise.
  const std::vector<Field>& fields() const;

  bool is_struct() const { return id_ == TypeId::kStruct; }
  bool is_list() const { return id_ == TypeId::kList; }
  bool is_map() const { return id_ == TypeId::kMap; }
  bool is_nested() const { return is_struct() || is_list() || is_map(); }
  bool is_primitive() const { return !is_nested() && id_ != TypeId::kVariant; }
  bool is_timestamp() const { return id_ >= TypeId::kTimestamp && id_ <= TypeId::kTimestampTzNs; }

  bool operator==(const Type& other) const;

 private:
  struct Extra;
  TypeId id_ = TypeId::kUnknown;
  int32_t a_ = 0;
  int32_t b_ = 0;
  std::shared_ptr<const Extra> extra_;
};

struct Field {
  int32_t id = 0;
  std::string name;
  bool required = false;
  Type type;
  std::optional<std::string> doc;
  std::optional<Value> initial_default;  // never null inside
  std::optional<Value> write_default;

  bool operator==(const Field&) const = default;
};

// "decimal(9, 2)", "fixed[16]", "timestamptz"; nested types print like "struct<1: a: optional int>".
std::string TypeText(const Type& type);
Result<Type> ParseTypeText(std::string_view text);

}  // namespace tarn::iceberg

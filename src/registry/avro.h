// Avro schemas: parsed with all that the specification demands of them, and the resolution of a reader's schema with a
// writer's. https://avro.apache.org/docs/1.11.1/specification/
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace tarn::registry::avro {

enum class Kind : uint8_t {
  kNull,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kRecord,
  kEnum,
  kFixed,
  kArray,
  kMap,
  kUnion,
};

struct Type;

struct Field {
  std::string name;
  std::vector<std::string> aliases;
  const Type* type = nullptr;
  bool has_default = false;
};

struct Type {
  Kind kind = Kind::kNull;
  std::string name;                   // full, of records, enums and fixed
  std::vector<std::string> aliases;   // full names
  std::vector<Field> fields;          // of a record
  std::vector<std::string> symbols;   // of an enum
  bool has_default = false;           // of an enum
  int64_t size = 0;                   // of a fixed
  std::vector<const Type*> branches;  // of a union; the one item or value type of an array or map
};

// Owns the types that `root` reaches; types may be recursive.
struct Schema {
  std::deque<Type> types;
  const Type* root = nullptr;
};

// Errors: registry.InvalidInput.
Result<Schema> Parse(std::string_view text);

// Nothing when `reader` reads all that `writer` writes.
std::optional<std::string> WhyUnreadable(const Schema& reader, const Schema& writer);

}  // namespace tarn::registry::avro

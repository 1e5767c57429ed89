// A table's schema: named, numbered columns, looked up by id or by full name ("a.b", "list.element", "map.value").
//
// Immutable once made; share it by shared_ptr. Names are unique case-sensitively; the case-insensitive look-up answers
// nothing when two names differ by case alone. Threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "iceberg/schema/type.h"
#include "json/json.h"

namespace tarn::iceberg {

class Schema {
 public:
  // Errors: Invalid when an id or a name repeats, or an identifier field is none that may be.
  static Result<std::shared_ptr<const Schema>> Make(int32_t schema_id, std::vector<Field> columns,
                                                    std::vector<int32_t> identifier_field_ids = {});
  static Result<std::shared_ptr<const Schema>> FromJson(const json::Value& json);
  static Result<std::shared_ptr<const Schema>> Parse(std::string_view text);
  // The same columns under another id.
  std::shared_ptr<const Schema> WithId(int32_t schema_id) const;

  int32_t schema_id() const { return schema_id_; }
  const std::vector<Field>& columns() const { return root_.fields(); }
  const Type& as_struct() const { return root_; }
  const std::vector<int32_t>& identifier_field_ids() const { return identifier_field_ids_; }
  int32_t highest_field_id() const { return highest_; }

  const Field* FindField(int32_t id) const;
  const Field* FindField(std::string_view full_name) const;
  const Field* FindFieldIgnoreCase(std::string_view full_name) const;
  // Empty when there is no such field.
  std::string_view NameOf(int32_t id) const;
  // The id of the struct, list or map that holds the field; nothing for columns and unknown ids.
  std::optional<int32_t> ParentOf(int32_t id) const;
  // All ids, parents before children.
  const std::vector<int32_t>& ids() const { return ids_; }

  // Same columns and identifier fields; the schema id does not count.
  bool SameSchema(const Schema& other) const;

  void Write(json::Writer& out) const;
  std::string ToJson() const;

 private:
  struct Entry {
    Field field;
    std::string name;
    int32_t parent = -1;
  };
  Status Index(const std::vector<Field>& fields, const std::string& prefix, int32_t parent, int depth);
  Status CheckIdentifiers() const;

  int32_t schema_id_ = 0;
  Type root_;
  std::vector<int32_t> identifier_field_ids_;
  int32_t highest_ = 0;
  std::vector<int32_t> ids_;
  std::unordered_map<int32_t, Entry> by_id_;
  std::unordered_map<std::string, int32_t> by_name_;
  std::unordered_map<std::string, int32_t> by_lower_name_;  // -1: ambiguous
};

using SchemaPtr = std::shared_ptr<const Schema>;

void WriteType(json::Writer& out, const Type& type);
Result<Type> TypeFromJson(const json::Value& json, int depth = 0);

}  // namespace tarn::iceberg

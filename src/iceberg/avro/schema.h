// Avro schemas as files carry them: a tree of nodes, named types resolved, Iceberg's field ids kept.
//
// Nodes live in their Schema; a node may be reached twice, or contain itself. Defined by Avro 1.11.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tarn::iceberg::avro {

enum class Kind : uint8_t {
  kNull,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kFixed,
  kEnum,
  kArray,
  kMap,
  kUnion,
  kRecord,
};

struct Node;

struct NodeField {
  std::string name;
  int32_t field_id = -1;  // -1: none
  const Node* type = nullptr;
};

struct Node {
  Kind kind = Kind::kNull;
  std::string logical;             // "date", "decimal", …
  int32_t size = 0;                // of fixed
  std::vector<NodeField> fields;   // of records
  std::vector<const Node*> parts;  // an array's items, a map's values, a union's branches

  // The branch of a union of null and one other; the node itself when it is no union.
  const Node* NonNull() const;
  const NodeField* FindField(int32_t field_id) const;
};

class Schema {
 public:
  // Error Corrupt for what is no schema.
  static Result<Schema> Parse(std::string_view json);
  const Node& root() const { return *root_; }

 private:
  friend class SchemaParser;
  std::vector<std::unique_ptr<Node>> nodes_;
  const Node* root_ = nullptr;
};

}  // namespace tarn::iceberg::avro

// The expression tree inside a PartitionPredicate.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "sql/type.h"

namespace tarn::sql {

struct PartitionNull {};
struct PartitionMaybe {};  // not decidable here
struct PartitionDate {
  int64_t days = 0;  // since 1970-01-01
};
struct PartitionTime {
  int64_t micros = 0;  // since 1970-01-01T00:00, in whatever zone the expression is in
};
struct PartitionSpan {
  int64_t months = 0;
  int64_t micros = 0;
};
using PartitionValue = std::variant<PartitionMaybe, PartitionNull, bool, int64_t, double, std::string, PartitionDate,
                                    PartitionTime, PartitionSpan>;

struct PartitionNode {
  enum Kind : uint8_t {
    kValue,    // value
    kKey,      // partition key `index`, read as `type`
    kCall,     // name: and or not isnull = <> < <= > >= between in like + - * || % cast and functions
    kUnknown,  // maybe
  };
  Kind kind = kUnknown;
  PartitionValue value;
  size_t index = 0;
  std::string name;  // of the key or the call
  Type type;         // of the key, or a cast's target
  std::vector<std::shared_ptr<const PartitionNode>> args;
};

// `values` null: keys are unknown (for folding constants).
PartitionValue EvaluatePartitionNode(const PartitionNode& node, const std::vector<std::string>* values);
// With every key NULL: whether the node is surely not true then.
bool RejectsNull(const PartitionNode& node);

}  // namespace tarn::sql

// A condition on a table's partition columns, taken from a query's WHERE, decided on partition values alone.
//
// Three-valued: a partition is read unless the condition is surely false or NULL for it. What cannot be decided here
// (a function this module does not compute, a column that is no partition key) is "maybe", so pruning never loses rows.
// Values are the catalog's strings; each is compared as its key's declared type ('07' = 7 for an int key).
// Threads: immutable after analysis.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/type.h"

namespace tarn::sql {

struct PartitionNode;

class PartitionPredicate {
 public:
  PartitionPredicate();  // always true
  explicit PartitionPredicate(std::shared_ptr<const PartitionNode> root);

  bool always_true() const { return root_ == nullptr; }
  // `values` are in the order of the table's partition keys; Hive's __HIVE_DEFAULT_PARTITION__ is NULL.
  bool MayMatch(const std::vector<std::string>& values) const;
  // The values to which one key is pinned (dt = 'a', dt IN ('a','b')), for listing by prefix; empty = not pinned.
  std::vector<std::string> PinnedValues(size_t key) const;
  // A Glue GetPartitions-like text of it, for logs and EXPLAIN.
  std::string ToString() const;

 private:
  std::shared_ptr<const PartitionNode> root_;
};

}  // namespace tarn::sql

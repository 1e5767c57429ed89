// Partition projection: the partitions of a table computed from its properties "projection.<column>.*" instead of
// listed in the catalog, as Athena computes them.
//
// Invariant: what a predicate cannot match is not computed, as far as single columns tell. Errors: kUserError for
// properties that say nothing sound (INVALID_TABLE_PROPERTY) and for an injected column that no equality pins
// (CONSTRAINT_VIOLATION). Threads: pure.
// Defined by https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/table.h"
#include "sql/partition.h"

namespace tarn::query {

// Partitions of a projected table are not the catalog's.
bool IsProjected(const catalog::Table& table);

// The partitions that any of `uses` may need, in the order of their values; all of them when there is no use. `now` is
// what NOW means in ranges of dates.
Result<std::vector<catalog::Partition>> ProjectPartitions(const catalog::Table& table,
                                                          std::span<const sql::PartitionPredicate> uses, Timestamp now);

}  // namespace tarn::query

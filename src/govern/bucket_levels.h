// Levels of classification of tables in table buckets (S3 Tables), which carry no LF-tags: the value of the table's own
// tag `classification`, for S3 Tables' policies to ask (`aws:ResourceTag/classification`).
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/scope.h"
#include "catalog/table.h"
#include "kv/kv.h"

namespace tarn::govern {

// "" when it has none, or a value that is no level.
std::string LevelOf(const catalog::Table& bucket_table);
// The higher of two levels; what is none is below all.
std::string HigherLevel(std::string_view one, std::string_view other);
// Lifts the table's tag to `level` where it is below it, in the caller's transaction.
Status RaiseBucketTable(kv::Txn& txn, const Scope& scope, std::string_view database, std::string_view table,
                        std::string_view level);

}  // namespace tarn::govern

#include <fmt/core.h>

#include <algorithm>

#include "base/strings.h"
#include "catalog/catalog.h"
#include "catalog/keys.h"
#include "catalog/records.h"

namespace tarn::catalog {
namespace {

kv::Key StatisticsPrefix(const Scope& scope, const Table& table, const std::vector<std::string>* partition) {
  if (partition == nullptr) return UnderUid(scope, kTableStatistics, table.uid);
  kv::Key key = UnderUid(scope, kPartitionStatistics, table.uid);
  for (const std::string& value : *partition) key.Text(value);
  return key;
}

std::string StatisticsKey(const Scope& scope, const Table& table, const std::vector<std::string>* partition,
                          std::string_view column) {
  return StatisticsPrefix(scope, table, partition).Text(AsciiLower(column)).Take();
}

// The table, after checking that the partition meant is there.
Result<Table> LoadOwner(kv::Txn& txn, const Scope& scope, std::string_view database, std::string_view table,
                        const std::vector<std::string>* partition) {
  TARN_TRY(Table present, LoadTable(txn, scope, database, table));
  if (partition != nullptr) {
    TARN_TRY(auto bytes, txn.Get(PartitionKey(scope, present.uid, *partition).bytes()));
    if (!bytes) return Fail(kNoSuchPartition, "Cannot find partition.");
  }
  return present;
}

}  // namespace

Result<std::vector<ItemError>> Catalog::PutStatistics(const Scope& scope, std::string_view database,
                                                      std::string_view table, const std::vector<std::string>* partition,
                                                      const std::vector<ColumnStatistics>& statistics) {
  std::vector<ItemError> errors;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    errors.clear();
    TARN_TRY(Table present, LoadOwner(txn, scope, database, table, partition));
    for (size_t i = 0; i < statistics.size(); ++i) {
      const bool known = std::ranges::any_of(
          present.columns(), [&](const Column& column) { return EqualsIgnoreCase(column.name, statistics[i].column); });
      if (!known) {
        errors.push_back({i, Fail(kNoSuchEntity, fmt::format("Column {} not found.", statistics[i].column))});
        continue;
      }
      txn.Put(StatisticsKey(scope, present, partition, statistics[i].column), EncodeRecord(statistics[i]));
    }
    return Ok();
  }));
  return errors;
}

Result<std::vector<ColumnStatistics>> Catalog::GetStatistics(const Scope& scope, std::string_view database,
                                                             std::string_view table,
                                                             const std::vector<std::string>* partition,
                                                             const std::vector<std::string>& columns) const {
  std::vector<ColumnStatistics> out;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Table present, LoadOwner(txn, scope, database, table, partition));
    for (const std::string& column : columns) {
      TARN_TRY(auto bytes, txn.Get(StatisticsKey(scope, present, partition, column)));
      if (!bytes) continue;
      TARN_TRY(ColumnStatistics statistics, Decode<ColumnStatistics>(*bytes, "column statistics"));
      out.push_back(std::move(statistics));
    }
    return Ok();
  }));
  return out;
}

Status Catalog::DeleteStatistics(const Scope& scope, std::string_view database, std::string_view table,
                                 const std::vector<std::string>* partition, std::string_view column) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Table present, LoadOwner(txn, scope, database, table, partition));
    const std::string key = StatisticsKey(scope, present, partition, column);
    TARN_TRY(auto bytes, txn.Get(key));
    if (!bytes) return Fail(kNoSuchEntity, fmt::format("Column statistics for column {} not found.", column));
    txn.Delete(key);
    return Ok();
  });
}

}  // namespace tarn::catalog

#include <algorithm>
#include <iterator>
#include <string>

#include "base/log.h"
#include "catalog/catalog.h"
#include "catalog/keys.h"
#include "catalog/records.h"

namespace tarn::catalog {
namespace {

constexpr size_t kRowsPerTransaction = 2000;

// Deletes all below `prefix`, a bounded number a transaction. Nobody else writes there: the uid is no longer found.
// Each step begins behind the last, so that it need not pass over what was just deleted.
Status DeleteAll(kv::Store& store, const kv::Key& prefix) {
  std::string begin = prefix.bytes();
  bool more = true;
  while (more) {
    std::string next = begin;
    TARN_CHECK(kv::Transact(store, [&](kv::Txn& txn) -> Status {
      TARN_TRY(auto pairs, txn.PeekScan(begin, prefix.End(), kRowsPerTransaction));
      for (const kv::KeyValue& pair : pairs) txn.Delete(pair.key);
      more = pairs.size() == kRowsPerTransaction;
      if (more) next = pairs.back().key + '\0';
      return Ok();
    }));
    begin = std::move(next);
  }
  return Ok();
}

Status SweepTable(kv::Store& store, const Scope& scope, const std::string& uid) {
  for (std::string_view kind : {kPartitions, kVersions, kTableStatistics, kPartitionStatistics, kIndexes, kReports}) {
    TARN_CHECK(DeleteAll(store, UnderUid(scope, kind, uid)));
  }
  return kv::Transact(store, [&](kv::Txn& txn) -> Status {
    txn.Delete(GarbageKey(scope, kTables, uid).bytes());
    return Ok();
  });
}

// Turns the tables of a dropped database into garbage of their own, forgets the database, then sweeps the tables.
Status SweepDatabase(kv::Store& store, const Scope& scope, const std::string& uid) {
  TARN_CHECK(DeleteAll(store, UnderUid(scope, kFunctions, uid)));
  const kv::Key prefix = UnderUid(scope, kTables, uid);
  std::vector<std::string> tables;
  bool more = true;
  while (more) {
    std::vector<std::string> group;
    TARN_CHECK(kv::Transact(store, [&](kv::Txn& txn) -> Status {
      group.clear();
      TARN_TRY(auto pairs, txn.PeekScan(prefix.bytes(), prefix.End(), kRowsPerTransaction));
      for (const kv::KeyValue& pair : pairs) {
        TARN_TRY(Table table, Decode<Table>(pair.value, "table"));
        txn.Put(GarbageKey(scope, kTables, table.uid).bytes(), "");
        txn.Delete(pair.key);
        group.push_back(std::move(table.uid));
      }
      more = pairs.size() == kRowsPerTransaction;
      if (!more) txn.Delete(GarbageKey(scope, kDatabases, uid).bytes());
      return Ok();
    }));
    std::ranges::move(group, std::back_inserter(tables));
  }
  for (const std::string& table : tables) TARN_CHECK(SweepTable(store, scope, table));
  return Ok();
}

Status SweepOne(kv::Store& store, const Scope& scope, std::string_view kind, const std::string& uid) {
  return kind == kDatabases ? SweepDatabase(store, scope, uid) : SweepTable(store, scope, uid);
}

}  // namespace

void Catalog::SweepAfterDrop(const Scope& scope, std::string_view kind, const std::string& uid) {
  Status swept = SweepOne(store_, scope, kind, uid);
  if (!swept.ok()) log::Warn("catalog", "sweep put off: " + swept.error().message);
}

Status Catalog::Sweep() {
  const kv::Key prefix("cg");
  while (true) {
    std::vector<kv::KeyValue> garbage;
    TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
      TARN_TRY(garbage, txn.PeekScan(prefix.bytes(), prefix.End(), 100));
      return Ok();
    }));
    if (garbage.empty()) return Ok();
    for (const kv::KeyValue& pair : garbage) {
      std::optional<std::vector<std::string>> parts = TextsAfter(pair.key, prefix.bytes().size());
      if (!parts || parts->size() != 4) return Fail(kDamaged, "damaged catalog key: garbage");
      TARN_CHECK(SweepOne(store_, Scope{(*parts)[0], (*parts)[1]}, (*parts)[2], (*parts)[3]));
    }
  }
}

}  // namespace tarn::catalog

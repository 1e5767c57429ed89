#include <string>

#include "base/log.h"
#include "catalog/catalog.h"
#include "catalog/keys.h"
#include "catalog/records.h"

namespace tarn::catalog {
namespace {

constexpr size_t kRowsPerTransaction = 500;

// Deletes all below `prefix`, a bounded number a transaction. Nobody else writes there: the uid is no longer found.
Status DeleteAll(kv::Store& store, const kv::Key& prefix) {
  bool more = true;
  while (more) {
    TARN_CHECK(kv::Transact(store, [&](kv::Txn& txn) -> Status {
      TARN_TRY(auto pairs, txn.PeekScan(prefix.bytes(), prefix.End(), kRowsPerTransaction));
      for (const kv::KeyValue& pair : pairs) txn.Delete(pair.key);
      more = pairs.size() == kRowsPerTransaction;
      return Ok();
    }));
  }
  return Ok();
}

Status SweepTable(kv::Store& store, const Scope& scope, const std::string& uid) {
  for (std::string_view kind : {kPartitions, kVersions, kTableStatistics, kPartitionStatistics, kIndexes}) {
    TARN_CHECK(DeleteAll(store, UnderUid(scope, kind, uid)));
  }
  return kv::Transact(store, [&](kv::Txn& txn) -> Status {
    txn.Delete(GarbageKey(scope, kTables, uid).bytes());
    return Ok();
  });
}

// Turns the tables of a dropped database into garbage of their own, then forgets the database.
Status SweepDatabase(kv::Store& store, const Scope& scope, const std::string& uid) {
  TARN_CHECK(DeleteAll(store, UnderUid(scope, kFunctions, uid)));
  const kv::Key prefix = UnderUid(scope, kTables, uid);
  bool more = true;
  while (more) {
    TARN_CHECK(kv::Transact(store, [&](kv::Txn& txn) -> Status {
      TARN_TRY(auto pairs, txn.PeekScan(prefix.bytes(), prefix.End(), kRowsPerTransaction));
      for (const kv::KeyValue& pair : pairs) {
        TARN_TRY(Table table, Decode<Table>(pair.value, "table"));
        txn.Put(GarbageKey(scope, kTables, table.uid).bytes(), "");
        txn.Delete(pair.key);
      }
      more = pairs.size() == kRowsPerTransaction;
      if (!more) txn.Delete(GarbageKey(scope, kDatabases, uid).bytes());
      return Ok();
    }));
  }
  return Ok();
}

}  // namespace

void Catalog::SweepAfterDrop() {
  Status swept = Sweep();
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
      const Scope scope{(*parts)[0], (*parts)[1]};
      const std::string& uid = (*parts)[3];
      TARN_CHECK((*parts)[2] == kDatabases ? SweepDatabase(store_, scope, uid) : SweepTable(store_, scope, uid));
    }
  }
}

}  // namespace tarn::catalog

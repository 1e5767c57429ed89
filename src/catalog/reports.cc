#include "catalog/reports.h"

#include "base/random.h"
#include "catalog/keys.h"
#include "catalog/records.h"

namespace tarn::catalog {

Status KeepReport(kv::Store& store, const Scope& scope, std::string_view database, std::string_view table,
                  const MetricsReport& report) {
  const std::string id = RandomUuid();
  return kv::Transact(store, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Table present, LoadTable(txn, scope, database, table));
    kv::Key prefix = UnderUid(scope, kReports, present.uid);
    TARN_TRY(const auto kept, txn.PeekScan(prefix.bytes(), prefix.End(), kReportsMax + 1));
    for (size_t i = kReportsMax - 1; i < kept.size(); ++i) txn.Delete(kept[i].key);
    prefix.Descending(static_cast<uint64_t>(report.received.micros)).Text(id);
    txn.Put(prefix.bytes(), report.json);
    return Ok();
  });
}

Result<std::vector<MetricsReport>> ListReports(kv::Store& store, const Scope& scope, std::string_view database,
                                               std::string_view table, size_t limit) {
  std::vector<MetricsReport> reports;
  TARN_CHECK(kv::Read(store, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Table present, LoadTable(txn, scope, database, table));
    const kv::Key prefix = UnderUid(scope, kReports, present.uid);
    TARN_TRY(auto kept, txn.PeekScan(prefix.bytes(), prefix.End(), limit));
    for (kv::KeyValue& pair : kept) {
      kv::KeyReader reader(std::string_view(pair.key).substr(prefix.bytes().size()));
      const auto received = reader.Number();
      if (!received) return Fail(kDamaged, "damaged catalog key: metrics report");
      reports.push_back({Timestamp{static_cast<int64_t>(~*received)}, std::move(pair.value)});
    }
    return Ok();
  }));
  return reports;
}

}  // namespace tarn::catalog

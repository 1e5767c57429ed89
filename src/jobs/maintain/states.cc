#include "jobs/maintain/states.h"

#include <utility>

#include "base/record_fields.h"
#include "catalog/errors.h"
#include "kv/key.h"
#include "kv/pages.h"

namespace tarn::jobs::maintain {

// Frozen: docs/format/upkeep.md.
template <class V>
void VisitFields(V&& visit, KindState& s) {
  visit(1, s.failed);
  visit(2, s.last_run);
  visit(3, s.failure);
  visit(4, s.not_before);
  visit(5, s.failures);
}

template <class V>
void VisitFields(V&& visit, TableState& s) {
  visit(1, s.kinds);
  visit(2, s.seen);
}

namespace {

kv::Key StatesOf(const Scope& scope) {
  return std::move(kv::Key("U").Text("s").Text(scope.account).Text(scope.region));
}
std::string StateKey(const Scope& scope, std::string_view uid) { return StatesOf(scope).Text(uid).Take(); }

}  // namespace

Result<TableState> States::Get(const Scope& scope, const catalog::Table& table) const {
  TableState state;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto bytes, txn.Get(StateKey(scope, table.uid)));
    if (!bytes) return Ok();
    auto kept = DecodeRecord<TableState>(*bytes);
    if (!kept) return Fail(catalog::kDamaged, "damaged state of a table's upkeep");
    state = std::move(*kept);
    return Ok();
  }));
  return state;
}

Status States::Put(const Scope& scope, const catalog::Table& table, const TableState& state) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    txn.Put(StateKey(scope, table.uid), EncodeRecord(state));
    return Ok();
  });
}

Status States::Forget(const Scope& scope, const std::string& table_uid) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    txn.Delete(StateKey(scope, table_uid));
    return Ok();
  });
}

Result<std::vector<std::string>> States::List(const Scope& scope) const {
  std::vector<std::string> uids;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    const kv::Key space = StatesOf(scope);
    for (kv::Pages pages(space, 1000); !pages.done();) {
      TARN_TRY(const auto pairs, pages.Next(txn));
      for (const kv::KeyValue& pair : pairs) {
        kv::KeyReader reader(std::string_view(pair.key).substr(space.bytes().size()));
        uids.push_back(reader.Text().value_or(""));
      }
    }
    return Ok();
  }));
  return uids;
}

}  // namespace tarn::jobs::maintain

#include "load/ledger.h"

#include "kv/key.h"
#include "load/errors.h"

namespace tarn::load {
namespace {

std::string KeyOf(std::string_view table_uuid, std::string_view source) {
  return kv::Key("ingest").Text("loaded").Text(table_uuid).Text(source).Take();
}

}  // namespace

Result<Loaded> FindLoaded(kv::Txn& txn, std::string_view table_uuid, std::string_view source) {
  TARN_TRY(const auto kept, txn.Get(KeyOf(table_uuid, source)));
  if (!kept) return Loaded();
  auto loaded = DecodeRecord<Loaded>(*kept);
  if (!loaded) return Fail(kDamaged, "damaged record of a loaded file");
  return *loaded;
}

void PutLoaded(kv::Txn& txn, std::string_view table_uuid, std::string_view source, const Loaded& loaded) {
  txn.Put(KeyOf(table_uuid, source), EncodeRecord(loaded));
}

}  // namespace tarn::load

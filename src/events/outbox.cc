#include "events/outbox.h"

#include "base/random.h"
#include "kv/key.h"

namespace tarn::events {
namespace {

constexpr size_t kTrimBatch = 1'000;

kv::Key StreamKeys(std::string_view stream) { return kv::Key("e").Text(stream); }

}  // namespace

void Append(kv::Txn& txn, std::string_view stream, uint64_t order, std::string_view body) {
  txn.Put(StreamKeys(stream).Number(order).Number(RandomU64()).bytes(), body);
}

Result<std::vector<Entry>> Oldest(kv::Txn& txn, std::string_view stream, size_t limit) {
  const kv::Key keys = StreamKeys(stream);
  TARN_TRY(auto rows, txn.PeekScan(keys.bytes(), keys.End(), limit));
  std::vector<Entry> entries;
  entries.reserve(rows.size());
  for (kv::KeyValue& row : rows) entries.push_back({.id = std::move(row.key), .body = std::move(row.value)});
  return entries;
}

void Remove(kv::Txn& txn, const Entry& entry) { txn.Delete(entry.id); }

void Move(kv::Txn& txn, const Entry& entry, const std::vector<std::string>& streams) {
  kv::KeyReader reader(entry.id);
  reader.Text();
  reader.Text();
  const uint64_t order = reader.Number().value_or(0);
  const uint64_t number = reader.Number().value_or(0);
  txn.Delete(entry.id);
  // The same place in every stream: moving again after a crash writes the same entry.
  for (const std::string& stream : streams) {
    txn.Put(StreamKeys(stream).Number(order).Number(number).bytes(), entry.body);
  }
}

Result<size_t> Trim(kv::Store& store, std::string_view stream, size_t entries_max) {
  size_t removed = 0;
  while (true) {
    size_t batch = 0;
    TARN_CHECK(kv::Transact(store, [&](kv::Txn& txn) -> Status {
      batch = 0;
      const kv::Key keys = StreamKeys(stream);
      TARN_TRY(auto rows, txn.PeekScan(keys.bytes(), keys.End(), entries_max + kTrimBatch));
      if (rows.size() <= entries_max) return Ok();
      batch = rows.size() - entries_max;
      for (size_t i = 0; i < batch; ++i) txn.Delete(rows[i].key);
      return Ok();
    }));
    removed += batch;
    if (batch < kTrimBatch) return removed;
  }
}

}  // namespace tarn::events

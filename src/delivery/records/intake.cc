#include "delivery/records/intake.h"

#include <utility>

#include "base/record.h"
#include "delivery/errors.h"
#include "delivery/keys.h"
#include "delivery/positions.h"

namespace tarn::delivery {
namespace {

constexpr size_t kPage = 100;

}  // namespace

Result<uint64_t> KvIntake::FindEnd(uint64_t log) {
  uint64_t end = 0;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto delivered, txn.PeekGet(PositionKey(log, "")));
    TARN_TRY(end, DecodePosition(delivered));
    const kv::Key space = RecordSpace(log);
    TARN_TRY(const auto last, txn.PeekScan(space.bytes(), space.End(), 1, /*reverse=*/true));
    if (last.empty()) return Ok();
    kv::KeyReader key(last[0].key);
    key.Text();
    key.Number();
    end = std::max(end, key.Number().value_or(0) + 1);
    return Ok();
  }));
  return end;
}

Result<uint64_t> KvIntake::Begin(uint64_t log, size_t count) {
  std::lock_guard lock(mutex_);
  auto found = tails_.find(log);
  if (found == tails_.end()) {
    TARN_TRY(const uint64_t end, FindEnd(log));
    found = tails_.emplace(log, Tail{.next = end}).first;
  }
  const uint64_t first = found->second.next;
  found->second.next += count;
  found->second.writing.insert(first);
  return first;
}

Status KvIntake::Put(uint64_t log, std::vector<std::string> records) {
  TARN_TRY(const uint64_t first, Begin(log, records.size()));
  const Timestamp now = clock_.Now();
  const Status put = kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    for (size_t i = 0; i < records.size(); ++i) {
      txn.Put(RecordKey(log, first + i), RecordWriter().I64(1, now.micros).Str(2, records[i]).Take());
    }
    return Ok();
  });
  std::lock_guard lock(mutex_);
  tails_[log].writing.erase(first);
  return put;
}

Result<std::vector<Arrived>> KvIntake::Read(uint64_t log, uint64_t from, size_t records_max, uint64_t bytes_max) {
  uint64_t end = UINT64_MAX;
  {
    std::lock_guard lock(mutex_);
    const auto found = tails_.find(log);
    if (found != tails_.end()) {
      end = found->second.writing.empty() ? found->second.next : *found->second.writing.begin();
    }
  }
  std::vector<Arrived> records;
  uint64_t bytes = 0;
  std::string begin = RecordKey(log, from);
  const std::string until = end == UINT64_MAX ? RecordSpace(log).End() : RecordKey(log, end);
  while (begin < until) {
    std::vector<kv::KeyValue> page;
    TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
      TARN_TRY(page, txn.PeekScan(begin, until, kPage));
      return Ok();
    }));
    for (const kv::KeyValue& each : page) {
      kv::KeyReader key(each.key);
      key.Text();
      key.Number();
      Arrived record{.position = key.Number().value_or(0)};
      RecordReader reader(each.value);
      while (reader.Next()) {
        if (reader.tag() == 1) record.at.micros = reader.i64();
        if (reader.tag() == 2) record.data = reader.str();
      }
      if (reader.corrupt()) return Fail(kDamaged, "a record that was put cannot be read");
      if (!records.empty() && bytes + record.data.size() > bytes_max) return records;
      bytes += record.data.size();
      records.push_back(std::move(record));
      if (records.size() >= records_max) return records;
    }
    if (page.size() < kPage) break;
    begin = page.back().key + '\0';
  }
  return records;
}

Status KvIntake::Trim(kv::Txn& txn, uint64_t log, const std::vector<Arrived>& delivered) {
  for (const Arrived& record : delivered) {
    if (record.lane.empty()) txn.Delete(RecordKey(log, record.position));
  }
  return Ok();
}

Status KvIntake::Drop(uint64_t log) {
  for (;;) {
    size_t found = 0;
    TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
      const kv::Key space = RecordSpace(log);
      TARN_TRY(const auto page, txn.PeekScan(space.bytes(), space.End(), kPage));
      found = page.size();
      for (const kv::KeyValue& each : page) txn.Delete(each.key);
      return Ok();
    }));
    if (found < kPage) break;
  }
  std::lock_guard lock(mutex_);
  tails_.erase(log);
  return Ok();
}

}  // namespace tarn::delivery

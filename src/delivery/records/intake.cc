#include "delivery/records/intake.h"

#include <algorithm>

#include "base/record.h"
#include "delivery/errors.h"
#include "delivery/keys.h"
#include "delivery/positions.h"
#include "kv/pages.h"
#include "stream/errors.h"

namespace tarn::delivery {
namespace {

constexpr size_t kPage = 100;

Error SlowDown() { return Fail(kBusy, "Slow down."); }

uint64_t BytesOf(const std::vector<std::string>& records) {
  uint64_t bytes = 0;
  for (const std::string& record : records) bytes += record.size();
  return bytes;
}

uint64_t BytesOf(const std::vector<Arrived>& records) {
  uint64_t bytes = 0;
  for (const Arrived& record : records) bytes += record.lane == kPutLane ? record.data.size() : 0;
  return bytes;
}

Result<uint64_t> DeliveredTo(kv::Store& store, uint64_t log) {
  TARN_TRY(const auto kept, store.Get(PositionKey(log, kPutLane)));
  return DecodePosition(kept);
}

Result<Arrived> DecodeOlder(const kv::KeyValue& kept) {
  kv::KeyReader key(kept.key);
  key.Text();
  key.Number();
  Arrived record{.position = key.Number().value_or(0)};
  RecordReader reader(kept.value);
  while (reader.Next()) {
    if (reader.tag() == 1) record.at.micros = reader.i64();
    if (reader.tag() == 2) record.data = reader.str();
  }
  if (reader.corrupt()) return Fail(kDamaged, "a record that was put cannot be read");
  return record;
}

}  // namespace

Result<std::unique_ptr<Intake>> Intake::Open(kv::Store& store, stream::Log& log, IntakeOptions options) {
  auto intake = std::unique_ptr<Intake>(new Intake(store, log, std::move(options)));
  TARN_CHECK(intake->FindOlder());
  return intake;
}

Status Intake::FindOlder() {
  const kv::Key all = AllRecordsSpace();
  std::string begin = all.bytes();
  return kv::Read(store_, [&](kv::Txn& txn) -> Status {
    while (true) {
      TARN_TRY(const auto first, txn.PeekScan(begin, all.End(), 1));
      if (first.empty()) return Ok();
      kv::KeyReader key(first[0].key);
      key.Text();
      const auto log = key.Number();
      if (!log) return Fail(kDamaged, "the key of a record that was put cannot be read");
      older_.insert(*log);
      begin = RecordSpace(*log).End();
    }
  });
}

Status Intake::Reserve(uint64_t log, uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  auto found = waiting_.find(log);
  if (found == waiting_.end()) {
    TARN_TRY(const uint64_t position, DeliveredTo(store_, log));
    found = waiting_.emplace(log, log_.BytesFrom(log, position)).first;
  }
  if (found->second > 0 && found->second + bytes > options_.backlog_bytes_max) return SlowDown();
  found->second += bytes;
  return Ok();
}

void Intake::Release(uint64_t log, uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(log);
  if (found != waiting_.end()) found->second -= std::min(found->second, bytes);
}

Status Intake::Put(uint64_t log, std::vector<std::string> records) {
  const uint64_t bytes = BytesOf(records);
  TARN_CHECK(Reserve(log, bytes));
  std::vector<stream::NewRecords> batch(1);
  batch[0] = {.log = log, .records = std::move(records)};
  const auto put = log_.AppendAndWait(std::move(batch));
  if (put.ok()) return Ok();
  Release(log, bytes);
  if (put.Is(stream::kLogBusy) || put.Is(stream::kLogFull)) return SlowDown();
  return put.error();
}

Status Intake::ReadOlder(uint64_t log, uint64_t& position, size_t records_max, uint64_t bytes_max, Buffer& buffer) {
  uint64_t bytes = 0;
  for (kv::Pages pages(RecordKey(log, position), RecordSpace(log).End(), kPage); !pages.done();) {
    TARN_TRY(const auto page, pages.Next(store_));
    for (const kv::KeyValue& each : page) {
      TARN_TRY(Arrived record, DecodeOlder(each));
      bytes += record.data.size();
      buffer.is_full = buffer.records.size() >= records_max || (!buffer.records.empty() && bytes > bytes_max);
      if (buffer.is_full) return Ok();
      position = record.position + 1;
      buffer.records.push_back(std::move(record));
    }
  }
  return Ok();
}

// Once there are none: nobody puts any there.
Status Intake::ForgetOlder(uint64_t log) {
  const kv::Key space = RecordSpace(log);
  TARN_TRY(const auto left, store_.Begin()->PeekScan(space.bytes(), space.End(), 1));
  if (!left.empty()) return Ok();
  const std::lock_guard lock(mutex_);
  older_.erase(log);
  return Ok();
}

Result<Intake::Buffer> Intake::Read(uint64_t log, Positions& positions, size_t records_max, uint64_t bytes_max) {
  Buffer buffer;
  bool has_older = false;
  {
    const std::lock_guard lock(mutex_);
    has_older = older_.contains(log);
  }
  if (has_older) {
    TARN_CHECK(ReadOlder(log, positions[""], records_max, bytes_max, buffer));
    if (buffer.is_full) return buffer;
    if (buffer.records.empty()) TARN_CHECK(ForgetOlder(log));
  }
  uint64_t bytes = 0;
  for (const Arrived& record : buffer.records) bytes += record.data.size();
  if (bytes >= bytes_max || buffer.records.size() >= records_max) {
    buffer.is_full = true;
    return buffer;
  }
  uint64_t& position = positions[std::string(kPutLane)];
  TARN_TRY(stream::Records read, log_.Read(log, position, records_max - buffer.records.size(), bytes_max - bytes));
  buffer.records.reserve(buffer.records.size() + read.records.size());
  for (stream::Record& record : read.records) {
    buffer.records.push_back({.at = record.arrived,
                              .data = std::move(record.bytes),
                              .lane = std::string(kPutLane),
                              .position = record.position});
  }
  position = std::max(position, read.next);
  buffer.is_full = position < log_.End(log);
  return buffer;
}

void Intake::Trim(kv::Txn& txn, uint64_t log, const std::vector<Arrived>& delivered) const {
  for (const Arrived& record : delivered) {
    if (record.lane.empty()) txn.Delete(RecordKey(log, record.position));
  }
}

void Intake::Delivered(uint64_t log, const std::vector<Arrived>& delivered) {
  const uint64_t bytes = BytesOf(delivered);
  if (bytes == 0) return;
  Release(log, bytes);
  {
    const std::lock_guard lock(mutex_);
    delivered_bytes_ += bytes;
    if (delivered_bytes_ < options_.reclaim_bytes) return;
    delivered_bytes_ = 0;
  }
  if (options_.reclaim) options_.reclaim();
}

Status Intake::Drop(uint64_t log) {
  for (kv::Pages pages(RecordSpace(log), kPage); !pages.done();) {
    TARN_CHECK(kv::Transact(store_, [&, again = pages](kv::Txn& txn) -> Status {
      pages = again;
      TARN_TRY(const auto page, pages.Next(txn));
      for (const kv::KeyValue& each : page) txn.Delete(each.key);
      return Ok();
    }));
  }
  const std::lock_guard lock(mutex_);
  older_.erase(log);
  waiting_.erase(log);
  return Ok();
}

Result<stream::Log::KeepOf> Intake::MakeKeeper(const std::vector<uint64_t>& logs) const {
  auto keeps = std::make_shared<std::map<uint64_t, stream::Keep>>();
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    for (const uint64_t log : logs) {
      TARN_TRY(const auto kept, txn.PeekGet(PositionKey(log, kPutLane)));
      TARN_TRY(const uint64_t position, DecodePosition(kept));
      keeps->emplace(log, stream::Keep{.position = position});
    }
    return Ok();
  }));
  return stream::Log::KeepOf([keeps](stream::LogId log) -> std::optional<stream::Keep> {
    const auto found = keeps->find(log);
    if (found == keeps->end()) return std::nullopt;
    return found->second;
  });
}

}  // namespace tarn::delivery

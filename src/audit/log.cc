#include "audit/log.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "audit/errors.h"
#include "audit/keys.h"
#include "base/log.h"

namespace tarn::audit {
namespace {

constexpr size_t kBatchMax = 512;
constexpr size_t kWaitingMax = 100'000;
constexpr auto kBatchWait = std::chrono::milliseconds(100);
constexpr size_t kScannedMax = 20'000;  // of one page of a look-up that finds little
constexpr size_t kExpiredAtOnce = 2'000;

Error NotRecorded(const Error& error) {
  return Fail(kNotRecorded, fmt::format("the call could not be recorded: {}", error.message));
}

}  // namespace

void Log::Put(kv::Txn& txn, const Event& event) {
  const std::string key = EventKey(event);
  txn.Put(key, EncodeRecord(event));
  txn.Put(QueueKey(event), key);
}

Task<Status> Log::Append(Event event) {
  const auto kept = std::make_shared<const Event>(std::move(event));
  const std::function<Status(kv::Txn&)> put = [kept](kv::Txn& txn) -> Status {
    Put(txn, *kept);
    return Ok();
  };
  const Status written = co_await kv::TransactAsync(store_, put);
  if (!written.ok()) co_return NotRecorded(written.error());
  co_return Ok();
}

Status Log::Enqueue(Event event) {
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    if (failed_ || waiting_.size() >= kWaitingMax) {
      return Fail(kNotRecorded, "the call could not be recorded: the audit log cannot be written");
    }
    waiting_.push_back(std::move(event));
    full = waiting_.size() >= kBatchMax;
  }
  if (full) wake_.notify_one();
  return Ok();
}

Status Log::Write(std::vector<Event>& batch) {
  for (size_t begin = 0; begin < batch.size(); begin += kBatchMax) {
    const size_t end = std::min(batch.size(), begin + kBatchMax);
    const Status written = kv::Transact(store_, [&](kv::Txn& txn) -> Status {
      for (size_t i = begin; i < end; ++i) Put(txn, batch[i]);
      return Ok();
    });
    if (!written.ok()) {
      batch.erase(batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(begin));
      return written;
    }
  }
  batch.clear();
  return Ok();
}

Status Log::Flush() {
  const std::lock_guard flushing(flush_mutex_);
  std::vector<Event> batch;
  {
    const std::lock_guard lock(mutex_);
    batch.swap(waiting_);
  }
  const Status written = Write(batch);
  const std::lock_guard lock(mutex_);
  failed_ = !written.ok();
  if (!written.ok()) {
    // Kept for the next attempt, before what came meanwhile.
    waiting_.insert(waiting_.begin(), std::make_move_iterator(batch.begin()), std::make_move_iterator(batch.end()));
    return NotRecorded(written.error());
  }
  return Ok();
}

Result<LookupPage> Log::Find(const Lookup& lookup) {
  TARN_CHECK(Flush());
  const kv::Key scope = ScopeKey(SpaceOf(lookup.category), lookup.scope.account, lookup.scope.region);
  const Timestamp oldest = clock_.Now().Plus(-kKeptMicros);
  const Timestamp from = lookup.from ? std::max(*lookup.from, oldest) : oldest;
  const std::string begin = kv::Key(scope).Number(static_cast<uint64_t>(std::max<int64_t>(0, from.micros))).Take();
  std::string end = scope.End();
  if (lookup.to) end = kv::Key(scope).Number(static_cast<uint64_t>(std::max<int64_t>(0, lookup.to->micros) + 1)).Take();
  if (!lookup.after.empty()) {
    if (lookup.after < begin || lookup.after > end) return Fail(kBadToken, "the token is none of this look-up's");
    end = lookup.after;
  }
  LookupPage page;
  size_t scanned = 0;
  while (page.events.size() < lookup.limit && scanned < kScannedMax) {
    const size_t wanted = lookup.matches ? 512 : lookup.limit - page.events.size();
    std::vector<kv::KeyValue> found;
    TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
      TARN_TRY(found, txn.PeekScan(begin, end, wanted, true));
      return Ok();
    }));
    for (const kv::KeyValue& pair : found) {
      auto event = DecodeRecord<Event>(pair.value);
      if (!event) return Fail(kDamaged, "an audit record is damaged");
      ++scanned;
      end = pair.key;
      if (!lookup.matches || lookup.matches(*event)) page.events.push_back(std::move(*event));
      if (page.events.size() == lookup.limit) break;
    }
    if (page.events.size() < lookup.limit && found.size() < wanted) return page;
  }
  // Only when something is left is there a next page.
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto left, txn.PeekScan(begin, end, 1, true));
    if (!left.empty()) page.next = end;
    return Ok();
  }));
  return page;
}

Result<size_t> Log::Expire() {
  const auto oldest = static_cast<uint64_t>(clock_.Now().Plus(-kKeptMicros).micros);
  size_t expired = 0;
  for (const std::string_view space : {kManagementSpace, kDataSpace, kInsightSpace}) {
    std::string begin(kv::Key(space).bytes());
    const std::string end = kv::Key(space).End();
    while (true) {
      std::vector<kv::KeyValue> first;
      TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
        TARN_TRY(first, txn.PeekScan(begin, end, 1));
        return Ok();
      }));
      if (first.empty()) break;
      kv::KeyReader reader(first[0].key);
      const auto named = reader.Text();
      const auto account = reader.Text();
      const auto region = reader.Text();
      if (!named || !account || !region) return Fail(kDamaged, "an audit record's key is damaged");
      const kv::Key scope = ScopeKey(space, *account, *region);
      const std::string until = kv::Key(scope).Number(oldest).Take();
      size_t deleted = 0;
      do {
        TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
          TARN_TRY(const auto old, txn.PeekScan(scope.bytes(), until, kExpiredAtOnce));
          for (const kv::KeyValue& pair : old) txn.Delete(pair.key);
          deleted = old.size();
          return Ok();
        }));
        expired += deleted;
      } while (deleted == kExpiredAtOnce);
      begin = scope.End();
    }
  }
  return expired;
}

void Log::Start() {
  thread_ = std::thread([this] { RunThread(); });
}

void Log::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  if (const Status written = Flush(); !written.ok()) log::Warn("audit", written.error().message);
}

void Log::RunThread() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, kBatchWait, [this] { return stopping_ || waiting_.size() >= kBatchMax; });
      if (stopping_) return;
      if (waiting_.empty() && !failed_) continue;
    }
    if (const Status written = Flush(); !written.ok()) log::Warn("audit", written.error().message);
  }
}

}  // namespace tarn::audit

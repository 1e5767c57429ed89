#include "iam/last_used.h"

#include <chrono>

#include "iam/records.h"

namespace tarn::iam {
namespace {
constexpr std::chrono::seconds kFlushPeriod{60};
}  // namespace

bool LastUsed::IsNews(std::string_view what, Timestamp time, std::string_view service, std::string_view region) {
  size_t hash = std::hash<std::string_view>()(what);
  std::atomic<size_t>& place = lately_[hash % lately_.size()];
  for (const size_t more : {std::hash<std::string_view>()(service), std::hash<std::string_view>()(region),
                            std::hash<int64_t>()(time.seconds())}) {
    hash = (hash ^ more) * 0x9E3779B97F4A7C15;
  }
  if (place.load(std::memory_order_relaxed) == hash) return false;
  place.store(hash, std::memory_order_relaxed);
  return true;
}

void LastUsed::Put(std::string_view what, Timestamp time, std::string_view service, std::string_view region) {
  const std::lock_guard lock(mutex_);
  auto found = noted_.find(what);
  if (found == noted_.end()) found = noted_.emplace(what, LastUse{}).first;
  found->second.time = time;
  if (found->second.service != service) found->second.service = service;
  if (found->second.region != region) found->second.region = region;
}

void LastUsed::Note(std::string_view what, Timestamp time, std::string_view service, std::string_view region) {
  if (IsNews(what, time, service, region)) Put(what, time, service, region);
}

void LastUsed::NoteService(std::string_view id, Timestamp time, std::string_view service, std::string_view region) {
  if (IsNews(id, time, service, region)) Put(UseOfService(id, service), time, service, region);
}

Result<std::optional<LastUse>> LastUsed::Find(kv::Txn& txn, const std::string& what) const {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = noted_.find(what); found != noted_.end()) return std::optional<LastUse>(found->second);
  }
  TARN_TRY(const auto record, txn.PeekGet(UsedKey(what)));
  if (!record) return std::optional<LastUse>();
  auto use = DecodeRecord<LastUse>(*record);
  if (!use) return Fail(kDamaged, "the record of the last use of " + what + " is damaged");
  return use;
}

void LastUsed::Forget(kv::Txn& txn, const std::string& what) {
  txn.Delete(UsedKey(what));
  const std::lock_guard lock(mutex_);
  for (auto& place : lately_) place = 0;  // whoever has the name next is noted at once
  noted_.erase(what);
}

Status LastUsed::ForgetServices(kv::Txn& txn, const std::string& id) {
  constexpr size_t kServicesMax = 1000;
  const std::string begin = UseOfService(id, "");
  const kv::Key prefix = std::move(kv::Key(kUsedSpace).Prefix(begin));
  TARN_TRY(const auto rows, txn.Scan(prefix.bytes(), prefix.End(), kServicesMax));
  for (const kv::KeyValue& row : rows) txn.Delete(row.key);
  const std::lock_guard lock(mutex_);
  const auto first = noted_.lower_bound(begin);
  auto last = first;
  while (last != noted_.end() && last->first.starts_with(begin)) ++last;
  noted_.erase(first, last);
  return Ok();
}

Status LastUsed::Flush() {
  std::map<std::string, LastUse, std::less<>> noted;
  {
    const std::lock_guard lock(mutex_);
    noted = noted_;
  }
  if (noted.empty()) return Ok();
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    for (const auto& [what, use] : noted) txn.Put(UsedKey(what), EncodeRecord(use));
    return Ok();
  }));
  const std::lock_guard lock(mutex_);
  for (const auto& [what, use] : noted) {
    const auto found = noted_.find(what);
    if (found != noted_.end() && found->second.time == use.time) noted_.erase(found);
  }
  return Ok();
}

void LastUsed::Start() {
  const std::lock_guard lock(mutex_);
  if (thread_.joinable()) return;
  thread_ = std::thread([this] { RunThread(); });
}

void LastUsed::RunThread() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, kFlushPeriod, [this] { return stopping_; })) return;
    }
    // What could not be written is tried again in a minute.
    (void)Flush();
  }
}

void LastUsed::Stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  (void)Flush();
}

}  // namespace tarn::iam

#include "kv/memory_store.h"

#include <map>
#include <mutex>
#include <shared_mutex>

#include "kv/optimistic.h"

namespace tarn::kv {
namespace {

constexpr size_t kWindowKeys = 1 << 16;

class Memory {
 public:
  uint64_t sequence() const {
    std::shared_lock lock(mutex_);
    return sequence_;
  }

  std::optional<std::string> Get(std::string_view key, uint64_t at) const {
    std::shared_lock lock(mutex_);
    const auto it = versions_.find(key);
    if (it == versions_.end()) return std::nullopt;
    return Visible(it->second, at);
  }

  std::vector<KeyValue> Scan(std::string_view begin, std::string_view end, size_t limit, bool reverse,
                             uint64_t at) const {
    std::shared_lock lock(mutex_);
    std::vector<KeyValue> found;
    auto first = versions_.lower_bound(begin);
    auto last = end.empty() ? versions_.end() : versions_.lower_bound(end);
    if (!end.empty() && begin >= end) return found;
    while (first != last && found.size() < limit) {
      const auto it = reverse ? --last : first++;
      if (auto value = Visible(it->second, at)) found.push_back({it->first, std::move(*value)});
    }
    return found;
  }

  Status Commit(OptimisticTxn& txn) {
    TARN_CHECK(txn.CheckLimits());
    std::unique_lock lock(mutex_);
    if (txn.writes().empty()) return Ok();
    if (!window_.StillHolds(txn)) return Fail(kConflict, "another commit changed what this one read");
    ++sequence_;
    window_.Add(txn.writes(), sequence_);
    for (auto& [key, value] : txn.mutable_writes()) versions_[key].emplace_back(sequence_, std::move(value));
    return Ok();
  }

 private:
  using Versions = std::vector<std::pair<uint64_t, std::optional<std::string>>>;
  static std::optional<std::string> Visible(const Versions& versions, uint64_t at) {
    for (auto it = versions.rbegin(); it != versions.rend(); ++it) {
      if (it->first <= at) return it->second;
    }
    return std::nullopt;
  }

  mutable std::shared_mutex mutex_;
  std::map<std::string, Versions, std::less<>> versions_;
  CommitWindow window_{kWindowKeys, 0};
  uint64_t sequence_ = 0;
};

class MemorySnapshot : public Snapshot {
 public:
  explicit MemorySnapshot(const Memory& memory) : memory_(memory), sequence_(memory.sequence()) {}
  uint64_t sequence() const override { return sequence_; }
  Result<std::optional<std::string>> Get(std::string_view key) override { return memory_.Get(key, sequence_); }
  Result<std::vector<KeyValue>> Scan(std::string_view begin, std::string_view end, size_t limit,
                                     bool reverse) override {
    return memory_.Scan(begin, end, limit, reverse, sequence_);
  }

 private:
  const Memory& memory_;
  const uint64_t sequence_;
};

class MemoryStore : public Store {
 public:
  std::unique_ptr<Txn> Begin() override {
    return std::make_unique<OptimisticTxn>([this] { return std::make_unique<MemorySnapshot>(memory_); });
  }
  void Commit(std::unique_ptr<Txn> txn, std::move_only_function<void(Status)> done) override {
    Status outcome = memory_.Commit(static_cast<OptimisticTxn&>(*txn));
    txn = nullptr;
    done(std::move(outcome));
  }
  Status Checkpoint(const std::string&) override {
    return Fail(kNoCheckpoint, "a store in memory has nothing on disk to keep");
  }

 private:
  Memory memory_;
};

}  // namespace

std::unique_ptr<Store> MakeMemoryStore() { return std::make_unique<MemoryStore>(); }

}  // namespace tarn::kv

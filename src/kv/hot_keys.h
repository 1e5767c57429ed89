// HotKeys: present values of the few keys that nearly every request reads. Private to kv.
//
// Invariant: what is kept was the key's value in every commit from `since` to now: a batch drops the keys that it
// writes before it becomes visible, and nothing is kept of a key while a batch that writes it is on its way.
// Threads: Find and Fill any; BeginWrites and EndWrites the committer's.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/per_thread.h"
#include "kv/optimistic.h"

namespace tarn::kv {

class HotKeys {
 public:
  using Value = std::optional<std::string>;  // nothing: the key is absent

  explicit HotKeys(std::vector<std::string> prefixes) : prefixes_(std::move(prefixes)) {}

  // Whether keys like this one are to be kept.
  bool Covers(std::string_view key) const {
    return std::ranges::any_of(prefixes_, [&](const std::string& prefix) { return key.starts_with(prefix); });
  }

  // The key's value as a snapshot at `sequence` sees it; nothing when that is not known here.
  std::optional<Value> Find(std::string_view key, uint64_t sequence) const;
  // The same as a snapshot taken now would see it.
  std::optional<Value> FindPresent(std::string_view key) const { return Find(key, ~uint64_t{0}); }

  // Another number after each batch that wrote such keys, and while it is on its way: kv::Store::HotCommits.
  uint64_t changes() const { return changes_.load(std::memory_order_acquire); }

  // Keeps what `read` finds: it tells a sequence and then the key's latest value, in this order.
  template <typename Read>
  void Fill(std::string_view key, Read read) {
    const uint64_t generation = generation_;
    auto [since, value] = read();
    if (value) Keep(key, *std::move(value), since, generation);
  }

  // Around the write of a batch; the sets live until EndWrites.
  void BeginWrites(std::vector<const WriteSet*> sets);
  void EndWrites();
  // Keeps nothing of what was read before; the committer's, when nobody reads.
  void Clear();

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  struct Entry {
    Value value;
    uint64_t since = 0;
  };
  void Keep(std::string_view key, Value value, uint64_t since, uint64_t generation);

  const std::vector<std::string> prefixes_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
  std::vector<const WriteSet*> on_their_way_;
  bool changing_ = false;                         // those write such keys
  std::atomic<uint64_t> generation_ = 0;          // another one at each begin and end of a batch
  std::atomic<uint64_t> changes_ = 0;             // the same, of batches that write such keys
  mutable PerThread<std::string, Entry> lately_;  // by changes_
};

}  // namespace tarn::kv

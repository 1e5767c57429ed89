#include "kv/hot_keys.h"

namespace tarn::kv {
namespace {
constexpr size_t kKeysMax = 4096;
constexpr size_t kValueBytesKept = 4096;
}  // namespace

std::optional<HotKeys::Value> HotKeys::Find(std::string_view key, uint64_t sequence) const {
  // Asked after the snapshot was taken: what no batch has changed until now holds in it too.
  const Entry* entry = lately_.Find(key, changes());
  if (entry == nullptr) {
    const std::shared_lock lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return std::nullopt;
    entry = &lately_.Keep(key, changes(), found->second);
  }
  if (sequence < entry->since) return std::nullopt;
  return entry->value;
}

void HotKeys::Keep(std::string_view key, Value value, uint64_t since, uint64_t generation) {
  if (value && value->size() > kValueBytesKept) return;
  const std::unique_lock lock(mutex_);
  if (generation_ != generation) return;
  if (std::ranges::any_of(on_their_way_, [&](const WriteSet* writes) { return writes->contains(key); })) return;
  if (entries_.size() >= kKeysMax) entries_.clear();
  entries_.insert_or_assign(std::string(key), Entry{.value = std::move(value), .since = since});
}

void HotKeys::BeginWrites(std::vector<const WriteSet*> sets) {
  const std::unique_lock lock(mutex_);
  ++generation_;
  changing_ = false;
  for (const WriteSet* writes : sets) {
    for (const auto& [key, value] : *writes) {
      if (!Covers(key)) continue;
      changing_ = true;
      if (const auto found = entries_.find(key); found != entries_.end()) entries_.erase(found);
    }
  }
  if (changing_) ++changes_;
  on_their_way_ = std::move(sets);
}

void HotKeys::EndWrites() {
  const std::unique_lock lock(mutex_);
  ++generation_;
  if (changing_) ++changes_;
  on_their_way_.clear();
}

void HotKeys::Clear() {
  const std::unique_lock lock(mutex_);
  ++generation_;
  ++changes_;
  entries_.clear();
}

}  // namespace tarn::kv

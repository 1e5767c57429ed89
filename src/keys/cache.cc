#include "keys/cache.h"

#include "keys/crypto/secret_key.h"

namespace tarn::keys {
namespace {
constexpr size_t kEntriesMax = 10'000;
}  // namespace

Secret::~Secret() { Wipe(bytes); }

std::shared_ptr<const Entry> Cache::Find(const std::string& key_row, const std::string& record) const {
  const std::shared_lock lock(mutex_);
  const auto it = entries_.find(key_row);
  return it != entries_.end() && it->second->record == record ? it->second : nullptr;
}

void Cache::Put(const std::string& key_row, std::shared_ptr<const Entry> entry) {
  const std::unique_lock lock(mutex_);
  if (entries_.size() >= kEntriesMax) entries_.clear();
  entries_[key_row] = std::move(entry);
}

void Cache::Drop(const std::string& key_row) {
  const std::unique_lock lock(mutex_);
  entries_.erase(key_row);
}

}  // namespace tarn::keys

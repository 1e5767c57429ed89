#include "stream/watchers.h"

#include <mutex>

namespace tarn::stream {

uint64_t Watchers::Add(const Scope& scope, std::string_view stream, std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  const uint64_t watch = next_++;
  Name name(scope, stream);
  by_stream_[name].emplace(watch, std::move(wake));
  streams_.emplace(watch, std::move(name));
  count_ = streams_.size();
  return watch;
}

void Watchers::Remove(uint64_t watch) {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find(watch);
  if (found == streams_.end()) return;
  const auto of_stream = by_stream_.find(found->second);
  of_stream->second.erase(watch);
  if (of_stream->second.empty()) by_stream_.erase(of_stream);
  streams_.erase(found);
  count_ = streams_.size();
}

void Watchers::Wake(const Scope& scope, std::string_view stream) {
  if (count_ == 0) return;
  const std::shared_lock lock(mutex_);
  const auto found = by_stream_.find(Name(scope, stream));
  if (found == by_stream_.end()) return;
  for (const auto& [watch, wake] : found->second) wake();
}

}  // namespace tarn::stream

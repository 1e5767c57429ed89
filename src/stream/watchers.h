// Watchers: who wants to know when records have come into a stream, by its name.
//
// Threads: any. A wake runs on the thread that put the records: it must be quick, and neither adds nor removes.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/scope.h"

namespace tarn::stream {

class Watchers {
 public:
  uint64_t Add(const Scope& scope, std::string_view stream, std::function<void()> wake);
  // Returns when it is not running and will not again.
  void Remove(uint64_t watch);
  void Wake(const Scope& scope, std::string_view stream);

 private:
  using Name = std::pair<Scope, std::string>;
  std::atomic<size_t> count_ = 0;
  std::shared_mutex mutex_;  // shared while wakes run
  uint64_t next_ = 1;
  std::map<Name, std::map<uint64_t, std::function<void()>>> by_stream_;
  std::map<uint64_t, Name> streams_;
};

}  // namespace tarn::stream

// KeyRates: holds ingest keys to their limits.
//
// Each limit is a bucket that holds one second's worth and fills steadily. A request passes while both of its key's
// buckets are above nothing: it takes one of the first at once, and its body's bytes of the second when they are known,
// so that a body larger than a second's worth passes, and is paid for by what follows. A refused request takes nothing.
// Levels live in memory: a restart fills them. Keys without limits cost nothing. Threads: any; memory speed.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "ingest/keys.h"

namespace tarn::ingest {

class KeyRates {
 public:
  // Takes a request. Answers 0, or, when it is over a limit, after how many whole seconds one would pass.
  uint64_t TakeRequest(const IngestKey& key, Timestamp now);
  // Takes bytes of a request that passed.
  void TakeBytes(const IngestKey& key, uint64_t bytes, Timestamp now);

  // Keys of which something is remembered.
  size_t size() const;

 private:
  struct Level {
    double left = 0;
    Timestamp at;
    bool is_new = true;

    void Fill(uint64_t per_second, Timestamp now);
  };
  struct Levels {
    Level requests;
    Level bytes;
  };

  Levels& Of(const IngestKey& key, Timestamp now);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Levels> levels_;
  Timestamp swept_;
};

}  // namespace tarn::ingest

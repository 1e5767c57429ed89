// Streams in use: what of them only memory knows, beside what kv keeps.
//
// Bounded without timers: of what is over kWeightMax those go that were used the longest time ago and that nobody works
// with, when a start would make the same of them (no rate to recover, no session whose place counts). They are read
// again when they are asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>

#include "base/scope.h"
#include "base/time.h"
#include "stream/rates.h"
#include "stream/streams.h"

namespace tarn::stream {

// A second session on a shard within this time is refused.
inline constexpr int64_t kTakeoverMicros = 5 * kMicrosPerSecond;

// One session of a consumer on a shard; the last one that began is the one that goes on.
struct SessionSlot {
  uint64_t number = 0;
  Timestamp began;
  std::function<void()> wake;  // null: it has ended
};

struct Live {
  explicit Live(StreamRef kept);

  // Held shared while records are handed to the log, alone while shards change: so a closed shard's end is known.
  std::shared_mutex gate;
  std::mutex mutex;  // of what follows
  StreamRef stream;
  bool deleted = false;
  std::map<uint32_t, ShardRates> rates;
  std::map<std::pair<std::string, uint32_t>, SessionSlot> sessions;
  uint64_t turn = 0;  // whose it is among the open shards of a stream that spreads its records
  uint64_t last_session = 0;

  StreamRef Get() {
    const std::lock_guard lock(mutex);
    return stream;
  }
  // Whether a new one would do as well.
  bool IsAtRest(Timestamp now);
  // Forgets sessions of which nothing is asked any more. Under the mutex.
  void DropEndedSessions(Timestamp now);
};

// Threads: one at a time. Who was given one may keep it: it stays the stream's as long as anybody has it.
class LiveStreams {
 public:
  using Name = std::pair<Scope, std::string>;
  static constexpr size_t kWeightMax = 2048;  // of streams and their shards, one each
  static constexpr size_t kCountMin = 64;     // so many stay whatever their weight

  std::shared_ptr<Live> Find(const Name& name);  // null: not in memory
  std::shared_ptr<Live> Add(const Name& name, StreamRef stream, Timestamp now);
  void Erase(const Name& name);
  size_t size() const { return by_name_.size(); }

 private:
  struct Entry {
    Name name;
    std::shared_ptr<Live> live;
    size_t weight = 0;
  };
  void Shrink(Timestamp now);
  void Drop(std::list<Entry>::iterator entry);

  std::list<Entry> order_;  // what was used last comes first
  std::map<Name, std::list<Entry>::iterator> by_name_;
  size_t weight_ = 0;
};

}  // namespace tarn::stream

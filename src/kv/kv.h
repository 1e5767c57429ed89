// An ordered, transactional key-value store: the home of all metadata.
//
// Invariants: a transaction reads one snapshot plus its own writes; it commits only if nothing that it read (keys and
// scanned ranges, found or not) was changed by another commit since its snapshot (serializable, optimistic). A commit
// is on stable storage before it is acknowledged; commits are grouped into one sync. A closure given to Transact may
// run several times: it must have no effect outside the transaction. Units: keys and values are bytes, keys order by
// unsigned bytes; a key is ≤ 16 KiB, a value ≤ 4 MiB, a transaction's writes ≤ 16 MiB together. Errors: kv.Conflict
// (another commit won; Transact retries it), kv.TooLarge, kv.Full, kv.Io (the store takes no more writes). Threads:
// Store any; a Txn one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"

namespace tarn::kv {

inline constexpr Reason kNoCheckpoint{"kv.NoCheckpoint", Code::kUnimplemented};
inline constexpr Reason kConflict{"kv.Conflict", Code::kConflict};
inline constexpr Reason kTooLarge{"kv.TooLarge", Code::kResourceExhausted};
inline constexpr Reason kIo{"kv.Io", Code::kDataLoss};
// The disk is full: nothing was written. Commits work again when there is room.
inline constexpr Reason kFull{"kv.Full", Code::kResourceExhausted};

struct KeyValue {
  std::string key;
  std::string value;
};

class Txn {
 public:
  virtual ~Txn() = default;

  virtual Result<std::optional<std::string>> Get(std::string_view key) = 0;
  // At most `limit` pairs with begin ≤ key < end (an empty `end`: no upper bound), ascending, or descending from the
  // end when `reverse`. Fewer than `limit` means that the range is exhausted.
  virtual Result<std::vector<KeyValue>> Scan(std::string_view begin, std::string_view end, size_t limit,
                                             bool reverse = false) = 0;
  virtual void Put(std::string_view key, std::string_view value) = 0;
  virtual void Delete(std::string_view key) = 0;

  // Reads that do not make the commit depend on what was read (statistics, listings).
  virtual Result<std::optional<std::string>> PeekGet(std::string_view key) = 0;
  virtual Result<std::vector<KeyValue>> PeekScan(std::string_view begin, std::string_view end, size_t limit,
                                                 bool reverse = false) = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  // A transaction on the present state. Never blocks on writers.
  virtual std::unique_ptr<Txn> Begin() = 0;
  // The present value of one key, as a transaction begun now would see it: cheaper where no other key is read with it.
  virtual Result<std::optional<std::string>> Get(std::string_view key) { return Begin()->PeekGet(key); }
  // Counts the commits that write keys that nearly every request reads (RocksDbOptions::hot_prefixes); nothing where
  // that is not known. What was read of those keys after asking is still the present state of all that was answered
  // while the count is the same: a commit raises it before others can read it and again before it is answered.
  virtual std::optional<uint64_t> HotCommits() const { return std::nullopt; }
  // Ends `txn`; `done` is called once, from any thread, after the writes are durable or refused. A transaction without
  // writes succeeds at once.
  virtual void Commit(std::unique_ptr<Txn> txn, std::move_only_function<void(Status)> done) = 0;
  // Makes `directory`, which must not exist, a store that holds every commit answered before the call, while commits go
  // on. Blocks. Code::kUnimplemented where there is nothing on disk.
  virtual Status Checkpoint(const std::string& directory) = 0;
};

// Runs `body` and commits, again on kv.Conflict (bounded, with jitter). Blocks; never on an I/O thread.
Status Transact(Store& store, const std::function<Status(Txn&)>& body);

// The same for coroutines: `body` runs on the calling thread (memory-speed reads), the commit is awaited.
Task<Status> TransactAsync(Store& store, std::function<Status(Txn&)> body);

// One read-only look at the present state: `body` runs once, nothing is committed.
Status Read(Store& store, const std::function<Status(Txn&)>& body);

}  // namespace tarn::kv

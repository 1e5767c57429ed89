// The one writer of packs: everything that waits is written together and made durable by one sync.
//
// Invariants: an entry lies whole in one pack; it is answered after it is on stable storage. A failed write or sync
// ends the pack: nothing is ever appended after a doubtful byte, and a pack of an earlier run is never appended to.
// Only what a full disk refused is cut off again, and the pack goes on when there is room. Threads: any; answers run on
// the appender's thread, before their pack can end, and must be short.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/metrics.h"
#include "base/result.h"
#include "blob/local/volume.h"

namespace tarn::blob {

class Appender {
 public:
  using Answer = std::move_only_function<void(Result<Placement>)>;

  Appender(Volume& volume, uint64_t pack_bytes_max);
  ~Appender();  // writes what was taken, then joins

  // `entry` is a whole stored blob (frame.h).
  void Append(std::string entry, Answer answer);
  // Ends the active pack, so that it can be compacted.
  void SealActive();

 private:
  struct Entry {
    std::string bytes;
    Answer answer;
  };
  void Run();
  // Writes the batch from `first` on as far as the pack has room; how many entries were dealt with.
  size_t WriteSome(std::vector<Entry>& batch, size_t first);
  Status EnsurePack(size_t entry_bytes);
  void EndPack();
  // After a failure: the pack is kept only when the disk was full and its end is clean again.
  void Recover(const Status& outcome);
  void ReserveAhead(uint64_t end);

  Volume& volume_;
  const uint64_t pack_bytes_max_;
  metrics::Counter& syncs_ = metrics::GetCounter("tarn_blob_pack_syncs_total");
  metrics::Counter& entries_ = metrics::GetCounter("tarn_blob_pack_entries_total");

  std::shared_ptr<File> pack_;  // the thread's own
  uint64_t container_ = 0;      // the thread's own
  uint64_t end_ = 0;            // the thread's own
  uint64_t reserved_ = 0;       // the thread's own: how far the disk was asked for room

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Entry> queue_;
  bool seal_ = false;
  std::condition_variable sealed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tarn::blob

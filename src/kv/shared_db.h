// SharedDb: the open RocksDB that readers share, and that the committer opens again in place when RocksDB takes no
// writes any more until it is opened anew. Private to kv.
//
// While it is opened again new readers wait; where RocksDB cannot write yet, it is opened for reading alone, so that
// reads go on. Sequences never decrease, and what was read before another opening is older than everything after it: a
// change whose outcome was in doubt may have become visible between the two.
// Threads: Use any; the rest the committer's.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace tarn::kv {

class SharedDb {
 public:
  SharedDb(const rocksdb::Options& options, std::string directory, std::unique_ptr<rocksdb::DB> db);
  ~SharedDb() { Close(); }
  SharedDb(const SharedDb&) = delete;
  SharedDb& operator=(const SharedDb&) = delete;

  // Keeps the database open for as long as it lives.
  class Use {
   public:
    explicit Use(SharedDb& shared);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    rocksdb::DB* db() const { return shared_.db_.get(); }
    uint64_t SequenceOf(uint64_t own) const { return shared_.sequence_base_ + own; }
    uint64_t LatestSequence() const { return shared_.LatestSequence(); }

   private:
    SharedDb& shared_;
  };

  // Null after an opening that failed even for reading.
  rocksdb::DB* db() { return db_.get(); }
  bool takes_writes() const { return takes_writes_; }
  uint64_t LatestSequence() const;
  // What the file system has left.
  uint64_t FreeBytes() const;
  // Whether a file of some size can be written and synced now.
  bool HasRoom() const;
  // Whether it takes writes now; false when readers do not end soon, or when it cannot be opened for writing.
  bool OpenAgain();

 private:
  void Open();
  void Close();

  const rocksdb::Options options_;
  const std::string directory_;
  std::unique_ptr<rocksdb::DB> db_;  // changes only while `closed_` and without uses, as do these:
  uint64_t sequence_base_ = 0;       // of all sequences, added to RocksDB's own
  bool takes_writes_ = true;
  std::atomic<int64_t> uses_ = 0;
  std::atomic<bool> closed_ = false;
};

}  // namespace tarn::kv

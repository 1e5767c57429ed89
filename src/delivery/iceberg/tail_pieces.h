// Tail pieces: rows of what waits for an Iceberg table, kept from one query to the next.
//
// A piece is what one stream accepted from some positions on up to others, as the files that a commit of it would add
// to a table of one form. It holds until its records are delivered, the table's columns or partitions change, or the
// stream's destination does. Memory: all tables together at most kKeptBytesMax beyond what running queries read; what
// was asked for the longest time ago goes first. Nothing of it is durable. Threads: any where told, else who holds the
// mutex.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/scope.h"
#include "delivery/records/source.h"
#include "iceberg/metadata/table_metadata.h"
#include "tables/memory_files.h"
#include "tables/tail.h"

namespace tarn::delivery {

inline constexpr uint64_t kKeptBytesMax = 256 << 20;  // of files

struct TailPiece {
  Positions from;      // where its records were read from
  Positions after;     // and up to
  Positions first;     // of its records, by lane
  Positions end;       // behind them
  uint64_t bytes = 0;  // of the records
  size_t records = 0;
  tables::Tail::Commit commit;
  std::shared_ptr<tables::MemoryFiles> files;
  uint64_t file_bytes = 0;
  bool may_be_kept = true;  // false: making its rows asked for rights that may be gone the next time

  enum class State : uint8_t { kWaiting, kDelivered, kPartly };
  // How much of it is delivered where the stream is delivered up to `positions`.
  State StateAt(const Positions& positions) const;
};

// Pieces of one stream, each after those before it.
struct FeedPieces {
  uint64_t version = 0;  // of the destination that they are made for
  std::vector<TailPiece> pieces;
};

// What of a table decides how rows are written.
struct TableForm {
  std::string uuid;
  int format_version = 0;
  int32_t schema = 0;
  int32_t spec = 0;
  int32_t sort_order = 0;
  iceberg::Properties properties;

  static TableForm Of(const iceberg::TableMetadata& metadata);
  bool operator==(const TableForm&) const = default;
};

// Of one table. Who makes pieces holds the mutex.
struct TablePieces {
  std::mutex mutex;
  TableForm form;
  std::map<uint64_t, FeedPieces> feeds;  // by the streams' logs
  std::atomic<uint64_t> file_bytes = 0;  // of all pieces, when they were measured

  // Sets file_bytes.
  void Measure();
  // Leaves nothing from the first piece on that may not be kept.
  void DropUnkept();
};

class KeptPieces {
 public:
  // By "database.table" in lower case. Any thread.
  std::shared_ptr<TablePieces> Of(const Scope& scope, const std::string& table);
  // Forgets what is delivered; of tables that nobody reads at the time. `positions`: null when the stream is gone. Any
  // thread; quick.
  void Delivered(uint64_t log, const Positions* positions);
  // Forgets what is too much, `used` last of all. Any thread; nobody holds a table's mutex.
  void Shrink(const std::shared_ptr<TablePieces>& used);

 private:
  struct Entry {
    std::shared_ptr<TablePieces> pieces;
    uint64_t used = 0;  // rises
  };
  std::vector<std::shared_ptr<TablePieces>> ByUse();

  std::mutex mutex_;
  uint64_t uses_ = 0;
  std::map<std::pair<Scope, std::string>, Entry> tables_;
};

}  // namespace tarn::delivery

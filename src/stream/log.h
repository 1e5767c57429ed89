// The log of streams: records appended to many small logs, kept in shared segment files, one sync for all that wait.
//
// A log is named by an id that its owner draws at random (NewLogId) and keeps in its own records; it exists from its
// first append. Positions of a log's records are 0, 1, 2, …, without gaps (but for one where the log was restored from
// a backup); an owner may have told them to others, so they are never used twice. A batch is whole or absent; what is
// acknowledged is on stable storage. After a crash the torn tail is cut by its checksums: nothing acknowledged is lost
// or doubled; a batch whose answer was lost may be there. Records are sealed at rest under a key of each segment,
// itself wrapped under the lake's (docs/format/stream.md). Memory: about 100 bytes a log that is idle, 24 bytes for
// each 64 KiB of a busy one. No thread but the committer, which sleeps while nothing is appended. Units: bytes,
// microseconds. Errors: kLogFull and kLogBusy (nothing changed), kLogFailed (the batch may or may not be there after a
// restart), kLogDamaged, kLogClosed. Threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "blob/file_system.h"
#include "blob/key_wrapper.h"
#include "stream/errors.h"

namespace tarn::stream {

using LogId = uint64_t;
LogId NewLogId();

struct Record {
  uint64_t position = 0;
  Timestamp arrived;  // rises with the position
  std::string bytes;
};

// Records for one log, in order.
struct NewRecords {
  LogId log = 0;
  std::vector<std::string> records;
};
struct Appended {
  uint64_t first = 0;  // position of the first record; the others follow
  Timestamp arrived;
};
using AppendDone = std::move_only_function<void(Result<std::vector<Appended>>)>;

struct Records {
  std::vector<Record> records;
  uint64_t next = 0;  // where to read on; past positions that are no longer there
};

// What of a log must stay: what is at or above `position` and arrived at or after `since`.
struct Keep {
  uint64_t position = 0;
  Timestamp since;
};

struct LogOptions {
  std::string directory;
  blob::FileSystem* files = nullptr;          // null: the machine's
  const blob::KeyWrapper* wrapper = nullptr;  // null: records lie unsealed
  const Clock* clock = nullptr;
  uint64_t segment_bytes = 64 << 20;
  uint64_t queue_bytes = 128 << 20;  // waiting for the disk; beyond: kLogBusy
  uint64_t cache_bytes = 64 << 20;   // of the youngest records, for readers at the end
};

class Log {
 public:
  // Reads what is there and cuts what a crash left torn.
  static Result<std::unique_ptr<Log>> Open(LogOptions options);
  virtual ~Log() = default;  // writes what was accepted, then ends

  // `done` is called once, from any thread, also inline. A batch's entries are written in its order; entries of the
  // same log follow each other. Without records it succeeds when all that was appended before it has been answered.
  virtual void Append(std::vector<NewRecords> batch, AppendDone done) = 0;
  Result<std::vector<Appended>> AppendAndWait(std::vector<NewRecords> batch);  // blocks

  // At least one record when there is one at or above `from`, then up to the limits. Reads the disk for what is not
  // among the youngest.
  virtual Result<Records> Read(LogId log, uint64_t from, size_t records_max, uint64_t bytes_max) = 0;
  // The position that the next record gets; all below it are durable.
  virtual uint64_t End(LogId log) const = 0;
  // The first position that is still there; End where none is.
  virtual uint64_t Begin(LogId log) const = 0;
  // The first position whose record arrived at `time` or later; End where none did.
  virtual Result<uint64_t> FirstSince(LogId log, Timestamp time) = 0;
  // About how many bytes the log's records from that position on take on disk: whole segments are counted.
  virtual uint64_t BytesFrom(LogId log, uint64_t from) const = 0;
  // When the last record arrived; nothing where none is there.
  virtual std::optional<Timestamp> LastArrival(LogId log) const = 0;

  // Calls `wake` after each append to the log, on the committer's thread: it must be quick. Unwatch returns when it is
  // not running and will not again.
  virtual uint64_t Watch(LogId log, std::function<void()> wake) = 0;
  virtual void Unwatch(uint64_t watch) = 0;

  // Removes segments of which nothing must stay, and moves the little that must stay of others. What an owner needs of
  // a log, nothing for logs that nobody owns, is told by what `look` makes: it is called once, when the segments are
  // chosen, so that it knows the owner of each log in them. Blocks; does nothing while another one is under way.
  using KeepOf = std::function<std::optional<Keep>(LogId)>;
  virtual Status Reclaim(const std::function<Result<KeepOf>()>& look) = 0;

  // A copy of the log while it goes on: nothing is given back from before `begin` runs until all is visited. After it
  // each segment is told, with what is durable of it then: those bytes never change. Blocks.
  struct SegmentCopy {
    std::string path;
    std::string name;      // of the file
    std::string identity;  // no other segment has it, of whatever lake
    uint64_t bytes = 0;    // that belong to the copy; more may lie behind them
  };
  virtual Status VisitSegments(const std::function<Status()>& begin,
                               const std::function<Status(const SegmentCopy&)>& visit) = 0;
  // Beside such a copy's segments: the next Open leaves a gap in all positions, since the lake that was copied may have
  // told more of them to others.
  static constexpr std::string_view kRestoredFile = "restored";

  struct Usage {
    uint64_t segments = 0;
    uint64_t stored_bytes = 0;
    uint64_t logs = 0;
  };
  virtual Usage MeasureUsage() const = 0;
};

}  // namespace tarn::stream

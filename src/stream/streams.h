// Streams: named sets of shards, to which producers put records and from which consumers read them in order.
//
// A record goes to the open shard whose range holds its hash key, and lies there in the order of the puts that were
// answered. Metadata are in kv, records in the Log; a change is durable when it is answered. Shards close and open
// while puts go on: a put that races with a change of shards lands wholly before or after it. Status CREATING, UPDATING
// and DELETING last `Options::settle_micros` from the change, which itself is done before the answer; but a change of
// shards is done when it has settled, as in Kinesis. Limits are those
// of Kinesis, per shard; a stream with the tag "tarn:shard-limits" = "off" and on-demand ones have none. Errors:
// stream/errors.h, with Kinesis's sentences; the log's. Threads: any; all of it blocks but where told.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "kv/kv.h"
#include "stream/log.h"
#include "stream/model.h"

namespace tarn::stream {

struct NewStream {
  std::string name;
  int64_t shards = 0;
  bool on_demand = false;
  std::map<std::string, std::string> tags;
  int32_t record_kib_max = 1024;
  int32_t warm_mibps = 0;
  bool spreads = false;
};

struct NewRecord {
  std::string_view partition_key;  // empty: none, for streams that spread their records
  std::string_view data;
  std::optional<std::string> explicit_hash;
};
struct PutResult {
  std::string shard;
  std::string sequence;
  std::string error_code;  // set: this record was not put
  std::string error_message;
};

struct GotRecord {
  std::string sequence;
  Timestamp arrived;
  std::string partition_key;
  std::string data;
  uint64_t position = 0;
};

struct ChildShard {
  std::string id;
  std::vector<std::string> parents;
  HashKey begin;
  HashKey end;
};

// Where a reader of a shard stands.
struct Cursor {
  Scope scope;
  std::string stream;
  std::string stream_id;
  int64_t shard = 0;
  uint64_t position = 0;
};
struct Batch {
  std::vector<GotRecord> records;
  Cursor next;
  bool at_end = false;  // of a closed shard: nothing follows
  int64_t millis_behind = 0;
  std::vector<ChildShard> children;  // when at_end
  std::string continuation;          // a sequence number from which a reader goes on, when not at_end
};
struct ReadLimits {
  size_t records = 10'000;
  uint64_t bytes = 10 << 20;
};

// As SubscribeToShard and GetShardIterator name it.
struct StartingPosition {
  std::string type;  // TRIM_HORIZON, LATEST, AT_SEQUENCE_NUMBER, AFTER_SEQUENCE_NUMBER, AT_TIMESTAMP
  std::optional<std::string> sequence;
  std::optional<Timestamp> time;
};

struct Options {
  int64_t settle_micros = 0;
  std::string iterator_key;             // 32 bytes: iterators are sealed under it
  int64_t account_shards_max = 20'000;  // open ones, of an account in a region
};

using StreamRef = std::shared_ptr<const Stream>;

class Streams {
 public:
  // All outlive it. Registers nothing and starts no thread.
  Streams(kv::Store& store, Log& log, const Clock& clock, Options options);
  ~Streams();

  Status Create(const Scope& scope, const NewStream& stream);
  Result<StreamRef> Find(const Scope& scope, std::string_view name);
  struct Listed {
    std::vector<StreamRef> streams;
    bool more = false;
  };
  Result<Listed> List(const Scope& scope, const std::string& after, size_t limit);
  Result<Commitment> FindCommitment(const Scope& scope);
  Result<Commitment> ChangeCommitment(const Scope& scope, bool enabled);
  // What an account has of its limits in a region; costs the same however many streams there are.
  struct Usage {
    int64_t open_shards = 0;
    int64_t on_demand_streams = 0;
    int64_t shards_max = 0;
  };
  Result<Usage> MeasureUsage(const Scope& scope);
  Status Delete(const Scope& scope, std::string_view name, bool with_consumers);
  // Changes what is kept of an ACTIVE stream: `change` may refuse, and is run once. `state` is what it shows until it
  // settles.
  Status Change(const Scope& scope, std::string_view name, State state, const std::function<Status(Stream&)>& change);

  // In their order. What `records` show must stay until it returns.
  Result<std::vector<PutResult>> Put(const Scope& scope, std::string_view name, std::span<const NewRecord> records);

  // Calls `wake` after each put into a stream of that name, whenever it is made: it must be quick. Unwatch returns when
  // it is not running and will not again.
  uint64_t Watch(const Scope& scope, std::string_view name, std::function<void()> wake);
  void Unwatch(uint64_t watch);

  Result<Cursor> Start(const Scope& scope, std::string_view name, std::string_view shard, const StartingPosition& from,
                       std::string_view operation);
  Result<Batch> Get(const Cursor& cursor, const ReadLimits& limits, bool limited);
  // Iterators as clients carry them.
  std::string SealIterator(const Cursor& cursor) const;
  Result<Cursor> OpenIterator(const std::string& iterator) const;

  Status Split(const Scope& scope, std::string_view name, const std::string& shard, const std::string& new_begin);
  Status Merge(const Scope& scope, std::string_view name, const std::string& shard, const std::string& adjacent);
  struct Recount {
    int64_t before = 0;
    int64_t target = 0;
  };
  Result<Recount> UpdateShardCount(const Scope& scope, std::string_view name, int64_t target);

  Result<Consumer> Register(const Scope& scope, std::string_view stream, const std::string& consumer,
                            std::map<std::string, std::string> tags);
  Result<Consumer> FindConsumer(const Scope& scope, std::string_view stream, const std::string& consumer);
  Result<std::vector<Consumer>> Consumers(const Scope& scope, std::string_view stream);
  Status ChangeConsumer(const Scope& scope, std::string_view stream, const std::string& consumer,
                        const std::function<Status(Consumer&)>& change);
  Status Deregister(const Scope& scope, std::string_view stream, const std::string& consumer);

  // One session of SubscribeToShard: a second one within 5 s is refused (kInUse), a later one ends the first.
  // `wake` is called when records have come or the session was taken over; from any thread, quickly.
  class Session;
  Result<std::shared_ptr<Session>> Subscribe(const Scope& scope, std::string_view stream, const std::string& consumer,
                                             std::string_view shard, const StartingPosition& from,
                                             std::function<void()> wake);

  // What must stay of a shard's log; nothing for logs that are no shard's. Reads kv once for many: see Keeper.
  class Keeper {
   public:
    std::optional<Keep> Of(LogId log) const;

   private:
    friend class Streams;
    std::map<LogId, Keep> kept_;
  };
  Result<Keeper> MakeKeeper();

  const Clock& clock() const;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

class Streams::Session {
 public:
  ~Session();
  // What is there now, perhaps no record. kInUse when another session took over, kNotFound when the consumer or the
  // stream is gone.
  Result<Batch> Next(const ReadLimits& limits);

 private:
  friend class Streams;
  struct Parts;
  explicit Session(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace tarn::stream

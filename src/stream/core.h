// What the parts of Streams share. Private to stream.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "identity/secret_box.h"
#include "kv/key.h"
#include "stream/live.h"
#include "stream/streams.h"
#include "stream/watchers.h"

namespace tarn::stream {

struct Streams::Core {
  Core(kv::Store& store_in, Log& log_in, const Clock& clock_in, Options options_in)
      : store(store_in), log(log_in), clock(clock_in), options(std::move(options_in)), box(options.iterator_key) {}

  kv::Store& store;
  Log& log;
  const Clock& clock;
  const Options options;
  const identity::SecretBox box;

  std::mutex mutex;
  LiveStreams live;
  Watchers watchers;

  static std::string StreamKey(const Scope& scope, std::string_view name);
  static std::string ConsumerKey(const Scope& scope, std::string_view stream, std::string_view consumer);
  static kv::Key ConsumersOf(const Scope& scope, std::string_view stream);  // what their keys begin with

  // Does a change of shards that has settled first. Errors: kNotFound, with the sentence.
  Result<std::shared_ptr<Live>> Find(const Scope& scope, std::string_view name);
  Result<std::shared_ptr<Live>> FindLive(const Scope& scope, std::string_view name);
  // Runs `change` on a copy with the gate shut, keeps the copy. `too_many` refuses what would give the account more
  // open shards than it may have; it is told how many are open.
  using TooMany = std::function<Error(int64_t)>;
  Status Change(Live& live, State state, const std::function<Status(Stream&)>& change,
                const TooMany& too_many = nullptr);
  // The gate must be shut.
  Status Keep(Live& live, std::shared_ptr<Stream> after, const TooMany& too_many);
  // Changes the stream's shards, or has it done when the change settles. The gate must be shut.
  Status Begin(Stream& stream, const Reshard& reshard);
  Status Carry(Stream& stream, const Reshard& reshard);
  Status CarrySettled(Live& live);
  // What the scope has, in the transaction that changes it; kept in a record of its own.
  struct Counts {
    int64_t open_shards = 0;
    int64_t on_demand_streams = 0;
    void Add(const Stream& stream, int sign) {
      open_shards += sign * static_cast<int64_t>(stream.open_shards());
      on_demand_streams += stream.on_demand ? sign : 0;
    }
  };
  static Result<Counts> CountsOf(kv::Txn& txn, const Scope& scope);
  static void KeepCounts(kv::Txn& txn, const Scope& scope, const Counts& counts);
  // How long until a change is settled.
  Timestamp Settled() const { return clock.Now().Plus(options.settle_micros); }
  // The stream's records of now are on disk, and no more will come while the gate is shut.
  Status Flush();
};

Error NoStream(const Scope& scope, std::string_view name);
Error NoShardIn(const Scope& scope, std::string_view stream, int64_t shard);
Error NotActive(const Stream& stream, State state);
// `more` shards would be too many beside the account's `open` ones.
Error TooManyShards(const Scope& scope, int64_t open, int64_t limit, int64_t more);
bool LimitsHold(const Stream& stream);

// "shardId-000000000003", "x-3" and "3" are 3; nothing else is a shard's name.
std::optional<int64_t> ParseShardId(std::string_view text);

// A put record as it lies in the log.
std::string EncodeRecordBody(const NewRecord& record);
GotRecord DecodeRecordBody(const Shard& shard, const Record& record);

}  // namespace tarn::stream

// What is kept of a stream and of its consumers. docs/format/stream.md has the records' tags.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/scope.h"
#include "base/time.h"
#include "stream/hash_key.h"
#include "stream/log.h"
#include "stream/sequence.h"

namespace tarn::stream {

struct Shard {
  uint32_t index = 0;
  int64_t parent = -1;    // indexes; -1: none
  int64_t adjacent = -1;  // the other parent of a merged shard
  HashKey begin;
  HashKey end;  // inclusive
  LogId log = 0;
  Timestamp created;
  std::optional<Timestamp> closed;
  uint64_t last = 0;  // of a closed shard: the position behind its last record

  int64_t created_second() const { return created.seconds(); }
  std::string id() const;  // "shardId-000000000003"
  std::string starting_sequence() const;
  std::string ending_sequence() const;  // of a closed shard
  std::string SequenceAt(uint64_t position, Timestamp arrived) const;
};

// A change of shards that was answered and is done when the stream settles: until then clients see the old ones.
struct Reshard {
  enum class Kind : uint8_t { kSplit = 1, kMerge = 2, kRecount = 3 };
  Kind kind = Kind::kSplit;
  uint32_t shard = 0;     // that is split, or the lower one of those that are merged
  uint32_t adjacent = 0;  // the other one
  HashKey begin;          // of a split's upper child
  uint64_t count = 0;     // of a recount

  // How many more shards will be open, of the `open` ones.
  int64_t Growth(int64_t open) const {
    if (kind == Kind::kRecount) return static_cast<int64_t>(count) - open;
    return kind == Kind::kSplit ? 1 : -1;
  }
};

enum class State : uint8_t { kCreating = 1, kActive = 2, kUpdating = 3, kDeleting = 4 };
std::string_view StateName(State state);

struct Stream {
  Scope scope;
  std::string name;
  std::string id;  // what tells it from an earlier one of the name
  Timestamp created;
  State state = State::kActive;  // as it was changed last; it shows until `settles`
  Timestamp settles;
  std::vector<Shard> shards;  // by index; those that expired are gone
  uint32_t next_shard = 0;
  bool on_demand = false;
  int32_t retention_hours = 24;
  std::string key;        // the KMS key as it was named; empty: not encrypted
  std::string key_proof;  // a ciphertext of the key: who may decrypt it may read
  std::vector<std::string> metrics;
  std::map<std::string, std::string> tags;
  std::string policy;
  int32_t record_kib_max = 1024;
  int32_t warm_mibps = 0;
  bool spreads = false;               // on demand only: records go to the shards in turn, whatever their keys
  std::optional<Reshard> resharding;  // to be done at `settles`
  std::vector<Timestamp> recounts;    // when UpdateShardCount was called in the last 24 hours
  std::vector<uint32_t> open;         // places in `shards` of the open ones, by their ranges; not kept: see FindOpen

  std::string arn() const;
  State StateAt(Timestamp now) const;
  // Shards as clients see them now: none while the stream is CREATING, none whose records all expired.
  std::vector<Shard> VisibleShards(Timestamp now) const;
  const Shard* FindShard(int64_t index) const;
  const Shard* ShardOf(HashKey key) const;  // the open one
  size_t open_shards() const { return open.size(); }
  // Fills `open` from `shards`; after these were changed by other ways than OpenShard and CloseShard.
  void FindOpen();
  // Its range must be free, its index the highest.
  void OpenShard(const Shard& shard);
  void CloseShard(uint32_t index, Timestamp now, uint64_t last);
  Timestamp Horizon(Timestamp now) const { return now.Plus(-int64_t{retention_hours} * 3600 * kMicrosPerSecond); }
};

// To a minimum of throughput, by an account in a region. It holds a day at least; who ends it before then has it end
// with that day.
struct Commitment {
  std::optional<Timestamp> began;  // nothing: there was none yet
  Timestamp may_end;
  std::optional<Timestamp> ended;  // perhaps in the future

  bool HoldsAt(Timestamp now) const { return began && (!ended || now < *ended); }
};

struct Consumer {
  std::string name;
  Timestamp created;
  Timestamp settles;  // CREATING until then
  std::map<std::string, std::string> tags;
  std::string policy;

  std::string ArnOf(const Stream& stream) const;
};

std::string ShardIdOf(int64_t index);

// What an ARN names: "arn:aws:kinesis:region:account:stream/name", or that with "/consumer/name:1234".
struct NamedByArn {
  Scope scope;
  std::string stream;
  std::string consumer;        // empty: the stream itself
  std::string consumer_stamp;  // the second of its creation
};
std::optional<NamedByArn> ParseArn(std::string_view arn);

std::string EncodeStream(const Stream& stream);
std::optional<Stream> DecodeStream(std::string_view bytes);
std::string EncodeConsumer(const Consumer& consumer);
std::optional<Consumer> DecodeConsumer(std::string_view bytes);

}  // namespace tarn::stream

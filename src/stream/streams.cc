#include "stream/streams.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/random.h"
#include "base/strings.h"
#include "kv/key.h"
#include "stream/core.h"

namespace tarn::stream {
namespace {

constexpr std::string_view kSpace = "kinesis-stream";
constexpr std::string_view kConsumerSpace = "kinesis-consumer";
constexpr std::string_view kOpenSpace = "kinesis-open-shards";
constexpr std::string_view kLimitsTag = "tarn:shard-limits";
// Shards of a new stream are as old as those of Kinesis, which takes some seconds to make them.
constexpr int64_t kShardAgeSeconds = 3;
constexpr size_t kPageStreams = 1000;

bool IsOver(const Stream& stream, Timestamp now) { return stream.state == State::kDeleting && now >= stream.settles; }

}  // namespace

Error NoStream(const Scope& scope, std::string_view name) {
  return Fail(kNotFound, fmt::format("Stream {} under account {} not found.", name, scope.account));
}

Error NoShardIn(const Scope& scope, std::string_view stream, int64_t shard) {
  return Fail(kNotFound, fmt::format("Shard {} in stream {} under account {} does not exist", ShardIdOf(shard), stream,
                                     scope.account));
}

Error NotActive(const Stream& stream, State state) {
  return Fail(kInUse, fmt::format("Stream {} under account {} not ACTIVE, instead in state {}", stream.name,
                                  stream.scope.account, StateName(state)));
}

Error TooManyShards(const Scope& scope, int64_t open, int64_t limit, int64_t more) {
  return Fail(kLimit,
              fmt::format("This request would exceed the shard limit for the account {} in {}. Current shard count for "
                          "the account: {}. Limit: {}. Number of additional shards that would have resulted from this "
                          "request: {}. Refer to the AWS Service Limits page "
                          "(http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits "
                          "and how to request higher limits.",
                          scope.account, scope.region, open, limit, more));
}

bool LimitsHold(const Stream& stream) {
  if (stream.on_demand) return false;
  const auto tag = stream.tags.find(std::string(kLimitsTag));
  return tag == stream.tags.end() || tag->second != "off";
}

std::optional<int64_t> ParseShardId(std::string_view text) {
  if (const size_t dash = text.find('-'); dash != std::string_view::npos) {
    std::string_view rest = text.substr(dash + 1);
    rest = rest.substr(0, rest.find('-'));
    if (!rest.empty()) text = rest;
  }
  int64_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size() || text.empty() || text[0] == '-' || index > INT32_MAX) {
    return std::nullopt;
  }
  return index;
}

std::string Streams::Core::StreamKey(const Scope& scope, std::string_view name) {
  return kv::Key(kSpace).Text(scope.account).Text(scope.region).Text(name).Take();
}

std::string Streams::Core::ConsumerKey(const Scope& scope, std::string_view stream, std::string_view consumer) {
  return ConsumersOf(scope, stream).Text(consumer).Take();
}

kv::Key Streams::Core::ConsumersOf(const Scope& scope, std::string_view stream) {
  return kv::Key(kConsumerSpace).Text(scope.account).Text(scope.region).Text(stream);
}

Result<Streams::Core::Counts> Streams::Core::CountsOf(kv::Txn& txn, const Scope& scope) {
  TARN_TRY(const auto kept, txn.Get(kv::Key(kOpenSpace).Text(scope.account).Text(scope.region).Take()));
  const std::string text = kept.value_or("");
  const auto numbers = tarn::Split(text, ' ');
  if (numbers.size() == 2) {
    const auto open = ParseI64(numbers[0]);
    const auto on_demand = ParseI64(numbers[1]);
    if (open && on_demand) return Counts{*open, *on_demand};
  }
  // Streams of a lake that did not keep them.
  const kv::Key all = kv::Key(kSpace).Text(scope.account).Text(scope.region);
  TARN_TRY(const auto rows, txn.Scan(all.bytes(), all.End(), SIZE_MAX));
  Counts counts;
  for (const kv::KeyValue& row : rows) {
    const auto stream = DecodeStream(row.value);
    if (stream && stream->state != State::kDeleting) counts.Add(*stream, 1);
  }
  return counts;
}

void Streams::Core::KeepCounts(kv::Txn& txn, const Scope& scope, const Counts& counts) {
  txn.Put(
      kv::Key(kOpenSpace).Text(scope.account).Text(scope.region).Take(),
      fmt::format("{} {}", std::max<int64_t>(0, counts.open_shards), std::max<int64_t>(0, counts.on_demand_streams)));
}

Result<std::shared_ptr<Live>> Streams::Core::Find(const Scope& scope, std::string_view name) {
  TARN_TRY(auto found, FindLive(scope, name));
  const StreamRef stream = found->Get();
  if (stream->resharding && clock.Now() >= stream->settles) TARN_CHECK(CarrySettled(*found));
  return found;
}

Result<std::shared_ptr<Live>> Streams::Core::FindLive(const Scope& scope, std::string_view name) {
  const std::lock_guard lock(mutex);
  const auto key = std::make_pair(scope, std::string(name));
  if (auto found = live.Find(key)) {
    if (!IsOver(*found->Get(), clock.Now())) return found;
    return NoStream(scope, name);
  }
  std::optional<std::string> bytes;
  TARN_CHECK(kv::Read(store, [&](kv::Txn& txn) -> Status {
    TARN_TRY(bytes, txn.PeekGet(StreamKey(scope, name)));
    return Ok();
  }));
  if (!bytes) return NoStream(scope, name);
  auto stream = DecodeStream(*bytes);
  if (!stream) return Fail(kLogDamaged, "the record of stream " + std::string(name) + " is damaged");
  const Timestamp now = clock.Now();
  if (IsOver(*stream, now)) return NoStream(scope, name);
  return live.Add(key, std::make_shared<const Stream>(std::move(*stream)), now);
}

Status Streams::Core::Flush() {
  TARN_CHECK(log.AppendAndWait({}));
  return Ok();
}

Status Streams::Core::Change(Live& of, State state, const std::function<Status(Stream&)>& change,
                             const TooMany& too_many) {
  const std::lock_guard gate(of.gate);
  const StreamRef before = of.Get();
  if (of.deleted) return NoStream(before->scope, before->name);
  const State now = before->resharding ? State::kUpdating : before->StateAt(clock.Now());
  if (now != State::kActive) return NotActive(*before, now);
  auto after = std::make_shared<Stream>(*before);
  TARN_CHECK(change(*after));
  if (state != State::kActive) {
    after->state = state;
    after->settles = Settled();
  }
  return Keep(of, std::move(after), too_many);
}

Status Streams::Core::Keep(Live& of, std::shared_ptr<Stream> after, const TooMany& too_many) {
  const StreamRef before = of.Get();
  const Timestamp horizon = after->Horizon(clock.Now());
  const bool expired =
      std::erase_if(after->shards, [&](const Shard& shard) { return shard.closed && *shard.closed < horizon; }) > 0;
  if (expired) after->FindOpen();
  const auto open = static_cast<int64_t>(after->open_shards());
  const auto more = open - static_cast<int64_t>(before->open_shards());
  // What is still to be opened counts when it is asked for.
  int64_t wanted = more;
  if (after->resharding) wanted += after->resharding->Growth(open);
  TARN_CHECK(kv::Transact(store, [&](kv::Txn& txn) -> Status {
    if (wanted != 0 || before->on_demand != after->on_demand) {
      TARN_TRY(Counts counts, CountsOf(txn, after->scope));
      if (wanted > 0 && too_many && counts.open_shards + wanted > options.account_shards_max) {
        return too_many(counts.open_shards);
      }
      counts.Add(*before, -1);
      counts.Add(*after, 1);
      KeepCounts(txn, after->scope, counts);
    }
    txn.Put(StreamKey(after->scope, after->name), EncodeStream(*after));
    return Ok();
  }));
  const std::lock_guard lock(of.mutex);
  of.stream = std::move(after);
  return Ok();
}

Streams::Streams(kv::Store& store, Log& log, const Clock& clock, Options options)
    : core_(std::make_unique<Core>(store, log, clock, std::move(options))) {}
Streams::~Streams() = default;

const Clock& Streams::clock() const { return core_->clock; }

uint64_t Streams::Watch(const Scope& scope, std::string_view name, std::function<void()> wake) {
  return core_->watchers.Add(scope, name, std::move(wake));
}
void Streams::Unwatch(uint64_t watch) { core_->watchers.Remove(watch); }

Status Streams::Create(const Scope& scope, const NewStream& wanted) {
  const Timestamp now = core_->clock.Now();
  Stream stream{.scope = scope, .name = wanted.name, .id = RandomBytes(16), .created = now};
  stream.state = State::kCreating;
  stream.settles = core_->Settled();
  stream.on_demand = wanted.on_demand;
  stream.tags = wanted.tags;
  stream.record_kib_max = wanted.record_kib_max;
  stream.warm_mibps = wanted.warm_mibps;
  stream.spreads = wanted.spreads;
  const int64_t limit = core_->options.account_shards_max;
  const auto count = static_cast<uint64_t>(std::max<int64_t>(1, wanted.shards));
  for (uint64_t i = 0; i < count && i < 100'000; ++i) {
    stream.shards.push_back({.index = static_cast<uint32_t>(i),
                             .begin = RangeBegin(i, count),
                             .end = i + 1 < count ? RangeBegin(i + 1, count).Previous() : kHashKeyMax,
                             .log = NewLogId(),
                             .created = now.Plus(-kShardAgeSeconds * kMicrosPerSecond)});
  }
  stream.next_shard = static_cast<uint32_t>(stream.shards.size());
  stream.FindOpen();
  TARN_CHECK(kv::Transact(core_->store, [&](kv::Txn& txn) -> Status {
    const std::string key = Core::StreamKey(scope, wanted.name);
    TARN_TRY(const auto present, txn.Get(key));
    if (present) {
      const auto old = DecodeStream(*present);
      if (!old || !IsOver(*old, now)) {
        return Fail(kInUse, fmt::format("Stream {} under account {} already exists.", wanted.name, scope.account));
      }
    }
    TARN_TRY(Core::Counts counts, Core::CountsOf(txn, scope));
    const int64_t open = counts.open_shards;
    if (open + wanted.shards > limit) return TooManyShards(scope, open, limit, wanted.shards);
    counts.Add(stream, 1);
    Core::KeepCounts(txn, scope, counts);
    txn.Put(key, EncodeStream(stream));
    return Ok();
  }));
  // The one that had the name, and is over.
  const LiveStreams::Name key(scope, wanted.name);
  const std::lock_guard lock(core_->mutex);
  if (const auto old = core_->live.Find(key); old != nullptr && IsOver(*old->Get(), now)) core_->live.Erase(key);
  return Ok();
}

Result<StreamRef> Streams::Find(const Scope& scope, std::string_view name) {
  TARN_TRY(const auto live, core_->Find(scope, name));
  return live->Get();
}

Result<Streams::Listed> Streams::List(const Scope& scope, const std::string& after, size_t limit) {
  Listed listed;
  const Timestamp now = core_->clock.Now();
  const kv::Key all = kv::Key(kSpace).Text(scope.account).Text(scope.region);
  std::string begin = after.empty() ? all.bytes() : Core::StreamKey(scope, after) + '\0';
  TARN_CHECK(kv::Read(core_->store, [&](kv::Txn& txn) -> Status {
    while (true) {
      TARN_TRY(const auto rows, txn.PeekScan(begin, all.End(), kPageStreams));
      for (const kv::KeyValue& row : rows) {
        auto stream = DecodeStream(row.value);
        if (!stream || IsOver(*stream, now)) continue;
        if (listed.streams.size() == limit) {
          listed.more = true;
          return Ok();
        }
        listed.streams.push_back(std::make_shared<const Stream>(std::move(*stream)));
      }
      if (rows.size() < kPageStreams) return Ok();
      begin = rows.back().key + '\0';
    }
  }));
  return listed;
}

Result<Streams::Usage> Streams::MeasureUsage(const Scope& scope) {
  Core::Counts counts;
  TARN_CHECK(kv::Read(core_->store, [&](kv::Txn& txn) -> Status {
    TARN_TRY(counts, Core::CountsOf(txn, scope));
    return Ok();
  }));
  return Usage{counts.open_shards, counts.on_demand_streams, core_->options.account_shards_max};
}

Status Streams::Delete(const Scope& scope, std::string_view name, bool with_consumers) {
  TARN_TRY(const auto live, core_->Find(scope, name));
  const std::lock_guard gate(live->gate);
  const StreamRef before = live->Get();
  if (live->deleted) return Ok();  // DELETING still
  auto after = std::make_shared<Stream>(*before);
  after->resharding.reset();
  if (before->StateAt(core_->clock.Now()) == State::kCreating) {  // its shards were never seen
    after->shards.clear();
    after->FindOpen();
  }
  after->state = State::kDeleting;
  after->settles = core_->Settled();
  const bool at_once = core_->options.settle_micros == 0;
  const kv::Key consumers = Core::ConsumersOf(scope, name);
  TARN_CHECK(kv::Transact(core_->store, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto registered, txn.Scan(consumers.bytes(), consumers.End(), SIZE_MAX));
    if (!registered.empty() && !with_consumers) {
      return Fail(kInUse, fmt::format("Stream {} under account {} has consumers registered. Deregister them, or set "
                                      "EnforceConsumerDeletion to true.",
                                      name, scope.account));
    }
    TARN_TRY(Core::Counts counts, Core::CountsOf(txn, scope));
    counts.Add(*before, -1);
    Core::KeepCounts(txn, scope, counts);
    for (const kv::KeyValue& consumer : registered) txn.Delete(consumer.key);
    if (at_once) {
      txn.Delete(Core::StreamKey(scope, name));
    } else {
      txn.Put(Core::StreamKey(scope, name), EncodeStream(*after));
    }
    return Ok();
  }));
  std::vector<std::function<void()>> wakes;
  {
    const std::lock_guard lock(live->mutex);
    live->stream = std::move(after);
    live->deleted = true;
    for (const auto& [key, slot] : live->sessions) {
      if (slot.wake) wakes.push_back(slot.wake);
    }
  }
  if (at_once) {
    const LiveStreams::Name key(scope, name);
    const std::lock_guard lock(core_->mutex);
    if (core_->live.Find(key) == live) core_->live.Erase(key);
  }
  for (const auto& wake : wakes) wake();
  return Ok();
}

Status Streams::Change(const Scope& scope, std::string_view name, State state,
                       const std::function<Status(Stream&)>& change) {
  TARN_TRY(const auto live, core_->Find(scope, name));
  return core_->Change(*live, state, change);
}

std::optional<Keep> Streams::Keeper::Of(LogId log) const {
  const auto found = kept_.find(log);
  if (found == kept_.end()) return std::nullopt;
  return found->second;
}

Result<Streams::Keeper> Streams::MakeKeeper() {
  Keeper keeper;
  const Timestamp now = core_->clock.Now();
  const kv::Key all(kSpace);
  std::string begin = all.bytes();
  TARN_CHECK(kv::Read(core_->store, [&](kv::Txn& txn) -> Status {
    while (true) {
      TARN_TRY(const auto rows, txn.PeekScan(begin, all.End(), kPageStreams));
      for (const kv::KeyValue& row : rows) {
        const auto stream = DecodeStream(row.value);
        if (!stream) return Fail(kLogDamaged, "the record of a stream is damaged");
        if (IsOver(*stream, now)) continue;
        for (const Shard& shard : stream->shards) keeper.kept_.emplace(shard.log, Keep{0, stream->Horizon(now)});
      }
      if (rows.size() < kPageStreams) return Ok();
      begin = rows.back().key + '\0';
    }
  }));
  return keeper;
}

}  // namespace tarn::stream

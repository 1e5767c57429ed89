#include <fmt/format.h>

#include <algorithm>

#include "kv/key.h"
#include "stream/core.h"

namespace tarn::stream {
namespace {

constexpr size_t kConsumersMax = 20;
constexpr size_t kCommittedConsumersMax = 50;  // of an on-demand stream, while the account's commitment holds

Error NoConsumer(const Scope& scope, std::string_view stream, std::string_view consumer) {
  return Fail(kNotFound,
              fmt::format("Consumer {}, stream {} under account {} not found.", consumer, stream, scope.account));
}

}  // namespace

Result<Consumer> Streams::Register(const Scope& scope, std::string_view stream, const std::string& name,
                                   std::map<std::string, std::string> tags) {
  TARN_TRY(const StreamRef of, Find(scope, stream));
  const State state = of->StateAt(core_->clock.Now());
  if (state != State::kActive && state != State::kUpdating) return NotActive(*of, state);
  Consumer consumer{
      .name = name, .created = core_->clock.Now(), .settles = core_->Settled(), .tags = std::move(tags), .policy = {}};
  TARN_TRY(const Commitment commitment, FindCommitment(scope));
  const bool committed = of->on_demand && commitment.HoldsAt(consumer.created);
  const size_t limit = committed ? kCommittedConsumersMax : kConsumersMax;
  const kv::Key all = Core::ConsumersOf(scope, stream);
  TARN_CHECK(kv::Transact(core_->store, [&](kv::Txn& txn) -> Status {
    const std::string key = Core::ConsumerKey(scope, stream, name);
    TARN_TRY(const auto present, txn.Get(key));
    if (present) {
      return Fail(kInUse,
                  fmt::format("Consumer {}, stream {} under account {} already exists.", name, stream, scope.account));
    }
    TARN_TRY(const auto rows, txn.Scan(all.bytes(), all.End(), limit));
    if (rows.size() >= limit) {
      return Fail(kLimit, fmt::format("Stream {} under account {} has reached the limit of {} registered consumers.",
                                      stream, scope.account, limit));
    }
    // The stream must not go meanwhile.
    TARN_TRY(const auto bytes, txn.Get(Core::StreamKey(scope, stream)));
    const auto there = bytes ? DecodeStream(*bytes) : std::nullopt;
    if (!there || there->state == State::kDeleting) return NoStream(scope, stream);
    txn.Put(key, EncodeConsumer(consumer));
    return Ok();
  }));
  return consumer;
}

Result<Consumer> Streams::FindConsumer(const Scope& scope, std::string_view stream, const std::string& name) {
  std::optional<Consumer> consumer;
  TARN_CHECK(kv::Read(core_->store, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto bytes, txn.PeekGet(Core::ConsumerKey(scope, stream, name)));
    if (bytes) consumer = DecodeConsumer(*bytes);
    return Ok();
  }));
  if (!consumer) return NoConsumer(scope, stream, name);
  return *consumer;
}

Result<std::vector<Consumer>> Streams::Consumers(const Scope& scope, std::string_view stream) {
  std::vector<Consumer> consumers;
  const kv::Key all = Core::ConsumersOf(scope, stream);
  TARN_CHECK(kv::Read(core_->store, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto rows, txn.PeekScan(all.bytes(), all.End(), SIZE_MAX));
    for (const kv::KeyValue& row : rows) {
      if (auto consumer = DecodeConsumer(row.value)) consumers.push_back(std::move(*consumer));
    }
    return Ok();
  }));
  return consumers;
}

Status Streams::ChangeConsumer(const Scope& scope, std::string_view stream, const std::string& name,
                               const std::function<Status(Consumer&)>& change) {
  return kv::Transact(core_->store, [&](kv::Txn& txn) -> Status {
    const std::string key = Core::ConsumerKey(scope, stream, name);
    TARN_TRY(const auto bytes, txn.Get(key));
    auto consumer = bytes ? DecodeConsumer(*bytes) : std::nullopt;
    if (!consumer) return NoConsumer(scope, stream, name);
    TARN_CHECK(change(*consumer));
    txn.Put(key, EncodeConsumer(*consumer));
    return Ok();
  });
}

Status Streams::Deregister(const Scope& scope, std::string_view stream, const std::string& name) {
  TARN_CHECK(kv::Transact(core_->store, [&](kv::Txn& txn) -> Status {
    const std::string key = Core::ConsumerKey(scope, stream, name);
    TARN_TRY(const auto bytes, txn.Get(key));
    if (!bytes) return NoConsumer(scope, stream, name);
    txn.Delete(key);
    return Ok();
  }));
  // Its sessions look whether it is there.
  const auto live = core_->Find(scope, stream);
  if (!live.ok()) return Ok();
  std::vector<std::function<void()>> wakes;
  {
    const std::lock_guard lock((*live)->mutex);
    for (const auto& [key, slot] : (*live)->sessions) {
      if (key.first == name && slot.wake) wakes.push_back(slot.wake);
    }
  }
  for (const auto& wake : wakes) wake();
  return Ok();
}

struct Streams::Session::Parts {
  Streams& streams;
  Log& log;
  std::shared_ptr<Live> live;
  std::string consumer;
  Cursor cursor;
  uint64_t number = 0;
  uint64_t watch = 0;
};

Streams::Session::Session(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Streams::Session::~Session() {
  parts_->log.Unwatch(parts_->watch);
  const std::lock_guard lock(parts_->live->mutex);
  const auto key = std::make_pair(parts_->consumer, static_cast<uint32_t>(parts_->cursor.shard));
  const auto slot = parts_->live->sessions.find(key);
  if (slot != parts_->live->sessions.end() && slot->second.number == parts_->number) {
    slot->second.wake = nullptr;  // when it began is still asked
  }
}

Result<std::shared_ptr<Streams::Session>> Streams::Subscribe(const Scope& scope, std::string_view stream,
                                                             const std::string& consumer, std::string_view shard,
                                                             const StartingPosition& from, std::function<void()> wake) {
  TARN_TRY(const Consumer known, FindConsumer(scope, stream, consumer));
  TARN_TRY(const Cursor cursor, Start(scope, stream, shard, from, "SubscribeToShard"));
  TARN_TRY(const auto live, core_->Find(scope, stream));
  const Timestamp now = core_->clock.Now();
  std::function<void()> other;
  uint64_t number = 0;
  {
    const std::lock_guard lock(live->mutex);
    live->DropEndedSessions(now);
    SessionSlot& slot = live->sessions[{consumer, static_cast<uint32_t>(cursor.shard)}];
    if (slot.number != 0 && now.micros - slot.began.micros < kTakeoverMicros) {
      return Fail(kInUse, fmt::format("Another active subscription exists for this consumer: {}:{}:{}:{}",
                                      scope.account, stream, ShardIdOf(cursor.shard), consumer));
    }
    other = slot.wake;
    number = ++live->last_session;
    slot = {number, now, wake};
  }
  if (other) other();
  const StreamRef of = live->Get();
  const Shard* found = of->FindShard(cursor.shard);
  const LogId log = found == nullptr ? 0 : found->log;
  auto parts = std::make_unique<Session::Parts>(
      Session::Parts{*this, core_->log, live, consumer, cursor, number, core_->log.Watch(log, std::move(wake))});
  return std::shared_ptr<Session>(new Session(std::move(parts)));
}

Result<Batch> Streams::Session::Next(const ReadLimits& limits) {
  Parts& parts = *parts_;
  {
    const std::lock_guard lock(parts.live->mutex);
    const auto slot = parts.live->sessions.find({parts.consumer, static_cast<uint32_t>(parts.cursor.shard)});
    if (slot == parts.live->sessions.end() || slot->second.number != parts.number) {
      return Fail(kInUse, "Another subscription of this consumer to the shard took over.");
    }
  }
  TARN_TRY(const Consumer known, parts.streams.FindConsumer(parts.cursor.scope, parts.cursor.stream, parts.consumer));
  TARN_TRY(Batch batch, parts.streams.Get(parts.cursor, limits, false));
  parts.cursor = batch.next;
  return batch;
}

}  // namespace tarn::stream

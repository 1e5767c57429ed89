#include <fmt/format.h>

#include <semaphore>
#include <unordered_map>

#include "base/record.h"
#include "stream/core.h"

namespace tarn::stream {
namespace {

constexpr std::string_view kThroughput = "ProvisionedThroughputExceededException";

struct Routed {
  const Shard* shard = nullptr;
  size_t part = 0;   // of the batch
  size_t place = 0;  // in it
};

Result<HashKey> HashKeyOf(const NewRecord& record) {
  if (!record.explicit_hash) return HashOf(record.partition_key);
  const auto key = ParseHashKey(*record.explicit_hash);
  if (key) return *key;
  return Fail(kInvalid, fmt::format("Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. "
                                    "Specified value was {}",
                                    *record.explicit_hash));
}

const Shard* NextOf(const Stream& stream, uint64_t& turn) {
  return stream.open.empty() ? nullptr : &stream.shards[stream.open[turn++ % stream.open.size()]];
}

// Kinesis counts a record's data and key.
double Weight(const NewRecord& record) { return static_cast<double>(record.data.size() + record.partition_key.size()); }

}  // namespace

std::string EncodeRecordBody(const NewRecord& record) {
  RecordWriter out;
  out.Str(1, record.partition_key);
  if (record.explicit_hash) out.Str(3, *record.explicit_hash);
  out.Str(2, record.data);
  return out.Take();
}

GotRecord DecodeRecordBody(const Shard& shard, const Record& record) {
  GotRecord got{.sequence = shard.SequenceAt(record.position, record.arrived),
                .arrived = record.arrived,
                .position = record.position};
  RecordReader in(record.bytes);
  while (in.Next()) {
    if (in.tag() == 1) got.partition_key = in.str();
    if (in.tag() == 2) got.data = in.str();
  }
  return got;
}

namespace {

// Puts under way: what each record becomes, and where it goes.
struct Routing {
  std::vector<HashKey> keys;
  std::vector<std::string> bodies;
  std::vector<Routed> routes;
  std::vector<NewRecords> batch;
  std::vector<PutResult> results;

  Status Read(std::span<const NewRecord> records, bool by_key);
  // Chooses the shards, and who is beyond their limits. The gate is held.
  Status Choose(Live& live, const Stream& stream, std::span<const NewRecord> records, Timestamp now);
  void Tell(const std::vector<Appended>& appended);
};

Status Routing::Read(std::span<const NewRecord> records, bool by_key) {
  keys.resize(records.size());
  if (!by_key) return Ok();
  for (size_t i = 0; i < records.size(); ++i) {
    TARN_TRY(keys[i], HashKeyOf(records[i]));
  }
  return Ok();
}

// Takes the record's part of what the shard may take.
bool HasRoom(ShardRates& rates, const NewRecord& record, Timestamp now) {
  const double weight = Weight(record);
  if (!rates.bytes_in.Has(weight, now) || !rates.records_in.Has(1, now)) return false;
  rates.bytes_in.Spend(weight);
  rates.records_in.Spend(1);
  return true;
}

Status Routing::Choose(Live& live, const Stream& stream, std::span<const NewRecord> records, Timestamp now) {
  const bool limited = LimitsHold(stream);
  std::unordered_map<uint32_t, size_t> part_of;
  const std::lock_guard lock(live.mutex);
  for (size_t i = 0; i < records.size(); ++i) {
    const Shard* shard = stream.spreads ? NextOf(stream, live.turn) : stream.ShardOf(keys[i]);
    if (shard == nullptr) return Fail(kLogDamaged, "no open shard holds a hash key");
    if (limited && !HasRoom(live.rates[shard->index], records[i], now)) {
      results[i].error_code = kThroughput;
      results[i].error_message = fmt::format("Rate exceeded for shard {} in stream {} under account {}.", shard->id(),
                                             stream.name, stream.scope.account);
      continue;
    }
    const auto [part, is_new] = part_of.try_emplace(shard->index, batch.size());
    if (is_new) batch.push_back({.log = shard->log, .records = {}});
    routes[i] = {shard, part->second, batch[part->second].records.size()};
    batch[part->second].records.push_back(std::move(bodies[i]));
  }
  return Ok();
}

void Routing::Tell(const std::vector<Appended>& appended) {
  std::vector<std::string> ids(appended.size());  // of the parts' shards
  for (size_t i = 0; i < results.size(); ++i) {
    const Routed& route = routes[i];
    if (route.shard == nullptr) continue;
    std::string& id = ids[route.part];
    if (id.empty()) id = route.shard->id();
    results[i].shard = id;
    results[i].sequence =
        route.shard->SequenceAt(appended[route.part].first + route.place, appended[route.part].arrived);
  }
}

}  // namespace

Result<std::vector<PutResult>> Streams::Put(const Scope& scope, std::string_view name,
                                            std::span<const NewRecord> records) {
  const auto found = core_->Find(scope, name);
  Routing routing;
  TARN_CHECK(routing.Read(records, !found.ok() || !(*found)->Get()->spreads));
  if (!found.ok()) return found.error();
  const auto& live = *found;
  routing.results.resize(records.size());
  routing.routes.resize(records.size());
  routing.bodies.reserve(records.size());
  for (const NewRecord& record : records) routing.bodies.push_back(EncodeRecordBody(record));
  std::optional<Result<std::vector<Appended>>> answer;
  std::binary_semaphore ready(0);
  StreamRef stream;
  {
    const std::shared_lock gate(live->gate);
    stream = live->Get();
    const Timestamp now = core_->clock.Now();
    const State state = stream->StateAt(now);
    if (live->deleted || (state != State::kActive && state != State::kUpdating)) return NoStream(scope, name);
    TARN_CHECK(routing.Choose(*live, *stream, records, now));
    if (routing.batch.empty()) return std::move(routing.results);
    core_->log.Append(std::move(routing.batch), [&](Result<std::vector<Appended>> result) {
      answer.emplace(std::move(result));
      ready.release();
    });
  }
  ready.acquire();
  if (answer->Is(kLogBusy)) return Fail(kThrottled, answer->error().message);
  if (!answer->ok()) return answer->error();
  core_->watchers.Wake(scope, name);
  routing.Tell(**answer);
  return std::move(routing.results);
}

}  // namespace tarn::stream

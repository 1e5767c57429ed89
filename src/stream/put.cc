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

Result<std::vector<PutResult>> Streams::Put(const Scope& scope, std::string_view name, std::vector<NewRecord> records) {
  const auto found = core_->Find(scope, name);
  std::vector<HashKey> keys(records.size());
  if (!found.ok() || !(*found)->Get()->spreads) {
    for (size_t i = 0; i < records.size(); ++i) {
      TARN_TRY(keys[i], HashKeyOf(records[i]));
    }
  }
  if (!found.ok()) return found.error();
  const auto& live = *found;
  std::vector<PutResult> results(records.size());
  std::vector<Routed> routes(records.size());
  std::vector<NewRecords> batch;
  std::optional<Result<std::vector<Appended>>> answer;
  std::binary_semaphore ready(0);
  StreamRef stream;
  {
    const std::shared_lock gate(live->gate);
    stream = live->Get();
    const Timestamp now = core_->clock.Now();
    const State state = stream->StateAt(now);
    if (live->deleted || (state != State::kActive && state != State::kUpdating)) return NoStream(scope, name);
    const bool limited = LimitsHold(*stream);
    std::unordered_map<uint32_t, size_t> part_of;
    const std::lock_guard lock(live->mutex);
    for (size_t i = 0; i < records.size(); ++i) {
      const Shard* shard = stream->spreads ? NextOf(*stream, live->turn) : stream->ShardOf(keys[i]);
      if (shard == nullptr) return Fail(kLogDamaged, "no open shard holds a hash key");
      if (limited) {
        ShardRates& rates = live->rates[shard->index];
        const double weight = Weight(records[i]);
        if (!rates.bytes_in.Has(weight, now) || !rates.records_in.Has(1, now)) {
          results[i].error_code = kThroughput;
          results[i].error_message = fmt::format("Rate exceeded for shard {} in stream {} under account {}.",
                                                 shard->id(), name, scope.account);
          continue;
        }
        rates.bytes_in.Spend(weight);
        rates.records_in.Spend(1);
      }
      const auto [part, is_new] = part_of.try_emplace(shard->index, batch.size());
      if (is_new) batch.push_back({.log = shard->log, .records = {}});
      routes[i] = {shard, part->second, batch[part->second].records.size()};
      batch[part->second].records.push_back(EncodeRecordBody(records[i]));
    }
    if (batch.empty()) return results;
    core_->log.Append(std::move(batch), [&](Result<std::vector<Appended>> result) {
      answer.emplace(std::move(result));
      ready.release();
    });
  }
  ready.acquire();
  if (answer->Is(kLogBusy)) return Fail(kThrottled, answer->error().message);
  if (!answer->ok()) return answer->error();
  core_->watchers.Wake(scope, name);
  for (size_t i = 0; i < records.size(); ++i) {
    if (routes[i].shard == nullptr) continue;
    const Appended& appended = (**answer)[routes[i].part];
    results[i].shard = routes[i].shard->id();
    results[i].sequence = routes[i].shard->SequenceAt(appended.first + routes[i].place, appended.arrived);
  }
  return results;
}

}  // namespace tarn::stream

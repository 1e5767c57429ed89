#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/kinesis/convert.h"
#include "api/kinesis/kinesis_service.h"
#include "api/protocol/unsent.h"
#include "stream/errors.h"

namespace tarn::api::kinesis {

using protocol::Call;

namespace {

constexpr uint64_t kRequestBytesMax = 10 << 20;
// Of answers that clients are slow to take: beyond it no records are read.
constexpr int64_t kUnsentBytesMax = 512 << 20;

Error TooLong(size_t bytes, const std::string& path, size_t limit) {
  return Fail(
      stream::kValidation,
      fmt::format("1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim={0} cap={0}]' at '{1}' "
                  "failed to satisfy constraint: Member must have length less than or equal to {2}",
                  bytes, path, limit));
}

// Only a stream that spreads its records takes some without keys. The model does not say so, and what it says was
// checked before: so these are the only faults. `found` may be an error: one of the request's form goes before it.
Status CheckKeys(const std::vector<std::string>& lacking, const Result<stream::StreamRef>& found) {
  constexpr size_t kTold = 10;
  if (lacking.empty() || (found.ok() && (*found)->spreads)) return Ok();
  const size_t count = std::min(lacking.size(), kTold);
  std::string message = fmt::format("{} validation error{} detected: ", count, count == 1 ? "" : "s");
  for (size_t i = 0; i < count; ++i) {
    message += fmt::format("{}Value null at '{}' failed to satisfy constraint: Member must not be null",
                           i == 0 ? "" : "; ", lacking[i]);
  }
  return Fail(stream::kValidation, std::move(message));
}

Status CheckOrdering(const gen::PutRecordInput& in, const Target& target, Timestamp now) {
  if (!in.sequence_number_for_ordering) return Ok();
  const auto sequence = stream::ParseSequence(*in.sequence_number_for_ordering);
  // Shards begin a second after their parents, some at once after each other: what is put into one before its second
  // has come bears that second.
  constexpr int64_t kAheadMax = 60;
  const int64_t ahead = sequence && sequence->arrived == sequence->created ? kAheadMax : 0;
  if (sequence && sequence->arrived <= now.seconds() + ahead) return Ok();
  return Fail(stream::kInvalid, fmt::format("ExclusiveMinimumSequenceNumber {} used in PutRecord on stream {} under "
                                            "account {} is invalid.",
                                            *in.sequence_number_for_ordering, target.stream, target.scope.account));
}

// Shows what the request holds.
stream::NewRecord ToRecord(const std::optional<std::string>& key, const std::optional<std::string>& data,
                           const std::optional<std::string>& explicit_hash) {
  const auto show = [](const std::optional<std::string>& text) { return text ? std::string_view(*text) : ""; };
  return {.partition_key = show(key), .data = show(data), .explicit_hash = explicit_hash};
}

// What counts of a record: its data and its key.
size_t SizeOf(const stream::NewRecord& record) { return record.data.size() + record.partition_key.size(); }

PutCount CountOf(const stream::Stream& stream, const std::vector<stream::PutResult>& put,
                 const std::vector<stream::NewRecord>& records, PutCount count) {
  for (size_t i = 0; i < put.size(); ++i) {
    if (!put[i].error_code.empty()) {
      ++count.throttled;
      continue;
    }
    const auto bytes = static_cast<double>(records[i].data.size());
    ++count.records;
    count.bytes += bytes;
    if (stream.metrics.empty()) continue;
    PutCount::OfShard& shard = count.shards[put[i].shard];
    ++shard.records;
    shard.bytes += bytes;
  }
  return count;
}

Error Overloaded(const stream::Cursor& cursor) {
  return Fail(stream::kThrottled, fmt::format("Rate exceeded for shard {} in stream {} under account {}.",
                                              stream::ShardIdOf(cursor.shard), cursor.stream, cursor.scope.account));
}

Error DryRun() { return Fail(stream::kDryRun, "The request would have succeeded, but the DryRun flag is set."); }

}  // namespace

Result<gen::PutRecordOutput> KinesisService::PutRecord(const Call& call, const gen::PutRecordInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  const auto found = streams_.Find(target.scope, target.stream);
  if (!in.partition_key) TARN_CHECK(CheckKeys({"partitionKey"}, found));
  if (!found.ok()) return found.error();
  const stream::StreamRef& stream = *found;
  std::vector<stream::NewRecord> records(1);
  records[0] = ToRecord(in.partition_key, in.data, in.explicit_hash_key);
  const auto limit = static_cast<size_t>(stream->record_kib_max) << 10;
  if (const size_t size = SizeOf(records[0]); size > limit) return TooLong(size, "data", limit);
  TARN_CHECK(MayWrite(call, *stream));
  if (in.explicit_hash_key && !stream->spreads && !stream::ParseHashKey(*in.explicit_hash_key)) {
    return streams_.Put(target.scope, target.stream, records).error();
  }
  TARN_CHECK(CheckOrdering(in, target, Now()));
  if (in.dry_run.value_or(false)) return DryRun();
  const Timestamp begin = Now();
  TARN_TRY(auto put, streams_.Put(target.scope, target.stream, records));
  meter_.Put(*stream, CountOf(*stream, put, records, {.millis = MillisSince(begin)}));
  if (!put[0].error_code.empty()) return Fail(stream::kThrottled, put[0].error_message);
  gen::PutRecordOutput out;
  out.shard_id = std::move(put[0].shard);
  out.sequence_number = std::move(put[0].sequence);
  if (!stream->key.empty()) out.encryption_type = EncryptionOf(*stream);
  return out;
}

Result<gen::PutRecordsOutput> KinesisService::PutRecords(const Call& call, const gen::PutRecordsInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  const auto found = streams_.Find(target.scope, target.stream);
  std::vector<std::string> lacking;
  for (size_t i = 0; i < in.records->size(); ++i) {
    if (!(*in.records)[i].partition_key) lacking.push_back(fmt::format("records.{}.member.partitionKey", i + 1));
  }
  TARN_CHECK(CheckKeys(lacking, found));
  if (!found.ok()) return found.error();
  const stream::StreamRef& stream = *found;
  const auto limit = static_cast<size_t>(stream->record_kib_max) << 10;
  std::vector<stream::NewRecord> records;
  uint64_t bytes = 0;
  records.reserve(in.records->size());
  for (const gen::PutRecordsRequestEntry& entry : *in.records) {
    const stream::NewRecord& record =
        records.emplace_back(ToRecord(entry.partition_key, entry.data, entry.explicit_hash_key));
    bytes += SizeOf(record);
    if (SizeOf(record) > limit) {
      return TooLong(SizeOf(record), fmt::format("records.{}.member.data", records.size()), limit);
    }
  }
  if (bytes > kRequestBytesMax) return Fail(stream::kInvalid, "Records size exceeds 10 MB limit");
  TARN_CHECK(MayWrite(call, *stream));
  if (in.dry_run.value_or(false)) return DryRun();
  const Timestamp begin = Now();
  TARN_TRY(auto put, streams_.Put(target.scope, target.stream, records));
  meter_.Put(*stream, CountOf(*stream, put, records, {.batch = true, .millis = MillisSince(begin)}));
  gen::PutRecordsOutput out;
  out.failed_record_count = 0;
  if (!stream->key.empty()) out.encryption_type = EncryptionOf(*stream);
  auto& results = out.records.emplace();
  results.reserve(put.size());
  for (stream::PutResult& result : put) {
    gen::PutRecordsResultEntry& entry = results.emplace_back();
    if (result.error_code.empty()) {
      entry.shard_id = std::move(result.shard);
      entry.sequence_number = std::move(result.sequence);
    } else {
      ++*out.failed_record_count;
      entry.error_code = std::move(result.error_code);
      entry.error_message = std::move(result.error_message);
    }
  }
  return out;
}

Result<gen::GetShardIteratorOutput> KinesisService::GetShardIterator(const Call& call,
                                                                     const gen::GetShardIteratorInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  const stream::StartingPosition from{in.shard_iterator_type.value_or(""), in.starting_sequence_number, in.timestamp};
  TARN_TRY(const stream::Cursor cursor,
           streams_.Start(target.scope, target.stream, in.shard_id.value_or(""), from, "GetShardIterator"));
  if (in.dry_run.value_or(false)) return DryRun();
  gen::GetShardIteratorOutput out;
  out.shard_iterator = streams_.SealIterator(cursor);
  return out;
}

Result<gen::GetRecordsOutput> KinesisService::GetRecords(const Call& call, const gen::GetRecordsInput& in) {
  TARN_TRY(const stream::Cursor cursor, streams_.OpenIterator(in.shard_iterator.value_or("")));
  if (in.stream_arn) {
    TARN_TRY(const Target target, ParseArn(call, *in.stream_arn));
    if (target.scope != cursor.scope || target.stream != cursor.stream) {
      return Fail(stream::kInvalid,
                  fmt::format("StreamARN {} does not match the stream of the ShardIterator.", *in.stream_arn));
    }
  }
  const auto found = streams_.Find(cursor.scope, cursor.stream);
  const bool encrypted = found.ok() && !(*found)->key.empty();
  if (encrypted) TARN_CHECK(MayRead(call, **found));
  if (in.dry_run.value_or(false)) return DryRun();
  stream::ReadLimits limits;
  if (in.limit) limits.records = static_cast<size_t>(*in.limit);
  const Timestamp begin = Now();
  const bool overloaded = protocol::UnsentAnswer::TotalBytes() > kUnsentBytesMax;
  auto got = overloaded ? Result<stream::Batch>(Overloaded(cursor)) : streams_.Get(cursor, limits, true);
  GetCount count{.shard = stream::ShardIdOf(cursor.shard), .throttled = got.Is(stream::kThrottled)};
  if (found.ok() && count.throttled) meter_.Get(**found, count);
  if (!got.ok()) return got.error();
  stream::Batch& batch = *got;
  count.millis = MillisSince(begin);
  count.records = static_cast<double>(batch.records.size());
  count.behind = static_cast<double>(batch.millis_behind);
  for (const stream::GotRecord& record : batch.records) count.bytes += static_cast<double>(record.data.size());
  if (found.ok()) meter_.Get(**found, count);
  gen::GetRecordsOutput out;
  auto& records = out.records.emplace();
  records.reserve(batch.records.size());
  const bool none = batch.records.empty();
  for (stream::GotRecord& record : batch.records) records.push_back(ToWire(std::move(record), encrypted));
  out.millis_behind_latest = batch.millis_behind;
  // The end of a closed shard is told once there is nothing else to tell.
  if (batch.at_end && none) {
    auto& children = out.child_shards.emplace();
    for (const stream::ChildShard& child : batch.children) children.push_back(ToWire(child));
  } else {
    out.next_shard_iterator = streams_.SealIterator(batch.next);
  }
  return out;
}

}  // namespace tarn::api::kinesis

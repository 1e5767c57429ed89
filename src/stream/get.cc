#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/strings.h"
#include "stream/core.h"

namespace tarn::stream {
namespace {

constexpr int64_t kIteratorLifeMillis = 300'000;
constexpr std::string_view kIteratorName = "kinesis shard iterator";
// As Kinesis's begin.
const std::string kIteratorVersion("\0\0\0\0\0\0\0\1", 8);
constexpr size_t kSealBytes = 28;
constexpr size_t kIteratorBytesMin = 152;
constexpr size_t kIteratorStep = 16;

Error MustSpecify(std::string_view type, bool with_sequence) {
  return Fail(kInvalid, fmt::format("Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and "
                                    "StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no "
                                    "StartingSequenceNumber. Request specified {} and {} StartingSequenceNumber.",
                                    type, with_sequence ? "also a" : "no"));
}

Error InvalidIterator() { return Fail(kInvalid, "Invalid ShardIterator."); }

// "Thu Jan 22 01:22:02 UTC 2015"
std::string JavaTime(int64_t millis) {
  const std::string http = FormatHttpDate(Timestamp::FromMillis(millis));  // "Thu, 22 Jan 2015 01:22:02 GMT"
  return fmt::format("{} {} {} {} UTC {}", http.substr(0, 3), http.substr(8, 3), http.substr(5, 2), http.substr(17, 8),
                     http.substr(12, 4));
}

void PutText(std::string& out, std::string_view text) {
  out += static_cast<char>(text.size());
  out += text;
}

uint64_t TakeNumber(std::string_view& in) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8 && !in.empty(); ++i) {
    value = value << 8 | static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
  }
  return value;
}

std::string TakeText(std::string_view& in) {
  if (in.empty()) return {};
  const auto size = std::min<size_t>(static_cast<unsigned char>(in.front()), in.size() - 1);
  std::string text(in.substr(1, size));
  in.remove_prefix(1 + size);
  return text;
}

}  // namespace

std::string Streams::SealIterator(const Cursor& cursor) const {
  std::string plain = BigEndian64(static_cast<uint64_t>(core_->clock.Now().millis()));
  plain += BigEndian64(cursor.position);
  plain += BigEndian64(static_cast<uint64_t>(cursor.shard));
  PutText(plain, cursor.stream_id);
  PutText(plain, cursor.scope.account);
  PutText(plain, cursor.scope.region);
  PutText(plain, cursor.stream);
  const size_t bare = kIteratorVersion.size() + kSealBytes + plain.size();
  size_t bytes = kIteratorBytesMin + (cursor.stream.size() + 2) / kIteratorStep * kIteratorStep;
  while (bytes < bare) bytes += kIteratorStep;
  plain.resize(plain.size() + bytes - bare, '\0');
  return Base64(kIteratorVersion + core_->box.Seal(kIteratorName, plain));
}

Result<Cursor> Streams::OpenIterator(const std::string& iterator) const {
  std::string_view text = iterator;
  if (text.size() > 1 && text.starts_with('"') && text.ends_with('"')) text = text.substr(1, text.size() - 2);
  const auto bytes = Unbase64(text);
  if (!bytes || !bytes->starts_with(kIteratorVersion)) return InvalidIterator();
  const auto plain = core_->box.Open(kIteratorName, bytes->substr(kIteratorVersion.size()));
  if (!plain.ok()) return InvalidIterator();
  std::string_view rest = *plain;
  Cursor cursor;
  const auto made = static_cast<int64_t>(TakeNumber(rest));
  cursor.position = TakeNumber(rest);
  cursor.shard = static_cast<int64_t>(TakeNumber(rest));
  cursor.stream_id = TakeText(rest);
  cursor.scope.account = TakeText(rest);
  cursor.scope.region = TakeText(rest);
  cursor.stream = TakeText(rest);
  const int64_t now = core_->clock.Now().millis();
  if (now - made > kIteratorLifeMillis) {
    return Fail(kExpiredIterator,
                fmt::format("Iterator expired. The iterator was created at time {} while right now it is {} which is "
                            "further in the future than the tolerated delay of {} milliseconds.",
                            JavaTime(made), JavaTime(now), kIteratorLifeMillis));
  }
  return cursor;
}

namespace {

Result<uint64_t> PositionOf(const Stream& stream, const Shard& shard, const StartingPosition& from,
                            std::string_view operation) {
  const auto sequence = ParseSequence(*from.sequence);
  const auto invalid = [&](std::string_view why) {
    return Fail(
        kInvalid,
        fmt::format("StartingSequenceNumber {} used in {} on shard {} in stream {} under account {} is invalid{}",
                    *from.sequence, operation, shard.id(), stream.name, stream.scope.account, why));
  };
  if (!sequence) return invalid(".");
  if (sequence->shard != shard.index) {
    return Fail(kInvalid, fmt::format("Invalid StartingSequenceNumber. It encodes {}, while it was used in a call to a "
                                      "shard with {}",
                                      ShardIdOf(sequence->shard), shard.id()));
  }
  if (sequence->version == 0) return Fail(kOldSequence, "");
  if (sequence->version != 2 || sequence->created != shard.created_second()) {
    return invalid(" because it did not come from this stream.");
  }
  // Of the shard's start, the first record follows.
  if (sequence->index == 0) return uint64_t{0};
  if (sequence->index == kLastIndex) return shard.closed ? shard.last : kLastIndex;
  return from.type == "AFTER_SEQUENCE_NUMBER" ? sequence->index : sequence->index - 1;
}

}  // namespace

Result<Cursor> Streams::Start(const Scope& scope, std::string_view name, std::string_view shard_id,
                              const StartingPosition& from, std::string_view operation) {
  const auto index = ParseShardId(shard_id);
  if (!index) {
    return Fail(kNotFound,
                fmt::format("Could not find shard {} in stream {} under account {}.", shard_id, name, scope.account));
  }
  const auto found = Find(scope, name);
  if (found.Is(kNotFound)) return NoShardIn(scope, name, *index);
  if (!found.ok()) return found.error();
  const Stream& stream = **found;
  const Timestamp now = core_->clock.Now();
  const Shard* shard = stream.StateAt(now) == State::kCreating ? nullptr : stream.FindShard(*index);
  if (shard == nullptr || (shard->closed && *shard->closed < stream.Horizon(now))) {
    return NoShardIn(scope, name, *index);
  }
  Cursor cursor{.scope = scope, .stream = stream.name, .stream_id = stream.id, .shard = *index};
  const bool by_sequence = from.type == "AT_SEQUENCE_NUMBER" || from.type == "AFTER_SEQUENCE_NUMBER";
  if (from.sequence && !by_sequence) {
    if (from.type != "AT_TIMESTAMP") return MustSpecify(from.type, true);
  } else if (!from.sequence && by_sequence) {
    return MustSpecify(from.type, false);
  }
  if (by_sequence) {
    TARN_TRY(cursor.position, PositionOf(stream, *shard, from, operation));
  } else if (from.type == "LATEST") {
    cursor.position = core_->log.End(shard->log);
  } else if (from.type == "AT_TIMESTAMP") {
    if (!from.time) {
      return Fail(kInvalid,
                  "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request "
                  "has no timestamp parameter.");
    }
    if (*from.time > now) {
      return Fail(kInvalid, fmt::format("The timestampInMillis parameter cannot be greater than the "
                                        "currentTimestampInMillis. timestampInMillis: {}, currentTimestampInMillis: {}",
                                        from.time->millis(), now.millis()));
    }
    TARN_TRY(cursor.position, core_->log.FirstSince(shard->log, std::max(*from.time, stream.Horizon(now))));
  } else {
    TARN_TRY(cursor.position, core_->log.FirstSince(shard->log, stream.Horizon(now)));
  }
  if (shard->closed) cursor.position = std::min(cursor.position, shard->last);
  return cursor;
}

namespace {

std::vector<ChildShard> ChildrenOf(const Stream& stream, const Shard& parent) {
  std::vector<ChildShard> children;
  for (const Shard& shard : stream.shards) {
    if (shard.parent != parent.index && shard.adjacent != parent.index) continue;
    ChildShard& child = children.emplace_back();
    child.id = shard.id();
    child.parents.push_back(ShardIdOf(shard.parent));
    if (shard.adjacent >= 0) child.parents.push_back(ShardIdOf(shard.adjacent));
    child.begin = shard.begin;
    child.end = shard.end;
  }
  return children;
}

Error TooFast(const Stream& stream, const Shard& shard) {
  return Fail(kThrottled, fmt::format("Rate exceeded for shard {} in stream {} under account {}.", shard.id(),
                                      stream.name, stream.scope.account));
}

}  // namespace

Result<Batch> Streams::Get(const Cursor& cursor, const ReadLimits& limits, bool limited) {
  const auto live = core_->Find(cursor.scope, cursor.stream);
  if (live.Is(kNotFound)) return NoShardIn(cursor.scope, cursor.stream, cursor.shard);
  if (!live.ok()) return live.error();
  const StreamRef stream = (*live)->Get();
  const Shard* shard = stream->id == cursor.stream_id ? stream->FindShard(cursor.shard) : nullptr;
  if (shard == nullptr) return NoShardIn(cursor.scope, cursor.stream, cursor.shard);
  const Timestamp now = core_->clock.Now();
  limited = limited && LimitsHold(*stream);
  if (limited) {
    const std::lock_guard lock((*live)->mutex);
    ShardRates& rates = (*live)->rates[shard->index];
    // What the last answers took beyond the rate is waited for.
    if (!rates.bytes_out.Has(1, now) || !rates.reads.Take(1, now)) return TooFast(*stream, *shard);
  }
  Batch batch{.next = cursor};
  TARN_TRY(Records read, core_->log.Read(shard->log, cursor.position, limits.records, limits.bytes));
  const Timestamp horizon = stream->Horizon(now);
  if (!read.records.empty() && read.records.front().arrived < horizon) {
    TARN_TRY(const uint64_t first, core_->log.FirstSince(shard->log, horizon));
    TARN_TRY(read, core_->log.Read(shard->log, first, limits.records, limits.bytes));
  }
  uint64_t bytes = 0;
  for (const Record& record : read.records) {
    bytes += record.bytes.size();
    batch.records.push_back(DecodeRecordBody(*shard, record));
  }
  if (limited) {
    const std::lock_guard lock((*live)->mutex);
    (*live)->rates[shard->index].bytes_out.Owe(static_cast<double>(bytes));
  }
  batch.next.position = std::max(cursor.position, read.next);
  const uint64_t end = shard->closed ? shard->last : core_->log.End(shard->log);
  if (batch.next.position < end && !batch.records.empty()) {
    batch.millis_behind = std::max<int64_t>(0, (now.micros - batch.records.back().arrived.micros) / 1000);
  }
  if (shard->closed && batch.next.position >= shard->last) {
    batch.at_end = true;
    batch.children = ChildrenOf(*stream, *shard);
  }
  if (!batch.at_end) {
    batch.continuation = !batch.records.empty() ? batch.records.back().sequence
                         : cursor.position == 0 ? shard->starting_sequence()
                                                : shard->SequenceAt(cursor.position - 1, now);
  }
  return batch;
}

}  // namespace tarn::stream

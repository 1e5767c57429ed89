#include "server/doors/ingest.h"

#include <fmt/format.h>

#include <utility>

#include "api/firehose/gen/shapes.h"
#include "api/kinesis/gen/shapes.h"
#include "base/strings.h"
#include "ingest/errors.h"
#include "json/json.h"
#include "server/doors/inner_call.h"
#include "stream/errors.h"

namespace tarn::server {
namespace {

namespace protocol = api::protocol;
namespace kinesis = api::kinesis::gen;
namespace firehose = api::firehose::gen;
using api::ingest::Placed;
using api::ingest::PutAnswer;
using ingest::Line;

// PutRecords and PutRecordBatch both take 500.
constexpr size_t kBatchRecords = 500;
constexpr size_t kDataBatchBytes = 5 << 20;
constexpr size_t kDeliveryBatchBytes = 4 << 20;

uint64_t BytesOf(const std::vector<Line>& lines) {
  uint64_t bytes = 0;
  for (const Line& line : lines) bytes += line.data.size();
  return bytes;
}

class DataStreams : public api::ingest::Target {
 public:
  explicit DataStreams(InnerCall put) : put_(std::move(put)) {}
  size_t batch_records_max() const override { return kBatchRecords; }
  size_t batch_bytes_max() const override { return kDataBatchBytes; }

  Task<PutAnswer> Put(const protocol::Call& from, const std::string& stream, const std::vector<Line>& lines) override {
    auto input = std::make_shared<kinesis::PutRecordsInput>();
    input->stream_name = stream;
    auto& records = input->records.emplace();
    records.reserve(lines.size());
    for (const Line& line : lines) {
      kinesis::PutRecordsRequestEntry& record = records.emplace_back();
      record.data = line.data;
      record.partition_key = line.partition_key;
    }
    protocol::Call call = from;
    InnerAnswer answered = co_await put_.Run(call, input, BytesOf(lines));
    PutAnswer answer;
    answer.refusal = std::move(answered.refusal);
    if (answer.refusal) co_return answer;
    auto& output = *static_cast<kinesis::PutRecordsOutput*>(answered.output.get());
    answer.placed.reserve(lines.size());
    for (kinesis::PutRecordsResultEntry& entry : *output.records) {
      Placed& placed = answer.placed.emplace_back();
      placed.shard = entry.shard_id.value_or("");
      placed.sequence = entry.sequence_number.value_or("");
      placed.error_code = entry.error_code.value_or("");
      placed.error_message = entry.error_message.value_or("");
    }
    co_return answer;
  }

 private:
  const InnerCall put_;
};

class DeliveryStreams : public api::ingest::Target {
 public:
  explicit DeliveryStreams(InnerCall put) : put_(std::move(put)) {}
  size_t batch_records_max() const override { return kBatchRecords; }
  size_t batch_bytes_max() const override { return kDeliveryBatchBytes; }

  // Firehose joins records as they are: each line keeps its end.
  Task<PutAnswer> Put(const protocol::Call& from, const std::string& stream, const std::vector<Line>& lines) override {
    auto input = std::make_shared<firehose::PutRecordBatchInput>();
    input->delivery_stream_name = stream;
    auto& records = input->records.emplace();
    records.reserve(lines.size());
    for (const Line& line : lines) records.emplace_back().data = line.data + "\n";
    protocol::Call call = from;
    InnerAnswer answered = co_await put_.Run(call, input, BytesOf(lines));
    PutAnswer answer;
    answer.refusal = std::move(answered.refusal);
    if (answer.refusal) co_return answer;
    auto& output = *static_cast<firehose::PutRecordBatchOutput*>(answered.output.get());
    answer.placed.reserve(lines.size());
    for (firehose::PutRecordBatchResponseEntry& entry : *output.request_responses) {
      Placed& placed = answer.placed.emplace_back();
      placed.record_id = entry.record_id.value_or("");
      placed.error_code = entry.error_code.value_or("");
      placed.error_message = entry.error_message.value_or("");
    }
    co_return answer;
  }

 private:
  const InnerCall put_;
};

json::Object ToJson(const ingest::IngestKey& key) {
  json::Array streams;
  streams.reserve(key.streams.size());
  for (const std::string& stream : key.streams) streams.emplace_back(stream);
  json::Object shown{{"id", key.id}, {"streams", std::move(streams)}, {"created", FormatIso8601(key.created)}};
  if (key.expires) shown.emplace_back("expires", FormatIso8601(*key.expires));
  if (key.limits.requests) shown.emplace_back("requestsPerSecond", static_cast<int64_t>(*key.limits.requests));
  if (key.limits.bytes) shown.emplace_back("bytesPerSecond", static_cast<int64_t>(*key.limits.bytes));
  return shown;
}

// A limit as the query says it; nothing when it says nothing.
Result<std::optional<std::optional<uint64_t>>> LimitOf(const QueryOf& query, std::string_view name) {
  using Change = std::optional<std::optional<uint64_t>>;
  const std::string said = query(name);
  if (said.empty()) return Change();
  if (said == "none") return Change(std::optional<uint64_t>());
  const auto number = ParseU64(said);
  if (!number) return Fail(ingest::kInvalidInput, fmt::format("{} is a number or none, not '{}'.", name, said));
  return Change(number);
}

Result<ingest::LimitChange> LimitsOf(const QueryOf& query) {
  ingest::LimitChange change;
  TARN_TRY(change.requests, LimitOf(query, "requests-per-second"));
  TARN_TRY(change.bytes, LimitOf(query, "bytes-per-second"));
  return change;
}

}  // namespace

Ingest::Ingest(const IngestParts& parts)
    : parts_(parts),
      keys_(parts.store, parts.clock),
      data_(std::make_unique<DataStreams>(InnerCall(parts.kinesis, "PutRecords", parts.pool, parts.audit_sink))),
      delivery_(
          std::make_unique<DeliveryStreams>(InnerCall(parts.firehose, "PutRecordBatch", parts.pool, parts.audit_sink))),
      door_(std::make_unique<api::ingest::Door>(api::ingest::DoorParts{
          .default_region = parts.default_region,
          .clock = &parts.clock,
          .credentials = &parts.credentials,
          .authorizer = &parts.authorizer,
          .pool = &parts.pool,
          .keys = &keys_,
          .audit_sink = parts.audit_sink,
          .target = [this](const Scope& scope, const std::string& stream) -> api::ingest::Target& {
            return IsDelivery(scope, stream) ? *delivery_ : *data_;
          }})) {}

Ingest::~Ingest() = default;

// Data streams go first; a name that is neither's is for Kinesis to refuse.
bool Ingest::IsDelivery(const Scope& scope, const std::string& stream) const {
  return !parts_.streams.Find(scope, stream).ok() && parts_.delivery_streams.Find(scope, stream).ok();
}

Result<std::string> Ingest::MakeKey(const Scope& scope, const QueryOf& query) {
  std::vector<std::string> streams;
  const std::string named = query("streams");
  for (const std::string_view name : Split(named, ',')) {
    if (name.empty()) continue;
    streams.emplace_back(name);
    if (parts_.streams.Find(scope, name).ok() || parts_.delivery_streams.Find(scope, name).ok()) continue;
    return Fail(stream::kNotFound, fmt::format("There is no stream '{}' in {}.", name, scope.region));
  }
  std::optional<Timestamp> expires;
  if (const std::string seconds = query("seconds"); !seconds.empty()) {
    constexpr uint64_t kSecondsMax = uint64_t{100} * 366 * 86'400;
    const auto number = ParseU64(seconds);
    if (!number || *number > kSecondsMax) {
      return Fail(ingest::kInvalidInput, fmt::format("seconds is a number of seconds, not '{}'.", seconds));
    }
    expires = parts_.clock.Now().Plus(static_cast<int64_t>(*number) * kMicrosPerSecond);
  }
  TARN_TRY(const ingest::LimitChange said, LimitsOf(query));
  const ingest::KeyLimits limits{.requests = said.requests.value_or(std::nullopt),
                                 .bytes = said.bytes.value_or(std::nullopt)};
  TARN_TRY(const ingest::MadeKey made, keys_.Create(scope, std::move(streams), expires, limits));
  json::Object shown = ToJson(made.key);
  shown.emplace_back("key", made.text);
  return json::Write(std::move(shown));
}

Result<std::string> Ingest::ChangeKey(const Scope& scope, const QueryOf& query) {
  TARN_TRY(const ingest::LimitChange change, LimitsOf(query));
  TARN_TRY(const ingest::IngestKey changed, keys_.Change(scope, query("id"), change));
  return json::Write(ToJson(changed));
}

Result<std::string> Ingest::RunKeys(Scope scope, std::string_view method, const QueryOf& query) {
  if (std::string account = query("account"); !account.empty()) scope.account = std::move(account);
  if (std::string region = query("region"); !region.empty()) scope.region = std::move(region);
  if (method == "POST") return MakeKey(scope, query);
  if (method == "PUT") return ChangeKey(scope, query);
  if (method == "DELETE") {
    TARN_CHECK(keys_.Delete(scope, query("id")));
    return json::Write(json::Object{});
  }
  TARN_TRY(const auto keys, keys_.List(scope));
  json::Array shown;
  shown.reserve(keys.size());
  for (const ingest::IngestKey& key : keys) shown.emplace_back(ToJson(key));
  return json::Write(json::Object{{"keys", std::move(shown)}});
}

}  // namespace tarn::server

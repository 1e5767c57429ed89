// Retention, encryption and monitoring of streams.
#include <fmt/format.h>

#include <algorithm>

#include "api/kinesis/convert.h"
#include "api/kinesis/kinesis_service.h"
#include "stream/errors.h"

namespace tarn::api::kinesis {

using protocol::Call;
using stream::State;

namespace {

constexpr int32_t kHoursMin = 24;
constexpr int32_t kHoursMax = 8760;
constexpr std::string_view kAll = "ALL";
// In the order in which Kinesis tells them.
constexpr std::string_view kMetrics[] = {"IncomingBytes",
                                         "OutgoingRecords",
                                         "IteratorAgeMilliseconds",
                                         "IncomingRecords",
                                         "ReadProvisionedThroughputExceeded",
                                         "WriteProvisionedThroughputExceeded",
                                         "OutgoingBytes"};

Status CheckHours(int32_t hours) {
  if (hours < kHoursMin) {
    return Fail(stream::kInvalid,
                fmt::format("Minimum allowed retention period is {} hours. Requested retention period "
                            "({} hours) is too short.",
                            kHoursMin, hours));
  }
  if (hours > kHoursMax) {
    return Fail(stream::kInvalid,
                fmt::format("Maximum allowed retention period is {} hours. Requested retention period "
                            "({} hours) is too long.",
                            kHoursMax, hours));
  }
  return Ok();
}

// A period that is the stream's already changes nothing, not even its state.
Status ChangeHours(stream::Streams& streams, const Target& target, int32_t hours,
                   const std::function<Status(const stream::Stream&)>& check) {
  TARN_TRY(const stream::StreamRef found, streams.Find(target.scope, target.stream));
  TARN_CHECK(check(*found));
  if (found->retention_hours == hours) return Ok();
  return streams.Change(target.scope, target.stream, State::kUpdating, [&](stream::Stream& stream) -> Status {
    TARN_CHECK(check(stream));
    stream.retention_hours = hours;
    return Ok();
  });
}

Error WrongWay(const stream::Stream& stream, int32_t hours, std::string_view than, std::string_view use) {
  return Fail(stream::kInvalid,
              fmt::format("Requested retention period ({} hours) for stream {} can not be {} than existing retention "
                          "period ({} hours). Use {}RetentionPeriod API.",
                          hours, stream.name, than, stream.retention_hours, use));
}

std::vector<std::string> Wanted(const std::optional<std::vector<std::string>>& in) {
  std::vector<std::string> names;
  if (!in) return names;
  const bool all = std::ranges::find(*in, kAll) != in->end();
  for (const std::string_view metric : kMetrics) {
    if (all || std::ranges::find(*in, metric) != in->end()) names.emplace_back(metric);
  }
  return names;
}

gen::EnhancedMonitoringOutput Told(const stream::Stream& stream, std::vector<std::string> before) {
  gen::EnhancedMonitoringOutput out;
  out.stream_name = stream.name;
  out.stream_arn = stream.arn();
  out.current_shard_level_metrics = std::move(before);
  out.desired_shard_level_metrics = stream.metrics;
  return out;
}

gen::MinimumThroughputBillingCommitmentOutput ToWire(const stream::Commitment& commitment, Timestamp now) {
  const auto second = [](Timestamp time) { return Timestamp{time.seconds() * kMicrosPerSecond}; };
  gen::MinimumThroughputBillingCommitmentOutput out;
  out.status = "DISABLED";
  if (!commitment.began) return out;
  out.started_at = second(*commitment.began);
  if (!commitment.HoldsAt(now)) {
    out.ended_at = second(*commitment.ended);
    return out;
  }
  out.status = commitment.ended ? "ENABLED_UNTIL_EARLIEST_ALLOWED_END" : "ENABLED";
  out.earliest_allowed_end_at = second(commitment.may_end);
  return out;
}

keys::EncryptionContext ContextOf(const stream::Stream& stream) { return {{"aws:kinesis:arn", stream.arn()}}; }

}  // namespace

Result<gen::DescribeAccountSettingsOutput> KinesisService::DescribeAccountSettings(
    const Call& call, const gen::DescribeAccountSettingsInput&) {
  TARN_TRY(const stream::Commitment commitment, streams_.FindCommitment(call.scope));
  gen::DescribeAccountSettingsOutput out;
  out.minimum_throughput_billing_commitment = ToWire(commitment, Now());
  return out;
}

Result<gen::UpdateAccountSettingsOutput> KinesisService::UpdateAccountSettings(
    const Call& call, const gen::UpdateAccountSettingsInput& in) {
  const bool enabled = in.minimum_throughput_billing_commitment->status == "ENABLED";
  TARN_TRY(const stream::Commitment commitment, streams_.ChangeCommitment(call.scope, enabled));
  gen::UpdateAccountSettingsOutput out;
  out.minimum_throughput_billing_commitment = ToWire(commitment, Now());
  return out;
}

Result<gen::UpdateStreamRecordDistributionStrategyResponse> KinesisService::UpdateStreamRecordDistributionStrategy(
    const Call& call, const gen::UpdateStreamRecordDistributionStrategyInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  const bool spreads = in.record_distribution_strategy == "AUTO";
  TARN_CHECK(streams_.Change(target.scope, target.stream, State::kActive, [&](stream::Stream& stream) -> Status {
    if (spreads && !stream.on_demand) {
      return Fail(stream::kInvalid,
                  fmt::format("Stream {} under account {} is in Provisioned mode: RecordDistributionStrategy AUTO is "
                              "only supported for streams in On-Demand mode.",
                              stream.name, stream.scope.account));
    }
    stream.spreads = spreads;
    return Ok();
  }));
  return gen::UpdateStreamRecordDistributionStrategyResponse();
}

Result<gen::IncreaseStreamRetentionPeriodResponse> KinesisService::IncreaseStreamRetentionPeriod(
    const Call& call, const gen::IncreaseStreamRetentionPeriodInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  const int32_t hours = in.retention_period_hours.value_or(0);
  TARN_CHECK(ChangeHours(streams_, target, hours, [&](const stream::Stream& stream) -> Status {
    TARN_CHECK(CheckHours(hours));
    if (stream.retention_hours > hours) return WrongWay(stream, hours, "shorter", "Decrease");
    return Ok();
  }));
  return gen::IncreaseStreamRetentionPeriodResponse();
}

Result<gen::DecreaseStreamRetentionPeriodResponse> KinesisService::DecreaseStreamRetentionPeriod(
    const Call& call, const gen::DecreaseStreamRetentionPeriodInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  const int32_t hours = in.retention_period_hours.value_or(0);
  TARN_CHECK(ChangeHours(streams_, target, hours, [&](const stream::Stream& stream) -> Status {
    TARN_CHECK(CheckHours(hours));
    if (stream.retention_hours < hours) return WrongWay(stream, hours, "longer", "Increase");
    return Ok();
  }));
  return gen::DecreaseStreamRetentionPeriodResponse();
}

Result<gen::StartStreamEncryptionResponse> KinesisService::StartStreamEncryption(
    const Call& call, const gen::StartStreamEncryptionInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  if (in.encryption_type.value_or("") != "KMS") {
    return Fail(stream::kInvalid, "EncryptionType must be KMS to start encryption.");
  }
  TARN_TRY(const stream::StreamRef found, streams_.Find(target.scope, target.stream));
  const std::string service = fmt::format("kinesis.{}.amazonaws.com", target.scope.region);
  const keys::Use use{.scope = target.scope, .caller = call.caller, .via_service = service};
  TARN_TRY(const keys::DataKey proof, parts_.keys.GenerateDataKey(use, in.key_id.value_or(""), ContextOf(*found)));
  TARN_CHECK(streams_.Change(target.scope, target.stream, State::kUpdating, [&](stream::Stream& stream) -> Status {
    stream.key = in.key_id.value_or("");
    stream.key_proof = proof.ciphertext;
    return Ok();
  }));
  return gen::StartStreamEncryptionResponse();
}

Result<gen::StopStreamEncryptionResponse> KinesisService::StopStreamEncryption(
    const Call& call, const gen::StopStreamEncryptionInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  TARN_CHECK(streams_.Change(target.scope, target.stream, State::kUpdating, [&](stream::Stream& stream) -> Status {
    stream.key.clear();
    stream.key_proof.clear();
    return Ok();
  }));
  return gen::StopStreamEncryptionResponse();
}

Status KinesisService::MayWrite(const Call& call, const stream::Stream& stream) const {
  if (stream.key.empty()) return Ok();
  const std::string service = fmt::format("kinesis.{}.amazonaws.com", stream.scope.region);
  const keys::Use use{.scope = stream.scope, .caller = call.caller, .via_service = service};
  TARN_CHECK(parts_.keys.GenerateDataKey(use, stream.key, ContextOf(stream)));
  return Ok();
}

Status KinesisService::MayRead(const Call& call, const stream::Stream& stream) const {
  if (stream.key.empty()) return Ok();
  const std::string service = fmt::format("kinesis.{}.amazonaws.com", stream.scope.region);
  const keys::Use use{.scope = stream.scope, .caller = call.caller, .via_service = service};
  TARN_CHECK(parts_.keys.Decrypt(use, stream.key_proof, ContextOf(stream)));
  return Ok();
}

Result<gen::EnhancedMonitoringOutput> KinesisService::EnableEnhancedMonitoring(
    const Call& call, const gen::EnableEnhancedMonitoringInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  std::vector<std::string> before;
  TARN_CHECK(streams_.Change(target.scope, target.stream, State::kUpdating, [&](stream::Stream& stream) -> Status {
    before = stream.metrics;
    for (std::string& metric : Wanted(in.shard_level_metrics)) {
      if (std::ranges::find(stream.metrics, metric) == stream.metrics.end())
        stream.metrics.push_back(std::move(metric));
    }
    return Ok();
  }));
  TARN_TRY(const stream::StreamRef stream, streams_.Find(target.scope, target.stream));
  return Told(*stream, std::move(before));
}

Result<gen::EnhancedMonitoringOutput> KinesisService::DisableEnhancedMonitoring(
    const Call& call, const gen::DisableEnhancedMonitoringInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  std::vector<std::string> before;
  TARN_CHECK(streams_.Change(target.scope, target.stream, State::kUpdating, [&](stream::Stream& stream) -> Status {
    before = stream.metrics;
    for (const std::string& metric : Wanted(in.shard_level_metrics)) std::erase(stream.metrics, metric);
    return Ok();
  }));
  TARN_TRY(const stream::StreamRef stream, streams_.Find(target.scope, target.stream));
  return Told(*stream, std::move(before));
}

}  // namespace tarn::api::kinesis

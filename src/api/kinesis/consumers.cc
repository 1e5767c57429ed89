#include <fmt/format.h>

#include <algorithm>

#include "api/kinesis/convert.h"
#include "api/kinesis/kinesis_service.h"
#include "api/kinesis/tag_rules.h"
#include "base/hash.h"
#include "stream/errors.h"

namespace tarn::api::kinesis {

using protocol::Call;

namespace {

constexpr size_t kConsumersListed = 100;

// Of ConsumerARN, or of StreamARN and ConsumerName together.
template <typename In>
Result<Target> ConsumerOf(const Call& call, const In& in) {
  if (in.consumer_arn) {
    TARN_TRY(Target target, ParseArn(call, *in.consumer_arn));
    if (in.stream_arn || in.consumer_name) {
      TARN_TRY(const Target other, ParseArn(call, in.stream_arn.value_or(*in.consumer_arn)));
      if (other.stream != target.stream || in.consumer_name.value_or(target.consumer) != target.consumer) {
        return Fail(stream::kInvalid, "ConsumerARN does not match StreamARN and ConsumerName.");
      }
    }
    return target;
  }
  if (!in.stream_arn || !in.consumer_name) {
    return Fail(stream::kInvalid, "Either ConsumerARN, or both StreamARN and ConsumerName must be provided.");
  }
  TARN_TRY(Target target, ParseArn(call, *in.stream_arn));
  target.consumer = *in.consumer_name;
  return target;
}

}  // namespace

Result<gen::RegisterStreamConsumerOutput> KinesisService::RegisterStreamConsumer(
    const Call& call, const gen::RegisterStreamConsumerInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  std::map<std::string, std::string> tags;
  if (in.tags) TARN_CHECK(AddTags({"add", target.stream, target.scope.account}, *in.tags, tags));
  TARN_TRY(const stream::Consumer consumer,
           streams_.Register(target.scope, target.stream, in.consumer_name.value_or(""), std::move(tags)));
  TARN_TRY(const stream::StreamRef stream, streams_.Find(target.scope, target.stream));
  gen::RegisterStreamConsumerOutput out;
  out.consumer = ToWire(*stream, consumer, Now());
  out.consumer->consumer_status = "CREATING";
  return out;
}

Result<gen::DescribeStreamConsumerOutput> KinesisService::DescribeStreamConsumer(
    const Call& call, const gen::DescribeStreamConsumerInput& in) {
  TARN_TRY(const Target target, ConsumerOf(call, in));
  TARN_TRY(const stream::StreamRef stream, streams_.Find(target.scope, target.stream));
  TARN_CHECK(CheckConsumer(streams_, target));
  TARN_TRY(const stream::Consumer consumer, streams_.FindConsumer(target.scope, target.stream, target.consumer));
  const gen::Consumer seen = ToWire(*stream, consumer, Now());
  gen::DescribeStreamConsumerOutput out;
  gen::ConsumerDescription& description = out.consumer_description.emplace();
  description.consumer_name = seen.consumer_name;
  description.consumer_arn = seen.consumer_arn;
  description.consumer_status = seen.consumer_status;
  description.consumer_creation_timestamp = seen.consumer_creation_timestamp;
  description.stream_arn = stream->arn();
  return out;
}

Result<gen::ListStreamConsumersOutput> KinesisService::ListStreamConsumers(const Call& call,
                                                                           const gen::ListStreamConsumersInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  TARN_TRY(const stream::StreamRef stream, streams_.Find(target.scope, target.stream));
  TARN_TRY(const auto consumers, streams_.Consumers(target.scope, target.stream));
  std::string after;
  if (in.next_token) {
    const auto name = Unbase64(*in.next_token);
    if (!name) return Fail(stream::kInvalid, "Invalid NextToken.");
    after = *name;
  }
  const size_t limit = in.max_results ? static_cast<size_t>(*in.max_results) : kConsumersListed;
  gen::ListStreamConsumersOutput out;
  auto& listed = out.consumers.emplace();
  for (const stream::Consumer& consumer : consumers) {
    if (!after.empty() && consumer.name <= after) continue;
    if (listed.size() == limit) {
      out.next_token = Base64(*listed.back().consumer_name);
      break;
    }
    listed.push_back(ToWire(*stream, consumer, Now()));
  }
  return out;
}

Result<gen::DeregisterStreamConsumerResponse> KinesisService::DeregisterStreamConsumer(
    const Call& call, const gen::DeregisterStreamConsumerInput& in) {
  TARN_TRY(const Target target, ConsumerOf(call, in));
  TARN_CHECK(streams_.Find(target.scope, target.stream));
  TARN_CHECK(CheckConsumer(streams_, target));
  TARN_CHECK(streams_.Deregister(target.scope, target.stream, target.consumer));
  return gen::DeregisterStreamConsumerResponse();
}

}  // namespace tarn::api::kinesis

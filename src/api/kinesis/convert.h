// Between the wire's shapes and the domain's; names and ARNs taken apart. Pure.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/kinesis/gen/shapes.h"
#include "api/protocol/call.h"
#include "stream/streams.h"

namespace tarn::api::kinesis {

// A stream as a request names it, or one of its consumers.
struct Target : stream::NamedByArn {
  std::string stream_arn() const;
  std::string consumer_arn() const;
};

// Of "arn:aws:kinesis:region:account:stream/name" or that with "/consumer/name:1234". kInvalid.
Result<Target> ParseArn(const protocol::Call& call, std::string_view arn);
// The stream that a NextToken of ListShards goes on with. kInvalid, kExpiredToken.
Result<Target> TargetOfToken(const std::string& token, Timestamp now);
Error NameMissing();
// An ARN's consumer is that which was registered at the ARN's second, not a later one of the name. kNotFound.
Status CheckConsumer(stream::Streams& streams, const Target& target);

template <typename In>
Result<Target> TargetOf(const protocol::Call& call, const In& in) {
  if constexpr (requires { in.stream_arn; }) {
    if (in.stream_arn) return ParseArn(call, *in.stream_arn);
  }
  if constexpr (requires { in.resource_arn; }) {
    if (in.resource_arn) return ParseArn(call, *in.resource_arn);
  }
  if constexpr (requires { in.consumer_arn; }) {
    if (in.consumer_arn) return ParseArn(call, *in.consumer_arn);
  }
  if constexpr (requires { in.stream_name; }) {
    if (in.stream_name) return Target{{call.scope, *in.stream_name, {}, {}}};
  }
  return NameMissing();
}

gen::HashKeyRange ToWire(stream::HashKey begin, stream::HashKey end);
gen::Shard ToWire(const stream::Shard& shard);
gen::ChildShard ToWire(const stream::ChildShard& child);
gen::Record ToWire(stream::GotRecord record, bool encrypted);
gen::Consumer ToWire(const stream::Stream& stream, const stream::Consumer& consumer, Timestamp now);
gen::StreamModeDetails ModeOf(const stream::Stream& stream);
std::vector<gen::EnhancedMetrics> MonitoringOf(const stream::Stream& stream);
std::string_view EncryptionOf(const stream::Stream& stream);

}  // namespace tarn::api::kinesis

// Generated structs as CBOR maps: smithy-rpc-v2-cbor, and x-amz-cbor-1.1 as Kinesis speaks it.
#pragma once

#include <string>
#include <string_view>

#include "api/protocol/codec.h"
#include "api/protocol/shape.h"
#include "base/result.h"

namespace tarn::api::protocol {

// What tag 1 counts.
enum class CborTime : uint8_t { kSeconds, kMillis };

// Errors: kMalformedRequest, kRequestTooLarge.
Status DecodeCbor(const TypeShape& structure, std::string_view bytes, CborTime time, const Limits& limits, void* out);
std::string EncodeCbor(const TypeShape& structure, const void* value, CborTime time);

}  // namespace tarn::api::protocol

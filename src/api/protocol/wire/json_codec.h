// Generated structs as JSON bodies, for JSON 1.0/1.1 and REST-JSON.
#pragma once

#include <string>
#include <string_view>

#include "api/protocol/codec.h"
#include "api/protocol/shape.h"
#include "base/result.h"

namespace tarn::json {
class Value;
class Writer;
}  // namespace tarn::json

namespace tarn::api::protocol {

// Which members of the outermost structure are in the body: all, or only those bound to no header, label or query.
enum class Members : uint8_t { kAll, kBodyOnly };

// `text` into `out`, a value of the structure's type. Errors: kMalformedRequest, kRequestTooLarge.
Status DecodeJson(const TypeShape& structure, std::string_view text, Members members, const Limits& limits, void* out);
Status DecodeJsonValue(const Ref& ref, const json::Value& value, void* out);

std::string EncodeJson(const TypeShape& structure, const void* value, Members members);
void EncodeJsonValue(const Ref& ref, const void* value, json::Writer& writer);

}  // namespace tarn::api::protocol

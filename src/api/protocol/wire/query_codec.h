// Request bodies of the query protocol: "Action=…&Tags.member.1.Key=…" into generated structs.
#pragma once

#include <string_view>
#include <vector>

#include "api/protocol/codec.h"
#include "api/protocol/shape.h"
#include "base/result.h"

namespace tarn::api::protocol {

// The fields of an application/x-www-form-urlencoded text, decoded, in order. Errors: kMalformedRequest.
Result<std::vector<Field>> ParseForm(std::string_view text, const Limits& limits = {});
// Errors: kMalformedRequest, kInvalidArgument, kRequestTooLarge.
Status DecodeQuery(const TypeShape& structure, const std::vector<Field>& fields, const Limits& limits, void* out);

}  // namespace tarn::api::protocol

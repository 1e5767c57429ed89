// What answers and errors of one protocol have in common.
#pragma once

#include <string_view>

#include "api/protocol/codec.h"
#include "api/protocol/wire/codec_text.h"

namespace tarn::api::protocol {

std::string_view ContentType(WireProtocol protocol);
// Request ids and protocol marks.
void AddProtocolHeaders(WireProtocol protocol, std::string_view request_id, ResponseParts& out);
// S3 tells times to the millisecond, the query services to the second.
TextStyle XmlStyle(const ServiceDesc& service);

}  // namespace tarn::api::protocol

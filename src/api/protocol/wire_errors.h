// How an Error becomes what AWS's client of that service expects: the service's rows first, then those common to all.
#pragma once

#include <string>

#include "api/protocol/codec.h"
#include "api/protocol/service.h"

namespace tarn::api::protocol {

// S3, the query protocol, and the JSON and CBOR ones name and number the same failure differently.
enum class ErrorStyle : uint8_t { kS3, kQuery, kJson };
ErrorStyle StyleOf(WireProtocol protocol);

// Never fails: what has no row becomes the service's internal error and is logged with its Reason. `rows` may be empty.
WireError ToWireError(std::span<const ErrorRow> rows, const ServiceDesc* service, WireProtocol protocol,
                      const Error& error);

// Whether the Reason has a row of its own there or in the common table; for the tests of a service's errors.
bool HasErrorRow(std::span<const ErrorRow> rows, const Reason& reason);

}  // namespace tarn::api::protocol

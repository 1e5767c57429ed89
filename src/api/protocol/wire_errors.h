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

// The last message of an event stream that fails: the exception that the stream's model knows by the error's code, or
// an error without a shape. Framed.
std::string EncodeEventFailure(std::span<const ErrorRow> rows, const ServiceDesc& service,
                               const OperationDesc& operation, WireProtocol protocol, const Error& error);

// For the tests of a service's error table. The names of those `reasons` that have no row there nor in the common
// table.
std::vector<std::string> ReasonsWithoutRow(const Service& service, std::span<const Reason* const> reasons);
// The codes of its rows that no error shape of its model has, by name or by query code; `also` lists those that the
// service really sends without modelling them.
std::vector<std::string> CodesNotInModel(const Service& service, std::span<const std::string_view> also = {});

}  // namespace tarn::api::protocol

// From an HTTP request to a generated struct and back to a response, for every AWS protocol. Server side.
//
// The codecs walk the tables of shape.h; no operation has wire code of its own. They never block, never throw and
// bound what they accept (Limits). Unknown members are ignored, as AWS does. Thread-safe: no state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/protocol/shape.h"
#include "base/result.h"

namespace tarn::api::protocol {

struct Limits {
  size_t body_bytes = 16 << 20;
  int depth = 64;           // of nested lists, maps and structures
  size_t values = 1 << 20;  // in one body
};

// One header or query parameter, decoded (no percent escapes).
struct Field {
  std::string name;
  std::string value;
};

// Views of a request; whoever calls keeps the bytes alive. `path` is as received (percent-encoded, without the
// query); for S3 the caller has turned a virtual host into "/bucket/key". Header names in any case.
struct RequestParts {
  std::string_view method;
  std::string_view path;
  const std::vector<Field>* query = nullptr;
  const std::vector<Field>* headers = nullptr;
  std::string_view body;  // empty while it streams

  const std::string* Header(std::string_view name) const;  // the first of that name, or null
  const std::string* Query(std::string_view name) const;
};

struct ResponseParts {
  int status = 200;
  std::vector<Field> headers;
  std::string body;
};

// Which operation a request asks for. `operation` is null when the model has it but we do not serve it; `name` then
// still tells it. When even the name is unknown both are empty and the answer is UnknownOperation.
struct Matched {
  WireProtocol protocol = WireProtocol::kRestXml;
  const OperationDesc* operation = nullptr;
  std::string name;
};
// Needs the headers, path and query; for the query protocol also the body (or "Action" in the query string).
Matched MatchOperation(const ServiceDesc& service, const RequestParts& request);
// The target prefix before the dot of "X-Amz-Target: AWSGlue.GetTable", or the service of
// "/service/<Name>/operation/<Op>"; empty when the request has neither. Helps to find the service.
std::string_view TargetPrefix(const RequestParts& request);
// Whether the request speaks one of the RPC protocols that this service takes, by header or path alone.
bool SpeaksFor(const ServiceDesc& service, std::string_view target_prefix);

// Fills `out`, a value of operation.input's struct. A streaming body is not read. Errors: kMalformedRequest,
// kMalformedXml, kInvalidArgument, kMissingParameter, kRequestTooLarge; DecodeFailure turns them into an answer.
Status DecodeRequest(const OperationDesc& operation, WireProtocol protocol, const RequestParts& request, void* out,
                     const Limits& limits = {});

// AWS's message when members break the model's constraints ("1 validation error detected: …"), else nothing. Its
// code is service.validation_code.
std::optional<std::string> Validate(const OperationDesc& operation, const void* input);

// Status, protocol headers (Content-Type, x-amzn-RequestId …), bound headers and body of an answer. The body of a
// streaming output is left to the caller.
ResponseParts EncodeResponse(const OperationDesc& operation, WireProtocol protocol, const void* output,
                             std::string_view request_id);

struct WireError {
  std::string code;  // "EntityNotFoundException"; a model's shape name or its query code, translated as needed
  std::string message;
  int status = 400;
  std::vector<std::pair<std::string, std::string>> fields;  // further members as text: {"BucketName", "b"}
};
// `service` may be null when none was found: then XML of S3's form for kRestXml and JSON elsewhere.
ResponseParts EncodeError(const ServiceDesc* service, WireProtocol protocol, const WireError& error,
                          std::string_view request_id);

// What AWS answers when DecodeRequest failed, when no operation matched, and when one matched that is not served.
WireError DecodeFailure(const ServiceDesc& service, WireProtocol protocol, const Error& error);
WireError UnknownOperation(const ServiceDesc& service, WireProtocol protocol, std::string_view name);
WireError UnservedOperation(const ServiceDesc& service, WireProtocol protocol, std::string_view name);

// One message of an event stream: event "Records" of operation.output_events with its struct, framed.
std::string EncodeEvent(const OperationDesc& operation, WireProtocol protocol, std::string_view event,
                        const void* value);
// The first message of an RPC protocol's event stream: the output's plain members, as the event "initial-response".
std::string EncodeInitialResponse(const OperationDesc& operation, WireProtocol protocol, const void* output);
// An error that ends an event stream, framed.
std::string EncodeEventError(const WireError& error);

// A struct as canonical JSON: model names, sorted keys, timestamps as microseconds, blobs as base64. For tests,
// logs and audit; sensitive strings are replaced when `redact`.
std::string CanonicalJson(const TypeShape& shape, const void* value, bool redact = false);
// The reverse, for tests.
Status FromCanonicalJson(const TypeShape& shape, std::string_view json, void* out);

}  // namespace tarn::api::protocol

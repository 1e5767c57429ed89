#include "api/protocol/wire_errors.h"

#include <algorithm>

#include "api/protocol/auth/sign_in_limit.h"
#include "api/protocol/errors.h"
#include "api/protocol/shape.h"
#include "api/protocol/wire/event_stream.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/task.h"
#include "http/errors.h"
#include "identity/errors.h"

namespace tarn::api::protocol {
namespace {

struct Named {
  std::string_view code;
  int status;
  std::string_view message = {};  // empty: the Error's own
};
struct CommonRow {
  const Reason* reason;
  Named s3;
  Named query;
  Named json;
};

constexpr std::string_view kBadTokenText = "The security token included in the request is invalid.";
constexpr std::string_view kOldTokenText = "The security token included in the request is expired";
constexpr std::string_view kShortBody =
    "You did not provide the number of bytes specified by the Content-Length HTTP header";
constexpr std::string_view kSlowDownText = "Please reduce your request rate.";
constexpr std::string_view kRateText = "Rate exceeded";

constexpr Named kS3Denied{"AccessDenied", 403};
constexpr Named kQueryMismatch{"SignatureDoesNotMatch", 403};
constexpr Named kJsonMismatch{"InvalidSignatureException", 400};
constexpr Named kQueryIncomplete{"IncompleteSignature", 400};
constexpr Named kJsonIncomplete{"IncompleteSignatureException", 400};
constexpr Named kQueryBadToken{"InvalidClientTokenId", 403, kBadTokenText};
constexpr Named kJsonBadToken{"UnrecognizedClientException", 400, kBadTokenText};
constexpr Named kQueryMalformed{"MalformedInput", 400};
constexpr Named kJsonMalformed{"SerializationException", 400};

const CommonRow kCommonRows[] = {
    {&kUnknownAccessKey,
     {"InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records."},
     kQueryBadToken,
     kJsonBadToken},
    {&kInvalidToken,
     {"InvalidToken", 400, "The provided token is malformed or otherwise invalid."},
     kQueryBadToken,
     kJsonBadToken},
    {&identity::kBadToken,
     {"InvalidToken", 400, "The provided token is malformed or otherwise invalid."},
     kQueryBadToken,
     kJsonBadToken},
    {&identity::kExpiredToken,
     {"ExpiredToken", 400, "The provided token has expired."},
     {"ExpiredToken", 403, kOldTokenText},
     {"ExpiredTokenException", 400, kOldTokenText}},
    {&kSignatureMismatch, {"SignatureDoesNotMatch", 403}, kQueryMismatch, kJsonMismatch},
    {&kMalformedAuthorization, {"AuthorizationHeaderMalformed", 400}, kQueryIncomplete, kJsonIncomplete},
    {&kScopeDate, {"AuthorizationHeaderMalformed", 400}, kQueryMismatch, kJsonMismatch},
    {&kMalformedPresign, {"AuthorizationQueryParametersError", 400}, kQueryIncomplete, kJsonIncomplete},
    {&kMalformedPresignV2, kS3Denied, kQueryIncomplete, kJsonIncomplete},
    {&kMissingAuthentication,
     kS3Denied,
     {"MissingAuthenticationToken", 403, "Request is missing Authentication Token"},
     {"MissingAuthenticationTokenException", 400, "Missing Authentication Token"}},
    {&kMissingDate, kS3Denied, kQueryIncomplete, kJsonIncomplete},
    {&kMissingSecurityHeader, {"InvalidRequest", 400}, kQueryIncomplete, kJsonIncomplete},
    {&kRequestSkewed, {"RequestTimeTooSkewed", 403}, kQueryMismatch, kJsonMismatch},
    {&kPresignExpired, kS3Denied, kQueryMismatch, kJsonMismatch},
    {&kPresignNotYetValid, kS3Denied, kQueryMismatch, kJsonMismatch},
    {&kUnsignedHeaders,
     {"AccessDenied", 403, "There were headers present in the request which were not signed"},
     kQueryMismatch,
     kJsonMismatch},
    {&kUnsupportedSignature, {"InvalidRequest", 400}, kQueryIncomplete, kJsonIncomplete},
    {&kUnsupportedAuthorization, {"InvalidArgument", 400}, kQueryIncomplete, kJsonIncomplete},
    {&identity::kAccessDenied, kS3Denied, {"AccessDenied", 403}, {"AccessDeniedException", 400}},
    {&kContentSha256Mismatch, {"XAmzContentSHA256Mismatch", 400}, kQueryMismatch, kJsonMismatch},
    {&kInvalidContentSha256, {"InvalidArgument", 400}, kQueryIncomplete, kJsonIncomplete},
    {&kIncompleteBody, {"IncompleteBody", 400}, kQueryMalformed, kJsonMalformed},
    {&kMalformedChunk,
     {"IncompleteBody", 400, "The request body terminated unexpectedly"},
     kQueryMalformed,
     kJsonMalformed},
    {&kChunkTooSmall, {"InvalidChunkSizeError", 400}, kQueryMalformed, kJsonMalformed},
    {&kMalformedTrailer,
     {"MalformedTrailerError", 400,
      "The request contained trailing data that was not well-formed or did not conform to our published schema."},
     kQueryMalformed,
     kJsonMalformed},
    {&kInvalidDigest, {"InvalidDigest", 400}, kQueryMalformed, kJsonMalformed},
    {&kBadDigest, {"BadDigest", 400}, kQueryMalformed, kJsonMalformed},
    {&kInvalidChecksum, {"InvalidRequest", 400}, kQueryMalformed, kJsonMalformed},
    {&kMissingDigest, {"InvalidRequest", 400}, kQueryMalformed, kJsonMalformed},
    {&kMissingContentLength, {"MissingContentLength", 411}, kQueryMalformed, kJsonMalformed},
    {&kRequestTooLarge,
     {"MaxMessageLengthExceeded", 400},
     {"RequestEntityTooLarge", 413},
     {"RequestEntityTooLargeException", 413}},
    {&kRequestTimeout, {"RequestTimeout", 400}, {"RequestTimeout", 408}, {"RequestTimeoutException", 408}},
    {&http::kTimeout,
     {"RequestTimeout", 400,
      "Your socket connection to the server was not read from or written to within the timeout period."},
     {"RequestTimeout", 408},
     {"RequestTimeoutException", 408}},
    {&http::kDisconnected, {"IncompleteBody", 400, kShortBody}, kQueryMalformed, kJsonMalformed},
    {&http::kMalformedBody, {"InvalidRequest", 400}, kQueryMalformed, kJsonMalformed},
    {&kMalformedRequest, {"InvalidRequest", 400}, kQueryMalformed, kJsonMalformed},
    {&kMalformedXml,
     {"MalformedXML", 400, "The XML you provided was not well-formed or did not validate against our published schema"},
     kQueryMalformed,
     kJsonMalformed},
    {&kValidationFailed, {"InvalidArgument", 400}, {"ValidationError", 400}, {"ValidationException", 400}},
    {&kInvalidArgument, {"InvalidArgument", 400}, {"InvalidParameterValue", 400}, {"ValidationException", 400}},
    {&kInvalidUri, {"InvalidURI", 400}, {"InvalidParameterValue", 400}, {"ValidationException", 400}},
    {&kMissingParameter, {"InvalidArgument", 400}, {"MissingParameter", 400}, {"ValidationException", 400}},
    {&kMethodNotAllowed,
     {"MethodNotAllowed", 405, "The specified method is not allowed against this resource."},
     {"InvalidAction", 400},
     {"UnknownOperationException", 400}},
    {&kUnknownOperation, {"NotImplemented", 501}, {"InvalidAction", 400}, {"UnknownOperationException", 400}},
    {&kNotServed, {"NotImplemented", 501}, {"InvalidAction", 400}, {"UnknownOperationException", 400}},
    {&kUnknownService, {"NotImplemented", 501}, {"InvalidAction", 400}, {"UnknownOperationException", 400}},
    {&kTooManyFailures,
     {"SlowDown", 503, kSlowDownText},
     {"Throttling", 400, kRateText},
     {"ThrottlingException", 400, kRateText}},
    {&kPoolFull,
     {"SlowDown", 503, kSlowDownText},
     {"Throttling", 400, kRateText},
     {"ThrottlingException", 400, kRateText}},
    {&kCancelledError, {"RequestTimeout", 400}, {"RequestCanceled", 400}, {"RequestCanceledException", 400}},
};

struct CodeRow {
  Code code;
  Named s3;
  Named query;
  Named json;
};
// Reasons without a row of their own, by what a caller may do about them.
const CodeRow kCodeRows[] = {
    {Code::kInvalidArgument, {"InvalidArgument", 400}, {"ValidationError", 400}, {"ValidationException", 400}},
    {Code::kPermissionDenied, kS3Denied, {"AccessDenied", 403}, {"AccessDeniedException", 400}},
    {Code::kConflict,
     {"OperationAborted", 409,
      "A conflicting conditional operation is currently in progress against this resource. Try again."},
     {"ConcurrentModification", 409},
     {"ConcurrentModificationException", 400}},
    {Code::kResourceExhausted, {"SlowDown", 503, kSlowDownText}, {"Throttling", 400}, {"ThrottlingException", 400}},
    {Code::kUnavailable,
     {"ServiceUnavailable", 503},
     {"ServiceUnavailable", 503},
     {"ServiceUnavailableException", 503}},
    {Code::kDeadlineExceeded, {"RequestTimeout", 400}, {"RequestTimeout", 408}, {"RequestTimeoutException", 408}},
    {Code::kUnimplemented, {"NotImplemented", 501}, {"NotImplemented", 501}, {"UnsupportedOperationException", 400}},
};

const Named& Pick(ErrorStyle style, const Named& s3, const Named& query, const Named& json) {
  return style == ErrorStyle::kS3 ? s3 : style == ErrorStyle::kQuery ? query : json;
}

WireError Make(const Named& named, const Error& error) {
  WireError wire;
  wire.code = named.code;
  wire.status = named.status;
  wire.message = named.message.empty() ? error.message : std::string(named.message);
  return wire;
}

WireError Internal(const ServiceDesc* service, ErrorStyle style, const Error& error) {
  log::Fault("api", std::string(service != nullptr ? service->name : "?") + ": " + std::string(error.reason->name) +
                        ": " + error.message);
  WireError wire;
  wire.status = 500;
  wire.message = "We encountered an internal error. Please try again.";
  wire.code = style == ErrorStyle::kS3 ? "InternalError" : "InternalFailure";
  if (style == ErrorStyle::kJson && service != nullptr) {
    for (const TypeShape* shape : service->errors) {
      if (shape->name.starts_with("Internal")) wire.code = shape->name;
    }
  }
  return wire;
}

}  // namespace

ErrorStyle StyleOf(WireProtocol protocol) {
  if (protocol == WireProtocol::kRestXml) return ErrorStyle::kS3;
  return protocol == WireProtocol::kQuery ? ErrorStyle::kQuery : ErrorStyle::kJson;
}

WireError ToWireError(std::span<const ErrorRow> rows, const ServiceDesc* service, WireProtocol protocol,
                      const Error& error) {
  ErrorStyle style = StyleOf(protocol);
  for (const ErrorRow& row : rows) {
    if (row.reason == error.reason) return Make({row.code, row.http_status, row.message}, error);
  }
  for (const CommonRow& row : kCommonRows) {
    if (row.reason == error.reason) return Make(Pick(style, row.s3, row.query, row.json), error);
  }
  for (const CodeRow& row : kCodeRows) {
    if (row.code != error.reason->code) continue;
    log::Warn("api", "no error row for " + std::string(error.reason->name) + ": " + error.message);
    return Make(Pick(style, row.s3, row.query, row.json), error);
  }
  return Internal(service, style, error);
}

std::string EncodeEventFailure(std::span<const ErrorRow> rows, const ServiceDesc& service,
                               const OperationDesc& operation, WireProtocol protocol, const Error& error) {
  const WireError wire = ToWireError(rows, &service, protocol, error);
  const Member* member = nullptr;
  for (const Member& candidate : operation.output_events->members) {
    if (candidate.ref.type->name == wire.code) member = &candidate;
  }
  if (member == nullptr) return EncodeEventError(wire);
  ResponseParts parts = EncodeError(&service, protocol, wire, {});
  EventMessage message;
  message.headers.emplace_back(":message-type", std::string("exception"));
  message.headers.emplace_back(":exception-type", std::string(member->wire_name));
  for (const Field& field : parts.headers) {
    if (EqualsIgnoreCase(field.name, "content-type")) message.headers.emplace_back(":content-type", field.value);
  }
  message.payload = std::move(parts.body);
  return FrameEvent(message);
}

std::vector<std::string> ReasonsWithoutRow(const Service& service, std::span<const Reason* const> reasons) {
  std::vector<std::string> missing;
  for (const Reason* reason : reasons) {
    auto is_it = [&](const auto& row) { return row.reason == reason; };
    if (!std::ranges::any_of(service.errors(), is_it) && !std::ranges::any_of(kCommonRows, is_it)) {
      missing.emplace_back(reason->name);
    }
  }
  return missing;
}

std::vector<std::string> CodesNotInModel(const Service& service, std::span<const std::string_view> also) {
  std::vector<std::string> unknown;
  for (const ErrorRow& row : service.errors()) {
    bool known = std::ranges::find(also, row.code) != also.end();
    for (const TypeShape* shape : service.model().errors) {
      known = known || shape->name == row.code || shape->error_code == row.code;
    }
    if (!known) unknown.emplace_back(row.code);
  }
  return unknown;
}

}  // namespace tarn::api::protocol

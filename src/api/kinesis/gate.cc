// What Kinesis refuses before it looks who asks: methods, content types, targets, bodies and signatures that are no
// request of it, and browsers' preflights. Its order of checks and its words, as clients and authors of emulators have
// recorded them: methods, then the body's presence, its type, its form, the operation, the signature's parts.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/kinesis/kinesis_service.h"
#include "api/protocol/body/checked_body.h"
#include "api/protocol/codec.h"
#include "api/protocol/shape.h"
#include "base/hash.h"
#include "base/random.h"
#include "base/strings.h"
#include "json/json.h"

namespace tarn::api::kinesis {

using protocol::Call;
using protocol::OwnAnswer;
using protocol::WireProtocol;

namespace {

constexpr std::string_view kPreflight = "Preflight";
constexpr std::string_view kRefused = "Refused";
constexpr std::string_view kAmzJson = "application/x-amz-json-1.1";
constexpr std::string_view kAmzCbor = "application/x-amz-cbor-1.1";
constexpr std::string_view kPlainJson = "application/json";
constexpr std::string_view kExposed =
    "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date";
constexpr std::string_view kPreflightSeconds = "172800";
constexpr size_t kIdBytes = 72;
constexpr uint64_t kBodyBytesMax = 16 << 20;

bool IsPreflight(const Call& call) { return call.method() == "OPTIONS" && call.Header("origin"); }

std::string ContentType(const Call& call) {
  const std::string type = call.Header("content-type").value_or("");
  return std::string(Trim(std::string_view(type).substr(0, type.find(';'))));
}

bool IsKnown(const protocol::ServiceDesc& model, const Call& call) {
  const std::string target = call.Header("x-amz-target").value_or("");
  const auto parts = Split(target, '.');
  if (parts.size() != 2 || parts[0] != model.target_prefix) return false;
  return std::ranges::find(model.all, parts[1], &protocol::OperationName::name) != model.all.end();
}

// The words for a signature that lacks parts; empty when none is missing.
std::string MissingOfHeader(const Call& call, const std::string& header) {
  constexpr std::array<std::string_view, 3> kParts = {"Credential", "Signature", "SignedHeaders"};
  std::string text = header;
  std::ranges::replace(text, ',', ' ');
  const auto words = Split(text, ' ');
  std::string missing;
  for (const std::string_view part : kParts) {
    const bool found = std::ranges::any_of(words, [&](std::string_view word) {
      return word.size() > part.size() + 1 && word.starts_with(part) && word[part.size()] == '=';
    });
    if (!found) missing += fmt::format("Authorization header requires '{}' parameter. ", part);
  }
  if (!call.Header("x-amz-date") && !call.Header("date")) {
    missing += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  }
  return missing.empty() ? missing : missing + "Authorization=" + header;
}

std::string MissingOfQuery(const Call& call) {
  constexpr std::array<std::string_view, 5> kParts = {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature",
                                                      "X-Amz-SignedHeaders", "X-Amz-Date"};
  std::string missing;
  for (const std::string_view part : kParts) {
    if (call.Query(part).value_or("").empty()) {
      missing += fmt::format("AWS query-string parameters must include '{}'. ", part);
    }
  }
  return missing.empty() ? missing : missing + "Re-examine the query-string parameters.";
}

struct Refusal {
  std::string code;
  std::string message;
};

// What of a signature is missing before anybody could check it.
std::optional<Refusal> MissingSignature(const Call& call) {
  const auto header = call.Header("authorization");
  const bool query = call.Query("X-Amz-Algorithm").has_value();
  if (header && query) {
    return Refusal{"InvalidSignatureException",
                   "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."};
  }
  if (!header && !query) return Refusal{"MissingAuthenticationTokenException", "Missing Authentication Token"};
  std::string missing = header ? MissingOfHeader(call, *header) : MissingOfQuery(call);
  if (missing.empty()) return std::nullopt;
  return Refusal{"IncompleteSignatureException", std::move(missing)};
}

OwnAnswer InXml(int status, const Refusal& refusal) {
  OwnAnswer answer{.status = status};
  answer.error_code = refusal.code;
  answer.body = refusal.message.empty()
                    ? fmt::format("<{}/>\n", refusal.code)
                    : fmt::format("<{0}>\n  <Message>{1}</Message>\n</{0}>\n", refusal.code, refusal.message);
  return answer;
}

OwnAnswer InModel(const protocol::ServiceDesc& model, const Call& call, bool cbor, Refusal refusal) {
  protocol::WireError error;
  error.code = refusal.code;
  error.message = std::move(refusal.message);
  auto parts =
      protocol::EncodeError(&model, cbor ? WireProtocol::kAwsCbor11 : WireProtocol::kJson11, error, call.request_id);
  OwnAnswer answer{.status = parts.status};
  answer.error_code = std::move(refusal.code);
  answer.body = std::move(parts.body);
  for (protocol::Field& field : parts.headers)
    answer.headers.emplace_back(std::move(field.name), std::move(field.value));
  return answer;
}

// application/json is of an older protocol: its errors are wrapped.
OwnAnswer InPlainJson(int status, std::string_view code) {
  OwnAnswer answer{.status = status};
  answer.error_code = code;
  answer.body = fmt::format(R"({{"Output":{{"__type":"com.amazon.coral.service#{}"}},"Version":"1.0"}})", code);
  answer.headers.emplace_back("Content-Type", kPlainJson);
  return answer;
}

OwnAnswer AllowOrigin(const Call& call) {
  OwnAnswer answer;
  if (const auto names = call.Header("access-control-request-headers")) {
    answer.headers.emplace_back("Access-Control-Allow-Headers", *names);
  }
  if (const auto method = call.Header("access-control-request-method")) {
    answer.headers.emplace_back("Access-Control-Allow-Methods", *method);
  }
  answer.headers.emplace_back("Access-Control-Max-Age", kPreflightSeconds);
  return answer;
}

OwnAnswer RefuseMethod(const Call& call) {
  if (!call.Header("authorization") && !call.Query("X-Amz-Algorithm")) {
    return InXml(403, {"MissingAuthenticationTokenException", "Missing Authentication Token"});
  }
  return InXml(403, {"AccessDeniedException", "Unable to determine service/operation name to be authorized"});
}

bool HoldsStructure(const std::string& type, const std::string& body) {
  if (type == kAmzCbor) return (static_cast<unsigned char>(body[0]) & 0xe0) == 0xa0;  // a map
  const auto value = json::Parse(body);
  return value.ok() && (value->is_object() || value->is_array());
}

}  // namespace

std::string_view KinesisService::OwnOperation(const Call& call) const {
  if (IsPreflight(call)) return kPreflight;
  if (call.Header("smithy-protocol")) return {};
  const std::string type = ContentType(call);
  const bool typed = type == kAmzJson || type == kAmzCbor;
  const bool empty = call.Header("content-length") == "0";
  if (call.method() != "POST" || !typed || empty || !IsKnown(model(), call) || MissingSignature(call)) {
    return kRefused;
  }
  return {};
}

Task<Result<OwnAnswer>> KinesisService::Answer(protocol::OwnRequest request) {
  const Call& call = request.call;
  if (IsPreflight(call)) co_return AllowOrigin(call);
  if (call.method() != "POST") co_return RefuseMethod(call);
  TARN_CO_TRY(const std::string body, co_await protocol::ReadWhole(request.body, kBodyBytesMax));
  const std::string type = ContentType(call);
  const bool known = IsKnown(model(), call);
  if (body.empty()) {
    co_return InModel(model(), call, type != kAmzJson,
                      {known ? "SerializationException" : "UnknownOperationException", {}});
  }
  const bool plain = type == kPlainJson;
  if (type != kAmzJson && type != kAmzCbor && !plain) {
    const std::string target = call.Header("x-amz-target").value_or("");
    const size_t dot = target.find('.');
    if (dot == 0 || dot == target.npos || dot + 1 == target.size()) {
      co_return InXml(403, {"AccessDeniedException", "Unable to determine service/operation name to be authorized"});
    }
    co_return InXml(404, {"UnknownOperationException", {}});
  }
  const bool cbor = type == kAmzCbor;
  if (!HoldsStructure(type, body)) {
    if (plain) co_return InPlainJson(400, "SerializationException");
    co_return InModel(model(), call, cbor, {"SerializationException", {}});
  }
  if (plain) co_return InPlainJson(404, "UnknownOperationException");
  if (!known) co_return InModel(model(), call, cbor, {"UnknownOperationException", {}});
  auto missing = MissingSignature(call);
  if (!missing) missing = Refusal{"SerializationException", {}};
  co_return InModel(model(), call, cbor, std::move(*missing));
}

void KinesisService::Decorate(const Call& call) const {
  const bool preflight = IsPreflight(call);
  if (call.Header("origin")) {
    call.AddHeader("Access-Control-Allow-Origin", "*");
    if (!preflight) call.AddHeader("Access-Control-Expose-Headers", std::string(kExposed));
  }
  if (!preflight) call.AddHeader("x-amz-id-2", Base64(RandomBytes(kIdBytes)));
}

}  // namespace tarn::api::kinesis

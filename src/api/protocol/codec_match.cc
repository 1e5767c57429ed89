#include <algorithm>

#include "api/protocol/codec.h"
#include "api/protocol/wire/query_codec.h"
#include "base/strings.h"

namespace tarn::api::protocol {
namespace {

constexpr std::string_view kTargetHeader = "x-amz-target";

bool Takes(const ServiceDesc& service, WireProtocol protocol) {
  return std::find(service.protocols.begin(), service.protocols.end(), protocol) != service.protocols.end();
}

bool IsRest(const ServiceDesc& service) {
  return Takes(service, WireProtocol::kRestXml) || Takes(service, WireProtocol::kRestJson);
}

Matched Named(const ServiceDesc& service, WireProtocol protocol, std::string_view name) {
  Matched matched{protocol, nullptr, {}};
  for (const OperationName& operation : service.all) {
    if (operation.name == name) {
      matched.operation = operation.served;
      matched.name = operation.name;
    }
  }
  return matched;
}

// "/service/<Name>/operation/<Op>", the path of smithy-rpc-v2-cbor; false when it is another.
bool SplitRpcPath(std::string_view path, std::string_view& service, std::string_view& operation) {
  constexpr std::string_view kService = "/service/";
  constexpr std::string_view kOperation = "/operation/";
  const size_t at = path.find(kService);
  if (at == std::string_view::npos) return false;
  path.remove_prefix(at + kService.size());
  const size_t middle = path.find(kOperation);
  if (middle == std::string_view::npos) return false;
  service = path.substr(0, middle);
  operation = path.substr(middle + kOperation.size());
  return service.find('/') == std::string_view::npos && operation.find('/') == std::string_view::npos;
}

// Whether `path` fits the template's path part. A label takes one segment, "{Key+}" all that is left but the words
// that the template ends with.
bool PathFits(std::string_view pattern, std::string_view path) {
  while (true) {
    if (pattern.empty() || pattern == "/") return path.empty() || path == "/";
    if (!path.starts_with('/') || !pattern.starts_with('/')) return false;
    pattern.remove_prefix(1);
    path.remove_prefix(1);
    const std::string_view want = pattern.substr(0, pattern.find('/'));
    const std::string_view have = path.substr(0, path.find('/'));
    if (want.ends_with("+}")) {
      const std::string_view end = pattern.substr(want.size());
      return path.size() > end.size() && path.ends_with(end);
    }
    if (want.starts_with('{') ? have.empty() : want != have) return false;
    pattern.remove_prefix(want.size());
    path.remove_prefix(have.size());
  }
}

// The text before the next `separator`, which goes with it.
std::string_view TakePart(std::string_view& rest, char separator) {
  const std::string_view part = rest.substr(0, rest.find(separator));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return part;
}

struct Fit {
  int literals = 0;    // query parameters that the template names
  int path_words = 0;  // fixed segments of the path
  int required = 0;    // required parameters and headers, all of which are there; negative: some are missing
  auto operator<=>(const Fit&) const = default;
};

std::optional<Fit> FitOf(const OperationName& operation, const RequestParts& request) {
  if (operation.http_method != request.method) return std::nullopt;
  const size_t mark = operation.uri.find('?');
  const std::string_view path = operation.uri.substr(0, mark);
  Fit fit;
  if (mark != std::string_view::npos) {
    for (std::string_view rest = operation.uri.substr(mark + 1); !rest.empty();) {
      const std::string_view literal = TakePart(rest, '&');
      const size_t equals = literal.find('=');
      const std::string_view name = literal.substr(0, equals);
      if (name == "x-id") continue;  // SDKs say the operation's name in it, others leave it out
      const std::string* value = request.Query(name);
      if (value == nullptr) return std::nullopt;
      if (equals != std::string_view::npos && literal.substr(equals + 1) != *value) return std::nullopt;
      ++fit.literals;
    }
  }
  if (!PathFits(path, request.path)) return std::nullopt;
  for (std::string_view rest = path; !rest.empty();) {
    const std::string_view word = TakePart(rest, '/');
    fit.path_words += !word.empty() && word[0] != '{' ? 1 : 0;
  }
  bool missing = false;
  for (const std::string_view name : operation.required_query) missing |= request.Query(name) == nullptr;
  for (const std::string_view name : operation.required_headers) missing |= request.Header(name) == nullptr;
  fit.required = static_cast<int>(operation.required_query.size() + operation.required_headers.size());
  if (missing) fit.required = -1;
  return fit;
}

Matched MatchRest(const ServiceDesc& service, const RequestParts& request) {
  Matched matched{service.protocols.front(), nullptr, {}};
  std::optional<Fit> best;
  for (const OperationName& operation : service.all) {
    const auto fit = FitOf(operation, request);
    // Of equals a served one: S3 lists some operations twice under an older name.
    if (!fit || (best && (*fit < *best || (*fit == *best && (matched.operation != nullptr || !operation.served))))) {
      continue;
    }
    best = fit;
    matched.operation = operation.served;
    matched.name = operation.name;
  }
  return matched;
}

Matched MatchQuery(const ServiceDesc& service, const RequestParts& request) {
  if (const std::string* action = request.Query("Action")) return Named(service, WireProtocol::kQuery, *action);
  const auto fields = ParseForm(request.body);
  if (fields.ok()) {
    for (const Field& field : *fields) {
      if (field.name == "Action") return Named(service, WireProtocol::kQuery, field.value);
    }
  }
  return {WireProtocol::kQuery, nullptr, {}};
}

}  // namespace

const std::string* RequestParts::Header(std::string_view name) const {
  if (headers == nullptr) return nullptr;
  for (const Field& header : *headers) {
    if (EqualsIgnoreCase(header.name, name)) return &header.value;
  }
  return nullptr;
}

const std::string* RequestParts::Query(std::string_view name) const {
  if (query == nullptr) return nullptr;
  for (const Field& field : *query) {
    if (field.name == name) return &field.value;
  }
  return nullptr;
}

std::string_view TargetPrefix(const RequestParts& request) {
  std::string_view service;
  std::string_view operation;
  if (request.Header("smithy-protocol") != nullptr && SplitRpcPath(request.path, service, operation)) return service;
  const std::string* target = request.Header(kTargetHeader);
  if (target == nullptr) return {};
  return std::string_view(*target).substr(0, target->rfind('.'));
}

bool SpeaksFor(const ServiceDesc& service, std::string_view target_prefix) {
  return !target_prefix.empty() && service.target_prefix == target_prefix;
}

Matched MatchOperation(const ServiceDesc& service, const RequestParts& request) {
  std::string_view rpc_service;
  std::string_view rpc_operation;
  if (Takes(service, WireProtocol::kRpcV2Cbor) && SplitRpcPath(request.path, rpc_service, rpc_operation)) {
    return Named(service, WireProtocol::kRpcV2Cbor, rpc_operation);
  }
  const std::string* target = request.Header(kTargetHeader);
  const bool json = Takes(service, WireProtocol::kJson11) || Takes(service, WireProtocol::kJson10);
  if (json && (target != nullptr || !Takes(service, WireProtocol::kQuery))) {
    const std::string* type = request.Header("content-type");
    const std::string_view content = type == nullptr ? std::string_view() : std::string_view(*type);
    const WireProtocol usual = service.json_version == "1.0" ? WireProtocol::kJson10 : WireProtocol::kJson11;
    const WireProtocol protocol = content.starts_with("application/x-amz-cbor-1.1")   ? WireProtocol::kAwsCbor11
                                  : content.starts_with("application/x-amz-json-1.0") ? WireProtocol::kJson10
                                  : content.starts_with("application/x-amz-json-1.1") ? WireProtocol::kJson11
                                                                                      : usual;
    if (target == nullptr) return {protocol, nullptr, {}};
    const size_t dot = target->rfind('.');
    return Named(service, protocol, std::string_view(*target).substr(dot == std::string::npos ? 0 : dot + 1));
  }
  if (Takes(service, WireProtocol::kQuery)) return MatchQuery(service, request);
  if (IsRest(service)) return MatchRest(service, request);
  return {service.protocols.front(), nullptr, {}};
}

}  // namespace tarn::api::protocol

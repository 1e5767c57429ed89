#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "api/protocol/codec.h"
#include "api/protocol/errors.h"
#include "api/protocol/wire/cbor_codec.h"
#include "api/protocol/wire/codec_text.h"
#include "api/protocol/wire/java_words.h"
#include "api/protocol/wire/json_codec.h"
#include "api/protocol/wire/query_codec.h"
#include "api/protocol/wire/xml_codec.h"
#include "base/hash.h"
#include "base/random.h"
#include "base/strings.h"

namespace tarn::api::protocol {
namespace {

constexpr TimeFormat kHeaderTime = TimeFormat::kHttpDate;
constexpr TimeFormat kQueryTime = TimeFormat::kIso8601;

// The text that the label `name` covers in `path`, still escaped; nothing when the path does not fit.
std::optional<std::string_view> LabelText(std::string_view pattern, std::string_view path, std::string_view name) {
  pattern = pattern.substr(0, pattern.find('?'));
  while (pattern.starts_with('/') && path.starts_with('/')) {
    pattern.remove_prefix(1);
    path.remove_prefix(1);
    const std::string_view want = pattern.substr(0, pattern.find('/'));
    const bool greedy = want.ends_with("+}");
    const size_t after = greedy ? pattern.size() - want.size() : 0;
    const std::string_view have = path.substr(0, greedy ? path.size() - std::min(after, path.size()) : path.find('/'));
    if (want.size() > 2 && want.starts_with('{') && want.substr(1, want.size() - (greedy ? 3 : 2)) == name) return have;
    pattern.remove_prefix(want.size());
    path.remove_prefix(have.size());
  }
  return std::nullopt;
}

// Splits a list header: commas outside of double quotes; quotes around an element are taken off. Dates of HTTP form
// hold a comma of their own.
std::vector<std::string> SplitHeaderList(std::string_view text, bool http_dates) {
  std::vector<std::string> out;
  std::string element;
  bool quoted = false;
  bool was_quoted = false;
  int commas = 0;
  const auto finish = [&] {
    out.push_back(was_quoted ? element : std::string(Trim(element)));
    element.clear();
    was_quoted = false;
    commas = 0;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\' && i + 1 < text.size()) {
        element += text[++i];
      } else if (c == '"') {
        quoted = false;
      } else {
        element += c;
      }
    } else if (c == '"' && Trim(element).empty()) {
      quoted = was_quoted = true;
      element.clear();
    } else if (c == ',' && (!http_dates || ++commas == 2)) {
      finish();
    } else if (!was_quoted) {
      element += c;
    }
  }
  finish();
  return out;
}

Status DecodeHeader(const Member& member, const std::string& text, void* out) {
  const TypeShape& type = *member.ref.type;
  if (type.kind == Kind::kList) {
    void* list = EmplaceMember(member, out);
    const bool dates =
        type.element.type->kind == Kind::kTimestamp &&
        (type.element.time_format == TimeFormat::kProtocolDefault || type.element.time_format == TimeFormat::kHttpDate);
    if (Trim(text).empty()) return Ok();
    for (const std::string& element : SplitHeaderList(text, dates)) {
      TARN_CHECK(
          ParseScalar(type.element, element, kHeaderTime, member.wire_name, kInvalidArgument, type.list->append(list)));
    }
    return Ok();
  }
  if (member.ref.json_value) {
    auto json = Unbase64(text);
    if (!json) return Fail(kInvalidArgument, fmt::format("The value of {} is no base64", member.wire_name));
    *static_cast<std::string*>(EmplaceMember(member, out)) = std::move(*json);
    return Ok();
  }
  if (type.kind == Kind::kTimestamp) {
    // RFC 9110: a condition whose date cannot be read is none.
    const TimeFormat format =
        member.ref.time_format == TimeFormat::kProtocolDefault ? kHeaderTime : member.ref.time_format;
    if (member.wire_name.starts_with("If-") && !ParseTime(text, format)) return Ok();
  }
  return ParseScalar(member.ref, text, kHeaderTime, member.wire_name, kInvalidArgument, EmplaceMember(member, out));
}

// A list may come as several lines, which are one list; of other members the first line counts.
Status DecodeHeaders(const Member& member, const RequestParts& request, void* out) {
  if (request.headers == nullptr) return Ok();
  const bool list = member.ref.type->kind == Kind::kList;
  std::string joined;
  bool present = false;
  for (const Field& header : *request.headers) {
    if (!EqualsIgnoreCase(header.name, member.wire_name)) continue;
    if (!list) return DecodeHeader(member, header.value, out);
    if (present) joined += ',';
    joined += header.value;
    present = true;
  }
  return present ? DecodeHeader(member, joined, out) : Ok();
}

Status DecodeHeaderMap(const Member& member, const RequestParts& request, void* out) {
  if (request.headers == nullptr) return Ok();
  const TypeShape& type = *member.ref.type;
  std::map<std::string, std::string> joined;  // lines of one name are one value, joined by commas
  for (const Field& header : *request.headers) {
    const size_t prefix = member.wire_name.size();
    if (header.name.size() <= prefix ||
        !EqualsIgnoreCase(std::string_view(header.name).substr(0, prefix), member.wire_name)) {
      continue;
    }
    auto [it, is_new] = joined.emplace(AsciiLower(std::string_view(header.name).substr(prefix)), header.value);
    if (!is_new) it->second += "," + header.value;
  }
  if (joined.empty()) return Ok();
  void* map = EmplaceMember(member, out);
  for (const auto& [name, value] : joined) {
    void* slot = type.map->insert(map, name);
    TARN_CHECK(
        ParseScalar(type.value, value, kHeaderTime, std::string(member.wire_name) + name, kInvalidArgument, slot));
  }
  return Ok();
}

Status DecodeQueryMember(const OperationDesc& operation, const Member& member, const RequestParts& request, void* out) {
  if (request.query == nullptr) return Ok();
  const TypeShape& type = *member.ref.type;
  void* container = nullptr;
  for (const Field& field : *request.query) {
    if (!IsValidUtf8(field.value)) return Fail(kInvalidUri, "Couldn't parse the specified URI.");
    if (type.kind == Kind::kMap) {  // whatever no other member takes
      bool taken = false;
      for (const Member& other : operation.input->members) {
        taken |= other.location == Location::kQuery && &other != &member && other.wire_name == field.name;
      }
      if (taken) continue;
      if (container == nullptr) container = EmplaceMember(member, out);
      if (type.value.type->kind == Kind::kList) continue;  // no served operation has one
      TARN_CHECK(ParseScalar(type.value, field.value, kQueryTime, field.name, kInvalidArgument,
                             type.map->insert(container, field.name)));
    } else if (field.name == member.wire_name) {
      // "max-parts=" is no number, and none was meant.
      if (field.value.empty() && (type.kind == Kind::kInteger || type.kind == Kind::kLong)) return Ok();
      if (container == nullptr) container = EmplaceMember(member, out);
      const bool list = type.kind == Kind::kList;
      TARN_CHECK(ParseScalar(list ? type.element : member.ref, field.value, kQueryTime, member.wire_name,
                             kInvalidArgument, list ? type.list->append(container) : container));
      if (!list) return Ok();
    }
  }
  return Ok();
}

Status DecodeBindings(const OperationDesc& operation, const RequestParts& request, void* out) {
  for (const Member& member : operation.input->members) {
    switch (member.location) {
      case Location::kHeader:
        TARN_CHECK(DecodeHeaders(member, request, out));
        break;
      case Location::kHeaders:
        TARN_CHECK(DecodeHeaderMap(member, request, out));
        break;
      case Location::kQuery:
        TARN_CHECK(DecodeQueryMember(operation, member, request, out));
        break;
      case Location::kUri: {
        const auto escaped = LabelText(operation.uri, request.path, member.wire_name);
        if (!escaped) return Fail(kMissingParameter, fmt::format("The path has no {}", member.wire_name));
        const auto text = PercentDecode(*escaped);
        if (!text || !IsValidUtf8(*text)) return Fail(kInvalidUri, "Couldn't parse the specified URI.");
        TARN_CHECK(
            ParseScalar(member.ref, *text, kQueryTime, member.wire_name, kInvalidArgument, EmplaceMember(member, out)));
        break;
      }
      default:
        break;
    }
  }
  return Ok();
}

bool HasBodyMembers(const TypeShape& shape) {
  for (const Member& member : shape.members) {
    if (member.location == Location::kBody) return true;
  }
  return false;
}

Status DecodeRestBody(const OperationDesc& operation, WireProtocol protocol, const RequestParts& request,
                      const Limits& limits, void* out) {
  const TypeShape& input = *operation.input;
  if (!operation.input_stream.empty()) return Ok();
  if (request.body.size() > limits.body_bytes) return Fail(kRequestTooLarge, "the request body is too long");
  const bool xml = protocol == WireProtocol::kRestXml;
  if (const Member* payload = input.payload; payload != nullptr) {
    const Kind kind = payload->ref.type->kind;
    // Of a text that must be there, nothing is an empty one.
    if (request.body.empty() && (kind != Kind::kString || !payload->required)) return Ok();
    if (kind == Kind::kStructure) {
      void* structure = EmplaceMember(*payload, out);
      const TypeShape& type = *payload->ref.type;
      return xml ? DecodeXml(type, request.body, payload->wire_name, Members::kAll, limits, structure)
                 : DecodeJson(type, request.body, Members::kAll, limits, structure);
    }
    if (kind != Kind::kString && kind != Kind::kBlob && kind != Kind::kDocument) {
      return Fail(kMalformedRequest, "a body of an unsupported kind");
    }
    *static_cast<std::string*>(EmplaceMember(*payload, out)) = request.body;
    return Ok();
  }
  if (request.body.empty() || !HasBodyMembers(input)) return Ok();
  return xml ? DecodeXml(input, request.body, operation.input_root, Members::kBodyOnly, limits, out)
             : DecodeJson(input, request.body, Members::kBodyOnly, limits, out);
}

Status DecodeForm(const OperationDesc& operation, const RequestParts& request, const Limits& limits, void* out) {
  TARN_TRY(std::vector<Field> fields, ParseForm(request.body, limits));
  if (request.query != nullptr) fields.insert(fields.begin(), request.query->begin(), request.query->end());
  return DecodeQuery(*operation.input, fields, limits, out);
}

void FillIdempotencyTokens(const TypeShape& input, void* out) {
  for (const Member& member : input.members) {
    if (member.idempotency_token && GetMember(member, out) == nullptr) {
      *static_cast<std::string*>(EmplaceMember(member, out)) = RandomUuid();
    }
  }
}

// Services whose sentences are those of their Java classes, and which want a body.
bool SpeaksJava(const ServiceDesc& service) { return service.name == "kinesis"; }

Status DecodeJavaJson(const TypeShape& input, std::string_view body, const Limits& limits, void* out) {
  if (body.empty()) return Fail(kMalformedRequest, "");
  auto value = json::Parse(body, {limits.body_bytes, limits.depth, limits.values});
  if (value.Is(json::kTooLarge)) return Fail(kRequestTooLarge, value.error().message);
  if (!value.ok() || (!value->is_object() && !value->is_array())) return Fail(kMalformedRequest, "");
  TruncateNumbers(input, *value);
  const Ref whole{.type = &input};
  Status decoded = DecodeJsonValue(whole, *value, out);
  if (decoded.ok()) return decoded;
  if (auto mismatch = FindJavaMismatch(input, *value)) return Fail(kMalformedRequest, std::move(*mismatch));
  return decoded;
}

}  // namespace

Status DecodeRequest(const OperationDesc& operation, WireProtocol protocol, const RequestParts& request, void* out,
                     const Limits& limits) {
  Status status = Ok();
  switch (protocol) {
    case WireProtocol::kQuery:
      status = DecodeForm(operation, request, limits, out);
      break;
    case WireProtocol::kJson10:
    case WireProtocol::kJson11:
      if (SpeaksJava(*operation.service)) {
        status = DecodeJavaJson(*operation.input, request.body, limits, out);
      } else if (!request.body.empty()) {
        status = DecodeJson(*operation.input, request.body, Members::kAll, limits, out);
      }
      break;
    case WireProtocol::kRpcV2Cbor:
    case WireProtocol::kAwsCbor11: {
      const CborTime time = protocol == WireProtocol::kRpcV2Cbor ? CborTime::kSeconds : CborTime::kMillis;
      if (!request.body.empty()) status = DecodeCbor(*operation.input, request.body, time, limits, out);
      break;
    }
    case WireProtocol::kRestJson:
    case WireProtocol::kRestXml:
      TARN_CHECK(DecodeBindings(operation, request, out));
      status = DecodeRestBody(operation, protocol, request, limits, out);
      break;
  }
  if (status.ok()) FillIdempotencyTokens(*operation.input, out);
  return status;
}

}  // namespace tarn::api::protocol

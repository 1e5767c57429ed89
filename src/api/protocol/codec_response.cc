#include <fmt/format.h>

#include "api/protocol/codec.h"
#include "api/protocol/wire/answer.h"
#include "api/protocol/wire/cbor_codec.h"
#include "api/protocol/wire/codec_text.h"
#include "api/protocol/wire/json_codec.h"
#include "api/protocol/wire/xml_codec.h"
#include "base/hash.h"

namespace tarn::api::protocol {
namespace {

const TextStyle kHeaderStyle{TimeFormat::kHttpDate, -1};

std::string HeaderText(const Member& member, const void* field) {
  const TypeShape& type = *member.ref.type;
  if (member.ref.json_value) return Base64(*static_cast<const std::string*>(field));
  if (type.kind != Kind::kList) return FormatScalar(member.ref, field, kHeaderStyle);
  std::string out;
  for (size_t i = 0; i < type.list->size(field); ++i) {
    std::string element = FormatScalar(type.element, type.list->at(field, i), kHeaderStyle);
    if (type.element.type->kind == Kind::kString && element.find_first_of("\",") != std::string::npos) {
      std::string quoted = "\"";
      for (const char c : element) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
      }
      element = quoted + "\"";
    }
    if (i > 0) out += ", ";
    out += element;
  }
  return out;
}

struct HeaderVisit {
  const Member& member;
  ResponseParts& out;
};

void EncodeBindings(const TypeShape& output, const void* value, ResponseParts& out) {
  for (const Member& member : output.members) {
    if (member.location == Location::kBody) continue;
    const void* field = GetMember(member, value);
    if (field == nullptr) continue;
    if (member.location == Location::kStatusCode) {
      out.status = *static_cast<const int32_t*>(field);
    } else if (member.location == Location::kHeaders) {
      HeaderVisit visit{member, out};
      member.ref.type->map->each(field, &visit, [](void* context, const std::string& key, const void* element) {
        auto& [member, out] = *static_cast<HeaderVisit*>(context);
        out.headers.push_back(
            {std::string(member.wire_name) + key, FormatScalar(member.ref.type->value, element, kHeaderStyle)});
        return true;
      });
    } else {
      out.headers.push_back({std::string(member.wire_name), HeaderText(member, field)});
    }
  }
}

void AddContentType(ResponseParts& out, std::string_view type) {
  for (const Field& header : out.headers) {
    if (header.name == "Content-Type") return;
  }
  out.headers.push_back({"Content-Type", std::string(type)});
}

bool HasBodyMembers(const TypeShape& shape) {
  for (const Member& member : shape.members) {
    if (member.location == Location::kBody) return true;
  }
  return false;
}

std::string RootAttributes(const ServiceDesc& service) {
  if (service.xml_namespace.empty()) return {};
  return fmt::format(" xmlns=\"{}\"", XmlWriter::Escape(service.xml_namespace));
}

// S3's one answer whose root holds its only member as text.
std::string LocationXml(const OperationDesc& operation, const void* output) {
  const Member& member = operation.output->members.front();
  const void* field = GetMember(member, output);
  XmlWriter writer;
  writer.Declaration().Open(member.wire_name, RootAttributes(*operation.service));
  if (field != nullptr) writer.Text(*static_cast<const std::string*>(field));
  return writer.Close(member.wire_name).Take();
}

std::string RestXml(const OperationDesc& operation, const TypeShape& shape, std::string_view root, const void* value,
                    Members members) {
  XmlWriter writer;
  writer.Declaration().Open(root, RootAttributes(*operation.service));
  EncodeXmlMembers(shape, value, members, XmlStyle(*operation.service), writer);
  return writer.Close(root).Take();
}

// S3's one answer in which two lists stand as one, in the order of keys: handlers put all into the list of versions,
// and those without an ETag are delete markers.
std::string VersionsXml(const OperationDesc& operation, const void* output) {
  const TextStyle style = XmlStyle(*operation.service);
  XmlWriter writer;
  writer.Declaration().Open(operation.output_root, RootAttributes(*operation.service));
  for (const Member& member : operation.output->members) {
    const void* field = member.location == Location::kBody ? GetMember(member, output) : nullptr;
    if (field == nullptr) continue;
    if (member.name != "Versions") {
      EncodeXmlElement(member.ref, member.wire_name, field, style, writer);
      continue;
    }
    const TypeShape& list = *member.ref.type;
    const Member* etag = FindMember(*list.element.type, "ETag");
    for (size_t i = 0; i < list.list->size(field); ++i) {
      const void* version = list.list->at(field, i);
      const bool marker = GetMember(*etag, version) == nullptr;
      EncodeXmlElement(list.element, marker ? "DeleteMarker" : member.wire_name, version, style, writer);
    }
  }
  return writer.Close(operation.output_root).Take();
}

void EncodeRestBody(const OperationDesc& operation, bool xml, const void* output, ResponseParts& out) {
  const TypeShape& shape = *operation.output;
  const std::string_view type = xml ? "application/xml" : "application/json";
  if (!operation.output_stream.empty() || (!xml && !operation.has_output)) return;
  if (operation.output_events != nullptr) {
    AddContentType(out, "application/vnd.amazon.eventstream");
    return;
  }
  if (const Member* payload = shape.payload; payload != nullptr) {
    const void* field = GetMember(*payload, output);
    if (field == nullptr) return;
    const TypeShape& inner = *payload->ref.type;
    if (inner.kind != Kind::kStructure) {
      out.body = *static_cast<const std::string*>(field);
      AddContentType(out, inner.kind == Kind::kBlob       ? "application/octet-stream"
                          : inner.kind == Kind::kDocument ? "application/json"
                                                          : "text/plain");
      return;
    }
    const std::string_view root = payload->ref.wire_name.empty() ? inner.name : payload->wire_name;
    out.body = xml ? RestXml(operation, inner, root, field, Members::kAll) : EncodeJson(inner, field, Members::kAll);
    AddContentType(out, type);
    return;
  }
  if (xml && !HasBodyMembers(shape)) return;
  if (xml && operation.output_root == "LocationConstraint") {
    out.body = LocationXml(operation, output);
  } else if (xml && operation.output_root == "ListVersionsResult") {
    out.body = VersionsXml(operation, output);
  } else if (xml) {
    const std::string_view root = operation.output_root.empty() ? shape.name : operation.output_root;
    out.body = RestXml(operation, shape, root, output, Members::kBodyOnly);
  } else {
    out.body = EncodeJson(shape, output, Members::kBodyOnly);
  }
  AddContentType(out, type);
}

std::string QueryXml(const OperationDesc& operation, const void* output, std::string_view request_id) {
  const std::string root = std::string(operation.name) + "Response";
  XmlWriter writer;
  writer.Open(root, RootAttributes(*operation.service));
  if (!operation.result_wrapper.empty()) {
    writer.Open(operation.result_wrapper);
    EncodeXmlMembers(*operation.output, output, Members::kAll, XmlStyle(*operation.service), writer);
    writer.Close(operation.result_wrapper);
  }
  writer.Open("ResponseMetadata").Element("RequestId", request_id).Close("ResponseMetadata");
  return writer.Close(root).Take();
}

}  // namespace

TextStyle XmlStyle(const ServiceDesc& service) {
  return {TimeFormat::kIso8601, service.protocols.front() == WireProtocol::kRestXml ? 3 : -1};
}

std::string_view ContentType(WireProtocol protocol) {
  switch (protocol) {
    case WireProtocol::kQuery:
      return "text/xml";
    case WireProtocol::kJson10:
      return "application/x-amz-json-1.0";
    case WireProtocol::kJson11:
      return "application/x-amz-json-1.1";
    case WireProtocol::kRestJson:
      return "application/json";
    case WireProtocol::kRestXml:
      return "application/xml";
    case WireProtocol::kRpcV2Cbor:
      return "application/cbor";
    case WireProtocol::kAwsCbor11:
      return "application/x-amz-cbor-1.1";
  }
  return "application/octet-stream";
}

void AddProtocolHeaders(WireProtocol protocol, std::string_view request_id, ResponseParts& out) {
  if (protocol == WireProtocol::kRestXml) {
    out.headers.push_back({"x-amz-request-id", std::string(request_id)});
    out.headers.push_back({"x-amz-id-2", Base64(Sha256(request_id))});
  } else {
    out.headers.push_back({"x-amzn-RequestId", std::string(request_id)});
  }
  if (protocol == WireProtocol::kRpcV2Cbor) out.headers.push_back({"smithy-protocol", "rpc-v2-cbor"});
}

ResponseParts EncodeResponse(const OperationDesc& operation, WireProtocol protocol, const void* output,
                             std::string_view request_id) {
  ResponseParts out;
  out.status = operation.success_status;
  AddProtocolHeaders(protocol, request_id, out);
  switch (protocol) {
    case WireProtocol::kQuery:
      out.body = QueryXml(operation, output, request_id);
      break;
    case WireProtocol::kJson10:
    case WireProtocol::kJson11:
      if (operation.output_events != nullptr) {
        AddContentType(out, "application/vnd.amazon.eventstream");
        return out;
      }
      if (operation.has_output) out.body = EncodeJson(*operation.output, output, Members::kAll);
      break;
    case WireProtocol::kRpcV2Cbor:
      if (!operation.has_output) return out;
      out.body = EncodeCbor(*operation.output, output, CborTime::kSeconds);
      break;
    case WireProtocol::kAwsCbor11:
      if (operation.output_events != nullptr) {
        AddContentType(out, "application/vnd.amazon.eventstream");
        return out;
      }
      if (operation.has_output) out.body = EncodeCbor(*operation.output, output, CborTime::kMillis);
      break;
    case WireProtocol::kRestJson:
    case WireProtocol::kRestXml:
      EncodeBindings(*operation.output, output, out);
      EncodeRestBody(operation, protocol == WireProtocol::kRestXml, output, out);
      return out;
  }
  AddContentType(out, ContentType(protocol));
  return out;
}

}  // namespace tarn::api::protocol

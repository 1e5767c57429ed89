#include <fmt/format.h>

#include "api/protocol/codec.h"
#include "api/protocol/errors.h"
#include "api/protocol/wire/answer.h"
#include "api/protocol/wire/cbor.h"
#include "api/protocol/wire/codec_text.h"
#include "api/protocol/wire/event_stream.h"
#include "api/protocol/wire/xml_codec.h"
#include "base/strings.h"
#include "json/json.h"

namespace tarn::api::protocol {
namespace {

// The model's error of that name, by shape name or by the query protocol's code.
const TypeShape* FindError(const ServiceDesc* service, std::string_view code) {
  if (service == nullptr) return nullptr;
  for (const TypeShape* shape : service->errors) {
    if (shape->name == code) return shape;
  }
  for (const TypeShape* shape : service->errors) {
    if (shape->error_code == code) return shape;
  }
  return nullptr;
}

std::string_view QueryCode(const TypeShape* shape, std::string_view code) {
  return shape != nullptr && !shape->error_code.empty() ? shape->error_code : code;
}

std::string_view FaultOf(const TypeShape* shape, int status) {
  const bool sender = shape != nullptr && shape->error_status != 0 ? shape->sender_fault : status < 500;
  return sender ? "Sender" : "Receiver";
}

// "message" or "Message", as the error's shape has it; else as the service's other errors do.
std::string_view MessageKey(const ServiceDesc* service, const TypeShape* shape) {
  const auto key_of = [](const TypeShape& error) -> std::string_view {
    for (const Member& member : error.members) {
      if (EqualsIgnoreCase(member.wire_name, "message")) return member.wire_name;
    }
    return {};
  };
  if (shape != nullptr) {
    if (const auto key = key_of(*shape); !key.empty()) return key;
  }
  if (service != nullptr) {
    for (const TypeShape* error : service->errors) {
      if (const auto key = key_of(*error); !key.empty()) return key;
    }
  }
  return "message";
}

const Member* FieldOf(const TypeShape* shape, std::string_view name) {
  if (shape == nullptr) return nullptr;
  for (const Member& member : shape->members) {
    if (member.wire_name == name || member.name == name) return &member;
  }
  return nullptr;
}

std::string JsonError(const ServiceDesc* service, WireProtocol protocol, const WireError& error) {
  const TypeShape* shape = FindError(service, error.code);
  json::Writer writer;
  writer.BeginObject();
  if (protocol != WireProtocol::kRestJson) writer.Key("__type").String(shape != nullptr ? shape->name : error.code);
  // What has nothing to say says nothing (KMS's InvalidCiphertextException).
  if (!error.message.empty()) {
    const bool java = service != nullptr && service->name == "kinesis" && error.code == "SerializationException";
    writer.Key(java ? "Message" : MessageKey(service, shape)).String(error.message);
  }
  for (const auto& [name, value] : error.fields) {
    const Member* member = FieldOf(shape, name);
    const Kind kind = member == nullptr ? Kind::kString : member->ref.type->kind;
    const bool raw = kind == Kind::kInteger || kind == Kind::kLong || kind == Kind::kBoolean || kind == Kind::kDouble;
    writer.Key(member == nullptr ? std::string_view(name) : member->wire_name);
    if (raw) {
      writer.Raw(value);
    } else {
      writer.String(value);
    }
  }
  return writer.EndObject().Take();
}

void WriteCborField(const Member* member, const std::string& value, CborWriter& writer) {
  const Kind kind = member == nullptr ? Kind::kString : member->ref.type->kind;
  if (kind == Kind::kInteger || kind == Kind::kLong) {
    writer.Int(ParseI64(value).value_or(0));
  } else if (kind == Kind::kBoolean) {
    writer.Bool(value == "true");
  } else if (kind == Kind::kDouble) {
    writer.Double(ParseDouble(value).value_or(0));
  } else {
    writer.Text(value);
  }
}

std::string CborError(const ServiceDesc* service, WireProtocol protocol, const WireError& error) {
  const TypeShape* shape = FindError(service, error.code);
  std::string type(shape != nullptr ? shape->name : error.code);
  if (protocol == WireProtocol::kRpcV2Cbor && service != nullptr) {
    type = fmt::format("com.amazonaws.{}#{}", AsciiLower(service->service_id), type);
  }
  // As in JSON of the same services.
  const bool silent = error.message.empty() && protocol == WireProtocol::kAwsCbor11;
  CborWriter writer;
  writer.Map((silent ? 1 : 2) + error.fields.size());
  writer.Text("__type");
  writer.Text(type);
  if (!silent) {
    writer.Text(MessageKey(service, shape));
    writer.Text(error.message);
  }
  for (const auto& [name, value] : error.fields) {
    const Member* member = FieldOf(shape, name);
    writer.Text(member == nullptr ? std::string_view(name) : member->wire_name);
    WriteCborField(member, value, writer);
  }
  return writer.Take();
}

std::string QueryError(const ServiceDesc* service, const WireError& error, std::string_view request_id) {
  const TypeShape* shape = FindError(service, error.code);
  std::string attributes;
  if (service != nullptr && !service->xml_namespace.empty()) {
    attributes = fmt::format(" xmlns=\"{}\"", XmlWriter::Escape(service->xml_namespace));
  }
  XmlWriter writer;
  writer.Open("ErrorResponse", attributes).Open("Error").Element("Type", FaultOf(shape, error.status));
  writer.Element("Code", QueryCode(shape, error.code)).Element("Message", error.message);
  for (const auto& [name, value] : error.fields) writer.Element(name, value);
  writer.Close("Error").Element("RequestId", request_id);
  return writer.Close("ErrorResponse").Take();
}

// S3's form, for every REST-XML service; S3 Control's has one element more around it.
std::string RestXmlError(const ServiceDesc* service, const WireError& error, std::string_view request_id,
                         std::string_view host_id) {
  XmlWriter writer;
  const bool nested = service != nullptr && service->name == "s3control";
  writer.Declaration();
  if (nested) writer.Open("ErrorResponse");
  writer.Open("Error").Element("Code", error.code).Element("Message", error.message);
  for (const auto& [name, value] : error.fields) writer.Element(name, value);
  if (nested) {
    writer.Close("Error").Element("RequestId", request_id).Element("HostId", host_id);
    return writer.Close("ErrorResponse").Take();
  }
  return writer.Element("RequestId", request_id).Element("HostId", host_id).Close("Error").Take();
}

bool IsS3(const ServiceDesc& service) { return service.protocols.front() == WireProtocol::kRestXml; }

}  // namespace

ResponseParts EncodeError(const ServiceDesc* service, WireProtocol protocol, const WireError& error,
                          std::string_view request_id) {
  ResponseParts out;
  out.status = error.status;
  AddProtocolHeaders(protocol, request_id, out);
  switch (protocol) {
    case WireProtocol::kQuery:
      out.body = QueryError(service, error, request_id);
      break;
    case WireProtocol::kRestXml: {
      std::string_view host_id;
      for (const Field& header : out.headers) {
        if (header.name == "x-amz-id-2") host_id = header.value;
      }
      if (error.status != 304) out.body = RestXmlError(service, error, request_id, host_id);
      break;
    }
    case WireProtocol::kRpcV2Cbor:
    case WireProtocol::kAwsCbor11:
      out.body = CborError(service, protocol, error);
      break;
    default:
      out.body = JsonError(service, protocol, error);
  }
  const TypeShape* shape = FindError(service, error.code);
  if (protocol == WireProtocol::kRestJson) {
    out.headers.push_back({"x-amzn-ErrorType", std::string(shape != nullptr ? shape->name : error.code)});
  }
  if (service != nullptr && service->query_compatible && protocol != WireProtocol::kQuery) {
    out.headers.push_back(
        {"x-amzn-query-error", fmt::format("{};{}", QueryCode(shape, error.code), FaultOf(shape, error.status))});
  }
  out.headers.push_back({"Content-Type", std::string(ContentType(protocol))});
  return out;
}

WireError DecodeFailure(const ServiceDesc& service, WireProtocol protocol, const Error& error) {
  WireError out;
  out.message = error.message;
  if (error.reason == &kRequestTooLarge) {
    out.code = IsS3(service) ? "MaxMessageLengthExceeded" : "RequestEntityTooLargeException";
    out.status = IsS3(service) ? 400 : 413;
  } else if (IsS3(service)) {
    out.code = error.reason == &kMalformedXml                   ? "MalformedXML"
               : error.reason == &kMissingParameter             ? "InvalidRequest"
               : error.message.find("URI") != std::string::npos ? "InvalidURI"
                                                                : "InvalidArgument";
    if (error.reason == &kMalformedXml) {
      out.message = "The XML you provided was not well-formed or did not validate against our published schema";
    }
  } else if (protocol == WireProtocol::kQuery) {
    out.code = "MalformedInput";
  } else {
    out.code = "SerializationException";
  }
  return out;
}

WireError UnknownOperation(const ServiceDesc& service, WireProtocol protocol, std::string_view name) {
  switch (protocol) {
    case WireProtocol::kQuery:
      if (name.empty()) return {"MissingAction", "The request is missing the parameter Action", 400, {}};
      return {"InvalidAction",
              fmt::format("Could not find operation {} for version {}", name, service.api_version),
              400,
              {}};
    case WireProtocol::kRestXml:
      return {"MethodNotAllowed", "The specified method is not allowed against this resource.", 405, {}};
    default:
      break;
  }
  const bool http_404 = protocol == WireProtocol::kRestJson || protocol == WireProtocol::kRpcV2Cbor;
  const std::string message = name.empty() ? "The request names no operation of this service."
                                           : fmt::format("{} has no operation {}.", service.service_id, name);
  return {"UnknownOperationException", message, http_404 ? 404 : 400, {}};
}

WireError UnservedOperation(const ServiceDesc& service, WireProtocol protocol, std::string_view name) {
  const std::string message = fmt::format("The operation {} of {} is not implemented.", name, service.service_id);
  switch (protocol) {
    case WireProtocol::kQuery:
      return {"InvalidAction", message, 400, {}};
    case WireProtocol::kRestXml:
      return {"NotImplemented", message, 501, {}};
    default: {
      const bool http_404 = protocol == WireProtocol::kRestJson || protocol == WireProtocol::kRpcV2Cbor;
      return {"UnknownOperationException", message, http_404 ? 404 : 400, {}};
    }
  }
}

}  // namespace tarn::api::protocol

#include "api/protocol/codec.h"
#include "api/protocol/wire/cbor_codec.h"
#include "api/protocol/wire/event_stream.h"
#include "api/protocol/wire/json_codec.h"
#include "api/protocol/wire/xml_codec.h"

namespace tarn::api::protocol {
namespace {

EventHeader HeaderOf(const Member& member, const void* field) {
  switch (member.ref.type->kind) {
    case Kind::kInteger:
      return *static_cast<const int32_t*>(field);
    case Kind::kLong:
      return *static_cast<const int64_t*>(field);
    case Kind::kBoolean:
      return *static_cast<const bool*>(field);
    case Kind::kTimestamp:
      return *static_cast<const Timestamp*>(field);
    case Kind::kBlob:
      return EventBytes{*static_cast<const std::string*>(field)};
    default:
      return *static_cast<const std::string*>(field);
  }
}

struct Payload {
  std::string type;
  std::string bytes;
};

Payload Document(WireProtocol protocol, const TypeShape& shape, std::string_view root, const void* value) {
  switch (protocol) {
    case WireProtocol::kRestXml:
    case WireProtocol::kQuery: {
      XmlWriter writer;
      writer.Open(root);
      EncodeXmlMembers(shape, value, Members::kAll, {TimeFormat::kIso8601, 3}, writer);
      return {"text/xml", writer.Close(root).Take()};
    }
    case WireProtocol::kRpcV2Cbor:
      return {"application/cbor", EncodeCbor(shape, value, CborTime::kSeconds)};
    case WireProtocol::kAwsCbor11:
      return {"application/x-amz-cbor-1.1", EncodeCbor(shape, value, CborTime::kMillis)};
    case WireProtocol::kJson10:
      return {"application/x-amz-json-1.0", EncodeJson(shape, value, Members::kAll)};
    case WireProtocol::kJson11:
      return {"application/x-amz-json-1.1", EncodeJson(shape, value, Members::kAll)};
    case WireProtocol::kRestJson:
      break;
  }
  return {"application/json", EncodeJson(shape, value, Members::kAll)};
}

Payload PayloadOf(WireProtocol protocol, const Member& member, const void* field) {
  const TypeShape& type = *member.ref.type;
  if (type.kind == Kind::kBlob) return {"application/octet-stream", *static_cast<const std::string*>(field)};
  if (type.kind == Kind::kString) return {"text/plain", *static_cast<const std::string*>(field)};
  return Document(protocol, type, member.wire_name, field);
}

}  // namespace

std::string EncodeEvent(const OperationDesc& operation, WireProtocol protocol, std::string_view event,
                        const void* value) {
  const Member* member = FindMember(*operation.output_events, event);
  const TypeShape& shape = *member->ref.type;
  EventMessage message;
  message.headers.emplace_back(":message-type", std::string("event"));
  message.headers.emplace_back(":event-type", std::string(event));
  const Member* payload = nullptr;
  bool document = false;  // some member goes into a document, or would
  for (const Member& inner : shape.members) {
    if (inner.event_payload) {
      payload = &inner;
    } else if (!inner.event_header) {
      document = true;
    } else if (const void* field = GetMember(inner, value); field != nullptr) {
      message.headers.emplace_back(inner.wire_name, HeaderOf(inner, field));
    }
  }
  Payload body;
  if (payload != nullptr) {
    if (const void* field = GetMember(*payload, value)) body = PayloadOf(protocol, *payload, field);
  } else if (document) {
    body = Document(protocol, shape, shape.name, value);
  }
  if (!body.type.empty()) message.headers.emplace_back(":content-type", body.type);
  message.payload = std::move(body.bytes);
  return FrameEvent(message);
}

std::string EncodeInitialResponse(const OperationDesc& operation, WireProtocol protocol, const void* output) {
  EventMessage message;
  Payload body = Document(protocol, *operation.output, operation.output->name, output);
  message.headers.emplace_back(":message-type", std::string("event"));
  message.headers.emplace_back(":event-type", std::string("initial-response"));
  message.headers.emplace_back(":content-type", body.type);
  message.payload = std::move(body.bytes);
  return FrameEvent(message);
}

std::string EncodeEventError(const WireError& error) {
  EventMessage message;
  message.headers.emplace_back(":message-type", std::string("error"));
  message.headers.emplace_back(":error-code", error.code);
  message.headers.emplace_back(":error-message", error.message.substr(0, 32767));
  return FrameEvent(message);
}

}  // namespace tarn::api::protocol

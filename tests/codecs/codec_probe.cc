// Decodes requests and encodes answers on command, for test_codecs.py: one JSON object a line, in and out.
#include <cstdio>
#include <iostream>
#include <string>

#include "api/protocol/codec.h"
#include "base/hash.h"
#include "base/strings.h"
#include "json/json.h"
#include "probed_services.h"

namespace tarn::api::protocol {
namespace {

constexpr std::string_view kProtocols[] = {"query",    "json10",   "json11",  "rest-json",
                                           "rest-xml", "rpc-cbor", "aws-cbor"};

WireProtocol ProtocolOf(std::string_view name) {
  for (size_t i = 0; i < std::size(kProtocols); ++i) {
    if (kProtocols[i] == name) return static_cast<WireProtocol>(i);
  }
  return WireProtocol::kRestXml;
}

const ServiceDesc* ServiceOf(const json::Value& command) {
  for (const ServiceDesc* service : kProbedServices) {
    if (service->name == command.StringOr("service", "")) return service;
  }
  return nullptr;
}

std::vector<Field> Fields(const json::Value* pairs) {
  std::vector<Field> out;
  if (pairs == nullptr || !pairs->is_array()) return out;
  for (const json::Value& pair : *pairs->AsArray()) {
    out.push_back({*pair.AsArray()->at(0).AsString(), *pair.AsArray()->at(1).AsString()});
  }
  return out;
}

json::Value Services() {
  json::Array services;
  for (const ServiceDesc* service : kProbedServices) {
    json::Array protocols;
    for (const WireProtocol protocol : service->protocols) {
      protocols.emplace_back(kProtocols[static_cast<size_t>(protocol)]);
    }
    json::Array operations;
    for (const OperationDesc& operation : service->operations) operations.emplace_back(operation.name);
    json::Value row;
    row.Set("name", service->name);
    row.Set("protocols", std::move(protocols));
    row.Set("operations", std::move(operations));
    services.push_back(std::move(row));
  }
  json::Value out;
  out.Set("services", std::move(services));
  return out;
}

json::Value Parts(const ResponseParts& parts) {
  json::Value out;
  json::Array headers;
  for (const Field& header : parts.headers) headers.push_back(json::Array{header.name, header.value});
  out.Set("status", parts.status);
  out.Set("headers", std::move(headers));
  out.Set("body", Base64(parts.body));
  return out;
}

json::Value Decode(const ServiceDesc& service, const json::Value& command) {
  const std::vector<Field> query = Fields(command.Find("query"));
  const std::vector<Field> headers = Fields(command.Find("headers"));
  const std::string body = Unbase64(command.StringOr("body", "")).value_or("");
  const RequestParts request{command.StringOr("method", ""), command.StringOr("path", ""), &query, &headers, body};
  const Matched matched = MatchOperation(service, request);
  json::Value out;
  out.Set("operation", matched.name);
  out.Set("protocol", kProtocols[static_cast<size_t>(matched.protocol)]);
  if (matched.operation == nullptr) return out;
  const AnyStruct input = MakeStruct(*matched.operation->input);
  const Status status = DecodeRequest(*matched.operation, matched.protocol, request, input.get());
  if (!status.ok()) {
    const WireError error = DecodeFailure(service, matched.protocol, status.error());
    out.Set("error", error.code);
    out.Set("message", error.message);
    return out;
  }
  out.Set("value", *json::Parse(CanonicalJson(*matched.operation->input, input.get())));
  if (const auto message = Validate(*matched.operation, input.get())) out.Set("invalid", *message);
  return out;
}

json::Value EncodeOutput(const OperationDesc& operation, const json::Value& command) {
  const AnyStruct output = MakeStruct(*operation.output);
  const json::Value* value = command.Find("value");
  const Status status = FromCanonicalJson(*operation.output, json::Write(*value), output.get());
  if (!status.ok()) return json::Object{{"error", status.error().message}};
  return Parts(EncodeResponse(operation, ProtocolOf(command.StringOr("protocol", "")), output.get(), "req-1"));
}

json::Value EncodeEvents(const OperationDesc& operation, const json::Value& command) {
  const WireProtocol protocol = ProtocolOf(command.StringOr("protocol", ""));
  std::string bytes;
  for (const json::Value& event : *command.Find("events")->AsArray()) {
    const std::string& name = *event.AsArray()->at(0).AsString();
    const Member* member = FindMember(*operation.output_events, name);
    if (member == nullptr) return json::Object{{"error", "no event " + name}};
    const AnyStruct value = MakeStruct(*member->ref.type);
    const Status status = FromCanonicalJson(*member->ref.type, json::Write(event.AsArray()->at(1)), value.get());
    if (!status.ok()) return json::Object{{"error", status.error().message}};
    bytes += EncodeEvent(operation, protocol, name, value.get());
  }
  return json::Object{{"body", Base64(bytes)}};
}

json::Value EncodeFailure(const ServiceDesc& service, const json::Value& command) {
  WireError error{std::string(command.StringOr("code", "")),
                  std::string(command.StringOr("message", "")),
                  static_cast<int>(command.IntOr("status", 400)),
                  {}};
  for (const Field& field : Fields(command.Find("fields"))) error.fields.emplace_back(field.name, field.value);
  return Parts(EncodeError(&service, ProtocolOf(command.StringOr("protocol", "")), error, "req-1"));
}

json::Value Run(const json::Value& command) {
  const std::string_view verb = command.StringOr("command", "");
  if (verb == "services") return Services();
  const ServiceDesc* service = ServiceOf(command);
  if (service == nullptr) return json::Object{{"error", "no such service"}};
  if (verb == "decode") return Decode(*service, command);
  if (verb == "failure") return EncodeFailure(*service, command);
  const OperationDesc* operation = FindOperation(*service, command.StringOr("operation", ""));
  if (operation == nullptr) return json::Object{{"error", "no such operation"}};
  if (verb == "encode") return EncodeOutput(*operation, command);
  if (verb == "events") return EncodeEvents(*operation, command);
  return json::Object{{"error", "no such command"}};
}

}  // namespace
}  // namespace tarn::api::protocol

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto command = tarn::json::Parse(line);
    const tarn::json::Value answer =
        command.ok() ? tarn::api::protocol::Run(*command) : tarn::json::Object{{"error", command.error().message}};
    std::cout << tarn::json::Write(answer) << std::endl;
  }
  return 0;
}

#include "api/protocol/call.h"

#include <memory>
#include <utility>

#include "api/protocol/codec.h"
#include "base/strings.h"

namespace tarn::api::protocol {

std::optional<std::string> Call::Header(std::string_view name) const {
  std::optional<std::string> joined;
  if (request == nullptr || request->headers == nullptr) return joined;
  for (const Field& field : *request->headers) {
    if (!EqualsIgnoreCase(field.name, name)) continue;
    if (joined) {
      *joined += ", " + field.value;
    } else {
      joined = field.value;
    }
  }
  return joined;
}

std::optional<std::string> Call::Query(std::string_view name) const {
  if (request == nullptr || request->query == nullptr) return std::nullopt;
  for (const Field& field : *request->query) {
    if (field.name == name) return field.value;
  }
  return std::nullopt;
}

std::string_view Call::method() const { return request != nullptr ? request->method : std::string_view(); }
std::string_view Call::raw_path() const { return request != nullptr ? request->path : std::string_view(); }

Status Call::Allow(std::span<const identity::Check> checks) const { return authorizer->Authorize(caller, checks); }

Status Call::Allow(std::string action, std::string resource, std::optional<std::string> owner) const {
  identity::Check check{
      .action = std::move(action), .resource = std::move(resource), .owner = std::move(owner), .context = {}};
  return Allow(std::span(&check, 1));
}

bool Call::MayDo(std::string action, std::string resource, std::optional<std::string> owner) const {
  return Allow(std::move(action), std::move(resource), std::move(owner)).ok();
}

void TellRequest(Call& call) {
  auto facts = std::make_shared<identity::RequestFacts>();
  facts->id = call.request_id;
  facts->source_ip = call.source_ip;
  facts->user_agent = call.user_agent;
  facts->region = call.scope.region;
  facts->time = call.now;
  facts->secure_transport = call.secure_transport;
  if (call.request != nullptr) {
    if (const std::string* referer = call.request->Header("referer")) facts->referer = *referer;
    facts->presigned = call.request->Query("X-Amz-Signature") != nullptr || call.request->Query("Signature") != nullptr;
  }
  call.caller.request = std::move(facts);
}

}  // namespace tarn::api::protocol

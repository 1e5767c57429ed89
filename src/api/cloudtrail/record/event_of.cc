#include "api/cloudtrail/record/event_of.h"

#include "api/cloudtrail/record/parameters.h"
#include "base/strings.h"
#include "json/json.h"

namespace tarn::api::cloudtrail {
namespace {

using identity::Caller;
using identity::PrincipalType;

constexpr std::string_view kEventVersion = "1.11";

std::string_view LastOf(std::string_view text, char separator) { return text.substr(text.rfind(separator) + 1); }

std::string UsernameOf(const Caller& caller) {
  switch (caller.type) {
    case PrincipalType::kRoot:
      return "root";
    case PrincipalType::kAssumedRole:
      return caller.session;
    case PrincipalType::kUser:
    case PrincipalType::kFederatedUser:
    case PrincipalType::kService:
      return std::string(LastOf(caller.arn, '/'));
    case PrincipalType::kAnonymous:
      break;
  }
  return {};
}

json::Object SessionContext(const Caller& caller) {
  json::Object context;
  if (caller.type == PrincipalType::kAssumedRole) {
    const std::string_view role_id = std::string_view(caller.user_id).substr(0, caller.user_id.find(':'));
    context.emplace_back("sessionIssuer", json::Object{{"type", "Role"},
                                                       {"principalId", role_id},
                                                       {"arn", caller.role_arn},
                                                       {"accountId", caller.account},
                                                       {"userName", LastOf(caller.role_arn, '/')}});
  }
  if (caller.facts != nullptr) {
    if (!caller.facts->source_identity.empty()) {
      context.emplace_back("sourceIdentity", caller.facts->source_identity);
    }
    context.emplace_back("attributes", json::Object{{"creationDate", FormatIso8601(caller.facts->issued)},
                                                    {"mfaAuthenticated", caller.facts->mfa ? "true" : "false"}});
  }
  return context;
}

json::Object UserIdentity(const Caller& caller, std::string_view claimed_key) {
  json::Object identity;
  switch (caller.type) {
    case PrincipalType::kAnonymous:
      // Who signs wrongly is nobody known; who does not sign is the public.
      if (!claimed_key.empty()) {
        return {{"type", "Unknown"}, {"principalId", ""}, {"accountId", ""}, {"accessKeyId", claimed_key}};
      }
      return {{"type", "AWSAccount"}, {"principalId", ""}, {"accountId", "ANONYMOUS_PRINCIPAL"}};
    case PrincipalType::kService:
      return {{"type", "AWSService"}, {"invokedBy", std::string(LastOf(caller.arn, '/')) + ".amazonaws.com"}};
    case PrincipalType::kRoot:
      identity.emplace_back("type", "Root");
      break;
    case PrincipalType::kUser:
      identity.emplace_back("type", "IAMUser");
      break;
    case PrincipalType::kAssumedRole:
      identity.emplace_back("type", "AssumedRole");
      break;
    case PrincipalType::kFederatedUser:
      identity.emplace_back("type", "FederatedUser");
      break;
  }
  identity.emplace_back("principalId", caller.user_id);
  identity.emplace_back("arn", caller.arn);
  identity.emplace_back("accountId", caller.account);
  if (!caller.access_key_id.empty()) identity.emplace_back("accessKeyId", caller.access_key_id);
  if (caller.type == PrincipalType::kUser) identity.emplace_back("userName", UsernameOf(caller));
  if (json::Object context = SessionContext(caller); !context.empty()) {
    identity.emplace_back("sessionContext", std::move(context));
  }
  return identity;
}

json::Array ShownResources(const audit::Event& event) {
  json::Array shown;
  for (const audit::Resource& resource : event.resources) {
    json::Object one{{"type", resource.type}};
    std::string arn = resource.name;
    if (resource.type == "AWS::S3::Bucket" && !arn.starts_with("arn:")) arn = "arn:aws:s3:::" + arn;
    if (arn.starts_with("arn:")) one.emplace_back("ARN", std::move(arn));
    one.emplace_back("accountId", event.account);
    shown.emplace_back(std::move(one));
  }
  return shown;
}

json::Object Additional(const protocol::AuditRecord& record, const audit::Event& event, bool open) {
  json::Object more;
  if (event.category == audit::Category::kData) {
    more.emplace_back("bytesTransferredIn", static_cast<int64_t>(event.bytes_in));
    more.emplace_back("bytesTransferredOut", static_cast<int64_t>(event.bytes_out));
  }
  if (!event.decided_by.empty()) more.emplace_back("decidedBy", event.decided_by);
  if (open) more.emplace_back("outcome", "unknown");
  if (record.call->caller.request != nullptr && record.call->caller.request->presigned) {
    more.emplace_back("AuthenticationMethod", "QueryString");
  }
  return more;
}

std::string RegionOf(const protocol::AuditRecord& record) {
  // Global services tell of themselves in one region.
  if (record.service == "iam" || record.service == "organizations") return "us-east-1";
  return record.call->scope.region.empty() ? "us-east-1" : record.call->scope.region;
}

json::Object Shown(const EventInput& input, const audit::Event& event) {
  const protocol::AuditRecord& record = *input.record;
  const protocol::Call& call = *record.call;
  json::Object shown{{"eventVersion", kEventVersion},
                     {"userIdentity", UserIdentity(call.caller, record.claimed_key)},
                     {"eventTime", FormatIso8601(event.time)},
                     {"eventSource", event.source},
                     {"eventName", event.name},
                     {"awsRegion", event.region},
                     {"sourceIPAddress", event.source_ip},
                     {"userAgent", event.user_agent}};
  if (!event.error_code.empty()) shown.emplace_back("errorCode", event.error_code);
  if (!event.error_message.empty()) shown.emplace_back("errorMessage", event.error_message);
  shown.emplace_back("requestParameters", RequestParametersOf(record));
  shown.emplace_back("responseElements", event.read_only ? json::Value() : ResponseElementsOf(record));
  if (json::Object more = Additional(record, event, input.open); !more.empty()) {
    shown.emplace_back("additionalEventData", std::move(more));
  }
  shown.emplace_back("requestID", event.request_id);
  shown.emplace_back("eventID", event.id);
  shown.emplace_back("readOnly", event.read_only);
  if (!event.resources.empty()) shown.emplace_back("resources", ShownResources(event));
  shown.emplace_back("eventType", "AwsApiCall");
  shown.emplace_back("managementEvent", event.category == audit::Category::kManagement);
  shown.emplace_back("recipientAccountId", event.account);
  shown.emplace_back("eventCategory", event.category == audit::Category::kManagement ? "Management" : "Data");
  if (call.secure_transport) {
    const auto host = call.Header("host");
    shown.emplace_back("tlsDetails", json::Object{{"clientProvidedHostHeader", host.value_or("")}});
  }
  return shown;
}

}  // namespace

audit::Event EventOf(const EventInput& input) {
  const protocol::AuditRecord& record = *input.record;
  const protocol::Call& call = *record.call;
  audit::Event event;
  event.id = input.id;
  event.account = input.account;
  event.region = input.region.empty() ? RegionOf(record) : input.region;
  event.decided_by = input.decided_by;
  event.time = call.now;
  event.source = EventSourceOf(record);
  event.name = record.operation.empty() ? "Unknown" : std::string(record.operation);
  event.username = UsernameOf(call.caller);
  event.access_key_id = call.caller.access_key_id.empty() ? std::string(record.claimed_key) : call.caller.access_key_id;
  event.category = input.kind.category;
  event.read_only = input.kind.read_only;
  event.open = input.open;
  event.error_code = record.error_code;
  event.error_message = record.error_message;
  event.principal = call.caller.arn;
  event.source_ip = call.source_ip;
  event.user_agent = call.user_agent;
  event.request_id = call.request_id;
  event.resources = ResourcesOf(record);
  event.bytes_in = record.bytes_in;
  event.bytes_out = record.bytes_out;
  return event;
}

void WriteJson(const EventInput& input, audit::Event& event) { event.json = json::Write(Shown(input, event)); }

}  // namespace tarn::api::cloudtrail

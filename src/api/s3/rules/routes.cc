#include "api/s3/rules/routes.h"

#include "api/protocol/codec.h"
#include "api/s3/errors.h"
#include "base/time.h"
#include "object/errors.h"

namespace tarn::api::s3 {
namespace {

using protocol::Call;

constexpr std::string_view kRetainUntil = "x-amz-object-lock-retain-until-date";

struct Refusal {
  const Reason* reason = nullptr;  // null: nothing to refuse
  std::string_view message;
  std::string_view argument;  // of kInvalidArgument
  std::string value;
  std::string_view resource;  // of kMethodNotAllowed
};

enum class Target : uint8_t { kService, kBucket, kObject };

Target TargetOf(const Call& call) {
  std::string_view path = call.raw_path();
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.empty()) return Target::kService;
  const size_t slash = path.find('/');
  return slash == path.npos || slash + 1 == path.size() ? Target::kBucket : Target::kObject;
}

Refusal JudgeObject(const Call& call) {
  const std::string_view method = call.method();
  const auto has = [&](std::string_view name) { return call.request->Query(name) != nullptr; };
  if (method == "GET" && has("uploads")) {
    return {.reason = &object::kInvalidRequest,
            .message = "Key is not expected for the GET method ?uploads subresource",
            .argument = {},
            .value = {},
            .resource = {}};
  }
  if (method == "GET" && has("versions")) {
    return {.reason = &object::kInvalidRequest,
            .message = "There is no such thing as the ?versions sub-resource for a key",
            .argument = {},
            .value = {},
            .resource = {}};
  }
  if (method == "PUT" && has("partNumber") && !has("uploadId")) {
    return {.reason = &object::kInvalidArgument,
            .message = "This operation does not accept partNumber without uploadId",
            .argument = "partNumber",
            .value = "partNumber",
            .resource = {}};
  }
  if (const std::string* until = call.request->Header(kRetainUntil); until != nullptr && !ParseIso8601(*until)) {
    return {.reason = &object::kInvalidArgument,
            .message = "The retain until date must be provided in ISO 8601 format",
            .argument = kRetainUntil,
            .value = *until,
            .resource = {}};
  }
  if (method == "PUT" && has("uploadId") && !has("partNumber")) {
    return {.reason = &kMethodNotAllowed, .message = {}, .argument = {}, .value = {}, .resource = "UPLOAD"};
  }
  if (method == "POST" && call.request->query->empty()) {
    return {.reason = &kMethodNotAllowed, .message = {}, .argument = {}, .value = {}, .resource = "SERVICE"};
  }
  return {};
}

Refusal Judge(const Call& call) {
  const Target target = TargetOf(call);
  const std::string_view method = call.method();
  if (target == Target::kService && method != "GET" && method != "HEAD") {
    return {.reason = &kMethodNotAllowed, .message = {}, .argument = {}, .value = {}, .resource = "SERVICE"};
  }
  if (const std::string* source = call.request->Header("x-amz-copy-source");
      source != nullptr && (method == "GET" || method == "HEAD" || method == "DELETE" ||
                            (method == "POST" && call.request->Query("uploadId") != nullptr))) {
    return {.reason = &object::kInvalidArgument,
            .message = "You can only specify a copy source header for copy requests.",
            .argument = "x-amz-copy-source",
            .value = *source,
            .resource = {}};
  }
  return target == Target::kObject ? JudgeObject(call) : Refusal{};
}

Status AsStatus(const Refusal& refusal) {
  if (refusal.reason == nullptr) return Ok();
  return Fail(*refusal.reason, std::string(refusal.message));
}

}  // namespace

Status CheckRoute(const Call& call) { return AsStatus(Judge(call)); }

Status TellMisrouted(const Call& call) {
  const Refusal refusal = Judge(call);
  if (!refusal.argument.empty()) {
    call.AddErrorField("ArgumentName", std::string(refusal.argument));
    call.AddErrorField("ArgumentValue", refusal.value);
  }
  if (!refusal.resource.empty()) {
    call.AddErrorField("Method", std::string(call.method()));
    call.AddErrorField("ResourceType", std::string(refusal.resource));
  }
  return AsStatus(refusal);
}

}  // namespace tarn::api::s3

#include <fmt/format.h>

#include "api/cloudtrail/cloudtrail_service.h"
#include "api/cloudtrail/errors.h"
#include "api/cloudtrail/tags.h"
#include "api/cloudtrail/trail_names.h"
#include "audit/errors.h"
#include "base/log.h"

namespace tarn::api::cloudtrail {
namespace {

using audit::Trail;

constexpr size_t kPrefixMax = 200;
constexpr std::string_view kKeyNameLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:/_-";

template <typename Out>
void Show(const Trail& trail, Out& out) {
  out.name = trail.name;
  out.s3_bucket_name = trail.bucket;
  if (!trail.prefix.empty()) out.s3_key_prefix = trail.prefix;
  out.include_global_service_events = trail.global_events;
  out.is_multi_region_trail = trail.multi_region;
  out.trail_arn = trail.arn();
  out.log_file_validation_enabled = trail.validated;
  if (!trail.kms_key.empty()) out.kms_key_id = trail.kms_key;
  out.is_organization_trail = false;
}

gen::Trail Shown(const Trail& trail) {
  gen::Trail out;
  Show(trail, out);
  out.home_region = trail.home.region;
  out.has_custom_event_selectors = trail.selectors.given();
  out.has_insight_selectors = !trail.insights.empty();
  return out;
}

// What no trail of this lake can have. `In` is CreateTrail's or UpdateTrail's.
template <typename In>
Status CheckServed(const In& in) {
  if (in.sns_topic_name && !in.sns_topic_name->empty()) {
    return Fail(kNoSuchTopic, "SNS Topic does not exist or the topic policy is incorrect!");
  }
  const bool names_logs = (in.cloud_watch_logs_log_group_arn && !in.cloud_watch_logs_log_group_arn->empty()) ||
                          (in.cloud_watch_logs_role_arn && !in.cloud_watch_logs_role_arn->empty());
  if (names_logs) return Fail(kNoSuchLogGroup, "The specified CloudWatch Logs log group does not exist.");
  return Ok();
}

Status CheckPlace(const Trail& trail) {
  if (trail.bucket.size() < 3 || trail.bucket.size() > 63) {
    return Fail(kInvalidBucketName, fmt::format("Bucket name is invalid: {}", trail.bucket));
  }
  if (trail.prefix.size() > kPrefixMax) {
    return Fail(kInvalidPrefix, fmt::format("The prefix is longer than {} characters.", kPrefixMax));
  }
  if (trail.multi_region && !trail.global_events) {
    return Fail(kInvalidCombination, "Multi-Region trail must include global service events.");
  }
  return Ok();
}

// Puts the ARN of the key that the request names. Errors: kInvalidKmsKey, audit's of keys.
Status SetKey(audit::Destination& destination, const std::string& name, Trail& trail) {
  trail.kms_key = name;
  if (name.empty()) return Ok();
  if (name.find_first_not_of(kKeyNameLetters) != std::string::npos) {
    return Fail(kInvalidKmsKey, fmt::format("The KMS key ID {} is not valid.", name));
  }
  TARN_TRY(trail.kms_key, destination.FindKey(trail));
  return Ok();
}

std::string TrimSlash(std::string prefix) {
  while (prefix.ends_with('/')) prefix.pop_back();
  return prefix;
}

std::string TextOf(const std::optional<Timestamp>& time) { return time ? FormatIso8601(*time) : ""; }

}  // namespace

Result<gen::CreateTrailResponse> CloudTrailService::CreateTrail(const protocol::Call& call,
                                                                const gen::CreateTrailRequest& in) {
  Trail trail;
  trail.name = in.name.value_or("");
  trail.home = call.scope;
  trail.bucket = in.s3_bucket_name.value_or("");
  trail.prefix = TrimSlash(in.s3_key_prefix.value_or(""));
  trail.global_events = in.include_global_service_events.value_or(true);
  trail.multi_region = in.is_multi_region_trail.value_or(false);
  trail.validated = in.enable_log_file_validation.value_or(false);
  trail.created = call.now;
  if (trail.multi_region && !trail.global_events) {
    return Fail(kInvalidCombination, "Multi-Region trail must include global service events.");
  }
  TARN_CHECK(CheckTrailName(trail.name));
  TARN_CHECK(CheckPlace(trail));
  if (parts_.trails.Get(trail.home, trail.name).ok()) {
    return Fail(audit::kTrailExists,
                fmt::format("Trail {} already exists for customer: {}", trail.name, trail.home.account));
  }
  TARN_CHECK(AddTo(trail.tags, in.tags_list));
  TARN_CHECK(parts_.destination.Check(trail));
  TARN_CHECK(CheckServed(in));
  if (in.is_organization_trail.value_or(false)) TARN_CHECK(CheckOrganizationTrail(call));
  TARN_CHECK(SetKey(parts_.destination, in.kms_key_id.value_or(""), trail));
  TARN_CHECK(parts_.trails.Create(trail));
  gen::CreateTrailResponse out;
  Show(trail, out);
  return out;
}

Result<gen::UpdateTrailResponse> CloudTrailService::UpdateTrail(const protocol::Call& call,
                                                                const gen::UpdateTrailRequest& in) {
  TARN_TRY(Trail trail, FindOwnTrail(parts_.trails, call, in.name));
  std::optional<std::string> key;
  const auto change = [&in, &key](Trail& changed) -> Status {
    if (in.s3_bucket_name) changed.bucket = *in.s3_bucket_name;
    if (in.s3_key_prefix) changed.prefix = TrimSlash(*in.s3_key_prefix);
    if (in.include_global_service_events) changed.global_events = *in.include_global_service_events;
    if (in.is_multi_region_trail) changed.multi_region = *in.is_multi_region_trail;
    if (in.enable_log_file_validation) changed.validated = *in.enable_log_file_validation;
    if (key) changed.kms_key = *key;
    return CheckPlace(changed);
  };
  TARN_CHECK(change(trail));
  if (in.s3_bucket_name || in.s3_key_prefix) TARN_CHECK(parts_.destination.Check(trail));
  TARN_CHECK(CheckServed(in));
  if (in.is_organization_trail.value_or(false)) TARN_CHECK(CheckOrganizationTrail(call));
  if (in.kms_key_id) {
    TARN_CHECK(SetKey(parts_.destination, *in.kms_key_id, trail));
    key = trail.kms_key;
  }
  TARN_TRY(trail, parts_.trails.Update(trail.home, trail.name, change));
  gen::UpdateTrailResponse out;
  Show(trail, out);
  return out;
}

Result<gen::DeleteTrailResponse> CloudTrailService::DeleteTrail(const protocol::Call& call,
                                                                const gen::DeleteTrailRequest& in) {
  TARN_TRY(const Trail trail, FindOwnTrail(parts_.trails, call, in.name));
  TARN_CHECK(parts_.trails.Delete(trail.home, trail.name));
  return gen::DeleteTrailResponse{};
}

Result<gen::GetTrailResponse> CloudTrailService::GetTrail(const protocol::Call& call, const gen::GetTrailRequest& in) {
  TARN_TRY(const NamedTrail named, NameTrail(call, in.name));
  const auto trail = parts_.trails.Get(named.home, named.name);
  if (!trail.ok() || named.home.account != call.scope.account) {
    return Fail(kTrailNotFound, fmt::format("Unknown trail: {} for the user: {}", *in.name, call.scope.account));
  }
  gen::GetTrailResponse out;
  out.trail = Shown(*trail);
  return out;
}

Result<gen::DescribeTrailsResponse> CloudTrailService::DescribeTrails(const protocol::Call& call,
                                                                      const gen::DescribeTrailsRequest& in) {
  gen::DescribeTrailsResponse out;
  out.trail_list.emplace();
  if (in.trail_name_list && !in.trail_name_list->empty()) {
    for (const std::string& name : *in.trail_name_list) {
      TARN_TRY(const NamedTrail named, NameTrail(call, name));
      const auto trail = parts_.trails.Get(named.home, named.name);
      if (trail.ok() && named.home.account == call.scope.account) out.trail_list->push_back(Shown(*trail));
    }
    return out;
  }
  for (const auto& trail : parts_.trails.Of(call.scope.account)) {
    const bool shadow = trail->home.region != call.scope.region;
    if (shadow && (!trail->multi_region || !in.include_shadow_trails.value_or(true))) continue;
    out.trail_list->push_back(Shown(*trail));
  }
  return out;
}

Result<gen::ListTrailsResponse> CloudTrailService::ListTrails(const protocol::Call& call,
                                                              const gen::ListTrailsRequest&) {
  gen::ListTrailsResponse out;
  out.trails.emplace();
  for (const auto& trail : parts_.trails.Of(call.scope.account)) {
    if (trail->home.region != call.scope.region && !trail->multi_region) continue;
    out.trails->push_back({.trail_arn = trail->arn(), .name = trail->name, .home_region = trail->home.region});
  }
  return out;
}

Result<gen::GetTrailStatusResponse> CloudTrailService::GetTrailStatus(const protocol::Call& call,
                                                                      const gen::GetTrailStatusRequest& in) {
  TARN_TRY(const Trail trail, FindTrail(parts_.trails, call, in.name));
  TARN_TRY(const audit::TrailState state, parts_.trails.StateOf(trail.home, trail.name));
  gen::GetTrailStatusResponse out;
  out.is_logging = trail.logging;
  out.start_logging_time = trail.started;
  out.stop_logging_time = trail.stopped;
  out.latest_delivery_time = state.delivered;
  out.latest_digest_delivery_time = state.digested;
  if (!state.error.empty()) out.latest_delivery_error = state.error;
  if (!state.digest_error.empty()) out.latest_digest_delivery_error = state.digest_error;
  out.latest_delivery_attempt_time = TextOf(state.attempted);
  out.latest_delivery_attempt_succeeded = TextOf(state.delivered);
  out.latest_notification_attempt_time = "";
  out.latest_notification_attempt_succeeded = "";
  out.time_logging_started = TextOf(trail.started);
  out.time_logging_stopped = TextOf(trail.stopped);
  return out;
}

Result<gen::StartLoggingResponse> CloudTrailService::StartLogging(const protocol::Call& call,
                                                                  const gen::StartLoggingRequest& in) {
  TARN_TRY(Trail trail, FindOwnTrail(parts_.trails, call, in.name));
  TARN_TRY(trail, parts_.trails.Update(trail.home, trail.name, [&](Trail& changed) -> Status {
    if (!changed.logging) changed.started = call.now;
    changed.logging = true;
    return Ok();
  }));
  // The first delivery is the folder that the files will lie in: so it shows at once whether there can be any.
  const Status placed = parts_.destination.Put(trail, audit::LogFolder(trail), "", {});
  TARN_CHECK(parts_.trails.ChangeState(trail, [&](audit::TrailState& state) {
    state.attempted = call.now;
    if (placed.ok()) state.delivered = call.now;
    state.error = placed.ok() ? "" : audit::DeliveryErrorOf(placed.error());
  }));
  return gen::StartLoggingResponse{};
}

Result<gen::StopLoggingResponse> CloudTrailService::StopLogging(const protocol::Call& call,
                                                                const gen::StopLoggingRequest& in) {
  TARN_TRY(const Trail trail, FindOwnTrail(parts_.trails, call, in.name));
  TARN_CHECK(parts_.trails.Update(trail.home, trail.name, [&](Trail& changed) -> Status {
    if (changed.logging) changed.stopped = call.now;
    changed.logging = false;
    return Ok();
  }));
  return gen::StopLoggingResponse{};
}

}  // namespace tarn::api::cloudtrail

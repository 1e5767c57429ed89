// Keys: made, described, switched on and off, deleted, tagged, and their policies.
#include "api/kms/convert.h"
#include "api/kms/kms_service.h"

namespace tarn::api::kms {
namespace {

constexpr size_t kKeysUsual = 100;
constexpr size_t kKeysMost = 1000;
constexpr int32_t kDeletionDays = 30;
constexpr int32_t kDeletionDaysMin = 7;
constexpr int32_t kDeletionDaysMax = 30;

Status CheckPolicyName(const std::optional<std::string>& name) {
  if (!name || *name == "default") return Ok();
  return Fail(kNoSuchPolicy, "No such policy exists");
}

// What of the request belongs to a new key.
Result<keys::NewKey> NewKeyOf(const gen::CreateKeyRequest& in) {
  if (in.custom_key_store_id)
    return Fail(kNoSuchKeyStore, "Custom key store " + *in.custom_key_store_id + " does not exist.");
  if (in.xks_key_id) return Fail(kNotSupported, "XksKeyId is not supported.");
  const std::string& origin = in.origin ? *in.origin : "AWS_KMS";
  if (origin != "AWS_KMS" && origin != "EXTERNAL")
    return Fail(kNotSupported, "Origin " + origin + " is not supported.");
  if (in.key_spec && in.customer_master_key_spec) {
    return Fail(kInvalidInput,
                "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is "
                "deprecated.");
  }
  keys::NewKey key;
  const auto& spec = in.key_spec ? in.key_spec : in.customer_master_key_spec;
  if (spec) {
    TARN_TRY(key.spec, SpecOf(*spec));
  }
  auto usage = in.key_usage ? keys::UsageNamed(*in.key_usage) : keys::DefaultUsage(key.spec);
  if (!usage && in.key_usage) return Fail(kNotSupported, "KeyUsage " + *in.key_usage + " is not supported.");
  if (!usage) {
    return Fail(kInvalidInput,
                "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.");
  }
  key.usage = *usage;
  key.description = Text(in.description);
  key.origin = origin == "EXTERNAL" ? keys::Origin::kExternal : keys::Origin::kAwsKms;
  key.multi_region = in.multi_region.value_or(false);
  key.policy = Text(in.policy);
  key.skip_lockout_check = in.bypass_policy_lockout_safety_check.value_or(false);
  TARN_TRY(key.tags, FromWire(in.tags));
  return key;
}

}  // namespace

Result<gen::CreateKeyResponse> KmsService::CreateKey(const protocol::Call& call, const gen::CreateKeyRequest& in) {
  TARN_TRY(const keys::NewKey settings, NewKeyOf(in));
  TARN_TRY(const keys::Key key, keys_.Create(UseOf(call), settings));
  return gen::CreateKeyResponse{.key_metadata = ToWire(key)};
}

Result<gen::DescribeKeyResponse> KmsService::DescribeKey(const protocol::Call& call,
                                                         const gen::DescribeKeyRequest& in) {
  TARN_CHECK(CheckGrantTokens(keys_, in.grant_tokens));
  TARN_TRY(const keys::Key key, keys_.Describe(UseOf(call), *in.key_id));
  return gen::DescribeKeyResponse{.key_metadata = ToWire(key)};
}

Result<gen::ListKeysResponse> KmsService::ListKeys(const protocol::Call& call, const gen::ListKeysRequest& in) {
  TARN_TRY(const std::string after, FromMarker(in.marker));
  TARN_TRY(const auto page, keys_.List(call.scope, after, PageSize(in.limit, kKeysUsual, kKeysMost)));
  gen::ListKeysResponse out;
  out.keys.emplace();
  for (const std::string& id : page.items) {
    out.keys->push_back({.key_id = id, .key_arn = keys::KeyArn(call.scope, id)});
  }
  out.next_marker = ToMarker(page.next);
  out.truncated = out.next_marker.has_value();
  return out;
}

Result<gen::EnableKeyResponse> KmsService::EnableKey(const protocol::Call& call, const gen::EnableKeyRequest& in) {
  TARN_CHECK(keys_.Enable(UseOf(call), *in.key_id));
  return gen::EnableKeyResponse{};
}

Result<gen::DisableKeyResponse> KmsService::DisableKey(const protocol::Call& call, const gen::DisableKeyRequest& in) {
  TARN_CHECK(keys_.Disable(UseOf(call), *in.key_id));
  return gen::DisableKeyResponse{};
}

Result<gen::ScheduleKeyDeletionResponse> KmsService::ScheduleKeyDeletion(const protocol::Call& call,
                                                                         const gen::ScheduleKeyDeletionRequest& in) {
  const int32_t days = in.pending_window_in_days.value_or(kDeletionDays);
  if (days < kDeletionDaysMin || days > kDeletionDaysMax) {
    return Fail(kInvalidInput, "PendingWindowInDays must be between 7 and 30.");
  }
  TARN_TRY(const keys::Key key, keys_.ScheduleDeletion(UseOf(call), *in.key_id, days));
  return gen::ScheduleKeyDeletionResponse{.key_id = key.Arn(),
                                          .deletion_date = key.deletion,
                                          .key_state = std::string(keys::NameOf(key.state)),
                                          .pending_window_in_days = days};
}

Result<gen::CancelKeyDeletionResponse> KmsService::CancelKeyDeletion(const protocol::Call& call,
                                                                     const gen::CancelKeyDeletionRequest& in) {
  TARN_TRY(const keys::Key key, keys_.CancelDeletion(UseOf(call), *in.key_id));
  return gen::CancelKeyDeletionResponse{.key_id = key.Arn()};
}

Result<gen::UpdateKeyDescriptionResponse> KmsService::UpdateKeyDescription(const protocol::Call& call,
                                                                           const gen::UpdateKeyDescriptionRequest& in) {
  TARN_CHECK(keys_.UpdateDescription(UseOf(call), *in.key_id, *in.description));
  return gen::UpdateKeyDescriptionResponse{};
}

Result<gen::GetKeyPolicyResponse> KmsService::GetKeyPolicy(const protocol::Call& call,
                                                           const gen::GetKeyPolicyRequest& in) {
  TARN_TRY(std::string policy, keys_.GetPolicy(UseOf(call), *in.key_id));
  TARN_CHECK(CheckPolicyName(in.policy_name));
  return gen::GetKeyPolicyResponse{.policy = std::move(policy), .policy_name = "default"};
}

Result<gen::PutKeyPolicyResponse> KmsService::PutKeyPolicy(const protocol::Call& call,
                                                           const gen::PutKeyPolicyRequest& in) {
  TARN_CHECK(CheckPolicyName(in.policy_name));
  const bool skip = in.bypass_policy_lockout_safety_check.value_or(false);
  TARN_CHECK(keys_.PutPolicy(UseOf(call), *in.key_id, *in.policy, skip));
  return gen::PutKeyPolicyResponse{};
}

Result<gen::ListKeyPoliciesResponse> KmsService::ListKeyPolicies(const protocol::Call& call,
                                                                 const gen::ListKeyPoliciesRequest& in) {
  TARN_CHECK(FromMarker(in.marker));
  TARN_CHECK(keys_.Describe(UseOf(call), *in.key_id, "ListKeyPolicies"));
  return gen::ListKeyPoliciesResponse{.policy_names = std::vector<std::string>{"default"}, .truncated = false};
}

Result<gen::TagResourceResponse> KmsService::TagResource(const protocol::Call& call,
                                                         const gen::TagResourceRequest& in) {
  TARN_TRY(const keys::Tags tags, FromWire(in.tags));
  TARN_CHECK(keys_.Tag(UseOf(call), *in.key_id, tags));
  return gen::TagResourceResponse{};
}

Result<gen::UntagResourceResponse> KmsService::UntagResource(const protocol::Call& call,
                                                             const gen::UntagResourceRequest& in) {
  TARN_CHECK(keys_.Untag(UseOf(call), *in.key_id, *in.tag_keys));
  return gen::UntagResourceResponse{};
}

Result<gen::ListResourceTagsResponse> KmsService::ListResourceTags(const protocol::Call& call,
                                                                   const gen::ListResourceTagsRequest& in) {
  constexpr size_t kMost = 50;
  TARN_TRY(const std::string after, FromMarker(in.marker));
  TARN_TRY(const keys::Tags tags, keys_.ListTags(UseOf(call), *in.key_id));
  const size_t limit = PageSize(in.limit, kMost, kMost);
  gen::ListResourceTagsResponse out;
  out.tags.emplace();
  for (auto it = after.empty() ? tags.begin() : tags.upper_bound(after); it != tags.end(); ++it) {
    if (out.tags->size() == limit) {
      out.next_marker = ToMarker(*out.tags->back().tag_key);
      break;
    }
    out.tags->push_back({.tag_key = it->first, .tag_value = it->second});
  }
  out.truncated = out.next_marker.has_value();
  return out;
}

Result<gen::ReplicateKeyResponse> KmsService::ReplicateKey(const protocol::Call& call,
                                                           const gen::ReplicateKeyRequest& in) {
  keys::NewKey settings;
  settings.description = Text(in.description);
  settings.policy = Text(in.policy);
  settings.skip_lockout_check = in.bypass_policy_lockout_safety_check.value_or(false);
  TARN_TRY(settings.tags, FromWire(in.tags));
  TARN_TRY(auto replica, keys_.Replicate(UseOf(call), *in.key_id, *in.replica_region, settings));
  gen::ReplicateKeyResponse out{.replica_key_metadata = ToWire(replica.key),
                                .replica_policy = std::move(replica.policy),
                                .replica_tags = in.tags};
  // Told once the replica is described.
  out.replica_key_metadata->current_key_material_id.reset();
  return out;
}

Result<gen::UpdatePrimaryRegionResponse> KmsService::UpdatePrimaryRegion(const protocol::Call& call,
                                                                         const gen::UpdatePrimaryRegionRequest& in) {
  TARN_CHECK(keys_.UpdatePrimaryRegion(UseOf(call), *in.key_id, *in.primary_region));
  return gen::UpdatePrimaryRegionResponse{};
}

}  // namespace tarn::api::kms

// The catalog's resource policy: one an account and region, kept as it was put, and what it says of each check.
#include <utility>

#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "api/glue/glue_service.h"
#include "api/glue/rules/share_guard.h"
#include "base/hash.h"
#include "base/strings.h"
#include "catalog/errors.h"
#include "identity/policy_guard.h"
#include "policy/policy.h"

namespace tarn::api::glue {
namespace {

constexpr std::string_view kName = "catalog";
constexpr size_t kPolicyBytesMax = 10'240;
constexpr size_t kCacheMax = 1000;

Result<std::shared_ptr<const policy::Document>> Parse(const std::string& text) {
  policy::ParseOptions options;
  options.max_bytes = kPolicyBytesMax;
  return policy::Document::Parse(text, options);
}

std::string HashOf(const std::string& text) { return Base64(Sha256(text)); }

}  // namespace

Result<std::optional<catalog::Document>> GlueService::FindPolicy(const Scope& scope) const {
  auto found = resource_policies_.Get(scope, kName);
  if (found.Is(catalog::kNoSuchEntity)) return std::optional<catalog::Document>();
  if (!found.ok()) return found.error();
  return std::optional<catalog::Document>(*std::move(found));
}

Status GlueService::AddGuards(std::vector<identity::Check>& checks) {
  std::shared_ptr<identity::PolicyGuard> guard;
  std::string asked;
  for (identity::Check& check : checks) {
    const auto parts = Split(check.resource, ':');
    if (parts.size() < 6 || parts[2] != "glue") continue;
    const Scope scope{std::string(parts[4]), std::string(parts[3])};
    if (std::string key = scope.account + scope.region; key != asked) {
      asked = std::move(key);
      guard.reset();
      TARN_TRY(const auto policy, FindPolicy(scope));
      if (shares_ != nullptr) guard = std::make_shared<ShareGuard>(*shares_, access_);
      if (policy) {
        TARN_TRY(auto document, Compiled(policy->text));
        if (!guard) guard = std::make_shared<identity::PolicyGuard>();
        guard->Add(std::move(document));
      }
    }
    if (guard) check.guard = guard;
  }
  return Ok();
}

Result<std::shared_ptr<const policy::Document>> GlueService::Compiled(const std::string& text) {
  {
    const std::lock_guard lock(compiled_mutex_);
    if (const auto found = compiled_.find(text); found != compiled_.end()) return found->second;
  }
  TARN_TRY(auto document, Parse(text));
  const std::lock_guard lock(compiled_mutex_);
  if (compiled_.size() >= kCacheMax) compiled_.clear();
  compiled_[text] = document;
  return document;
}

Result<gen::PutResourcePolicyResponse> GlueService::PutResourcePolicy(const protocol::Call& call,
                                                                      const gen::PutResourcePolicyRequest& in) {
  const std::string& text = Text(in.policy_in_json);
  if (const auto parsed = Parse(text); !parsed.ok()) return Fail(kInvalidInput, parsed.error().message);
  TARN_TRY(const auto present, FindPolicy(call.scope));
  const std::string& exists = Text(in.policy_exists_condition);
  if (exists == "MUST_EXIST" && !present) {
    return Fail(kConditionCheckFailure, "Policy does not exist; PolicyExistsCondition is MUST_EXIST");
  }
  if (exists == "NOT_EXIST" && present) {
    return Fail(kConditionCheckFailure, "Policy exists already; PolicyExistsCondition is NOT_EXIST");
  }
  if (in.policy_hash_condition && (!present || HashOf(present->text) != *in.policy_hash_condition)) {
    return Fail(kConditionCheckFailure, "The policy's hash is not the one of PolicyHashCondition");
  }
  if (present) {
    TARN_CHECK(resource_policies_.Update(call.scope, kName, text));
  } else {
    const auto created = resource_policies_.Create(call.scope, kName, text);
    if (!created.ok()) return created.error();
  }
  return gen::PutResourcePolicyResponse{.policy_hash = HashOf(text)};
}

Result<gen::GetResourcePolicyResponse> GlueService::GetResourcePolicy(const protocol::Call& call,
                                                                      const gen::GetResourcePolicyRequest&) {
  TARN_TRY(const auto policy, FindPolicy(call.scope));
  if (!policy) return Fail(kEntityNotFound, "Policy not found");
  return gen::GetResourcePolicyResponse{.policy_in_json = policy->text,
                                        .policy_hash = HashOf(policy->text),
                                        .create_time = policy->create_time,
                                        .update_time = policy->update_time};
}

Result<gen::DeleteResourcePolicyResponse> GlueService::DeleteResourcePolicy(
    const protocol::Call& call, const gen::DeleteResourcePolicyRequest& in) {
  TARN_TRY(const auto policy, FindPolicy(call.scope));
  if (!policy) return Fail(kEntityNotFound, "Policy not found");
  if (in.policy_hash_condition && HashOf(policy->text) != *in.policy_hash_condition) {
    return Fail(kConditionCheckFailure, "The policy's hash is not the one of PolicyHashCondition");
  }
  TARN_CHECK(resource_policies_.Delete(call.scope, kName));
  return gen::DeleteResourcePolicyResponse{};
}

Result<gen::GetResourcePoliciesResponse> GlueService::GetResourcePolicies(const protocol::Call& call,
                                                                          const gen::GetResourcePoliciesRequest&) {
  gen::GetResourcePoliciesResponse out;
  out.get_resource_policies_response_list.emplace();
  TARN_TRY(const auto policy, FindPolicy(call.scope));
  if (policy) {
    out.get_resource_policies_response_list->push_back({.policy_in_json = policy->text,
                                                        .policy_hash = HashOf(policy->text),
                                                        .create_time = policy->create_time,
                                                        .update_time = policy->update_time});
  }
  return out;
}

}  // namespace tarn::api::glue

// Inline and attached policies of users, groups and roles.
#include <algorithm>

#include "base/strings.h"
#include "iam/entities/entities.h"
#include "iam/policies/managed.h"
#include "iam/policies/policy_check.h"
#include "iam/quotas.h"

namespace tarn::iam {
namespace {

Error NoInline(Kind kind, const std::string& policy) {
  return Fail(kNoSuchEntity, "The " + AsciiLower(NameOf(kind)) + " policy with name " + policy + " cannot be found.");
}

size_t InlineQuota(Kind kind) {
  if (kind == Kind::kUser) return quota::kUserPolicyChars;
  return kind == Kind::kGroup ? quota::kGroupPolicyChars : quota::kRolePolicyChars;
}

}  // namespace

Status PutInlinePolicy(Rows& rows, Kind kind, const std::string& name, const std::string& policy,
                       const std::string& document) {
  TARN_TRY(const Entity before, rows.Get(kind, name));
  TARN_CHECK(CheckModifiable(before));
  TARN_CHECK(CheckIdentityPolicy(document));
  Entity entity = before;
  entity.inlined[policy] = document;
  size_t size = 0;
  for (const auto& [unused, text] : entity.inlined) size += CountedSize(text);
  if (size > InlineQuota(kind)) {
    return Fail(kLimitExceeded, "Maximum policy size of " + std::to_string(InlineQuota(kind)) + " bytes exceeded for " +
                                    AsciiLower(NameOf(kind)) + " " + name);
  }
  rows.PutEntity(entity, &before);
  return Ok();
}

Result<std::string> GetInlinePolicy(Rows& rows, Kind kind, const std::string& name, const std::string& policy) {
  TARN_TRY(const Entity entity, rows.Get(kind, name));
  const auto found = entity.inlined.find(policy);
  if (found == entity.inlined.end()) return NoInline(kind, policy);
  return found->second;
}

Status DeleteInlinePolicy(Rows& rows, Kind kind, const std::string& name, const std::string& policy) {
  TARN_TRY(const Entity before, rows.Get(kind, name));
  TARN_CHECK(CheckModifiable(before));
  Entity entity = before;
  if (entity.inlined.erase(policy) == 0) return NoInline(kind, policy);
  rows.PutEntity(entity, &before);
  return Ok();
}

Status AttachPolicy(Rows& rows, Kind kind, const std::string& name, const std::string& policy_arn) {
  TARN_TRY(const Entity before, rows.Get(kind, name));
  TARN_CHECK(CheckModifiable(before));
  if (!policy_arn.starts_with("arn:")) return Fail(kValidation, "Invalid ARN:  Could not be parsed!");
  const auto managed = FindManaged(rows, policy_arn);
  if (managed.Is(kNoSuchEntity)) {
    return Fail(kNoSuchEntity, "Policy " + policy_arn + " does not exist or is not attachable.");
  }
  if (!managed.ok()) return managed.error();
  if (managed->aws_managed() && managed->path == "/aws-service-role/") {
    return Fail(kPolicyNotAttachable, "Cannot attach a Service Role Policy to a Customer Role.");
  }
  if (std::ranges::find(before.attached, policy_arn) != before.attached.end()) return Ok();
  if (before.attached.size() >= quota::kAttachedPolicies) {
    return Fail(kLimitExceeded, "Cannot exceed quota for PoliciesPer" + std::string(NameOf(kind)) + ": " +
                                    std::to_string(quota::kAttachedPolicies));
  }
  Entity entity = before;
  entity.attached.push_back(policy_arn);
  rows.PutEntity(entity, &before);
  return Ok();
}

Status DetachPolicy(Rows& rows, Kind kind, const std::string& name, const std::string& policy_arn) {
  TARN_TRY(const Entity before, rows.Get(kind, name));
  TARN_CHECK(CheckModifiable(before));
  Entity entity = before;
  if (std::erase(entity.attached, policy_arn) == 0) {
    return Fail(kNoSuchEntity, "Policy " + policy_arn + " was not found.");
  }
  rows.PutEntity(entity, &before);
  return Ok();
}

}  // namespace tarn::iam

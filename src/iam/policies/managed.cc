#include "iam/policies/managed.h"

#include <algorithm>

#include "base/strings.h"
#include "iam/policies/aws_policies.h"
#include "iam/policies/policy_check.h"
#include "iam/quotas.h"

namespace tarn::iam {
namespace {

Error NotFound(const std::string& arn) { return Fail(kNoSuchEntity, "Policy " + arn + " was not found."); }

Error NoVersion(const ManagedPolicy& policy, const std::string& version) {
  return Fail(kNoSuchEntity,
              "Policy " + policy.Arn() + " version " + version + " does not exist or is not attachable.");
}

Status CheckSize(const std::string& document) {
  if (CountedSize(document) <= quota::kManagedPolicyChars) return Ok();
  return Fail(kLimitExceeded, "Cannot exceed quota for PolicySize: " + std::to_string(quota::kManagedPolicyChars));
}

}  // namespace

Result<ManagedPolicy> FindManaged(Rows& rows, const std::string& arn) {
  if (auto managed = FindAwsPolicy(arn)) return *std::move(managed);
  const std::string prefix = "arn:aws:iam::" + rows.account() + ":policy/";
  if (!arn.starts_with(prefix)) return NotFound(arn);
  TARN_TRY(auto found, rows.Find<ManagedPolicy>(arn.substr(arn.rfind('/') + 1)));
  if (!found || found->Arn() != arn) return NotFound(arn);
  return *std::move(found);
}

Result<ManagedPolicy> GetOwnPolicy(Rows& rows, const std::string& arn, const std::string& operation) {
  if (!arn.starts_with("arn:")) return Fail(kInvalidInput, "ARN " + arn + " is not valid.");
  TARN_TRY(ManagedPolicy policy, FindManaged(rows, arn));
  if (policy.aws_managed()) {
    return Fail(kAccessDenied, "User: arn:aws:iam::" + rows.account() + ":root is not authorized to perform: iam:" +
                                   operation + " on resource: policy " + arn);
  }
  return policy;
}

Result<ManagedPolicy> CreateManaged(Rows& rows, NewPolicy made) {
  TARN_CHECK(CheckIdentityPolicy(made.document));
  TARN_CHECK(CheckSize(made.document));
  TARN_TRY(const auto present, rows.Find<ManagedPolicy>(made.name, true));
  if (present) {
    return Fail(kAlreadyExists, "A policy called " + made.name + " already exists. Duplicate names are not allowed.");
  }
  TARN_TRY(const auto all, rows.All<ManagedPolicy>());
  if (all.size() >= quota::kPolicies) {
    return Fail(kLimitExceeded, "Cannot exceed quota for PoliciesPerAccount: " + std::to_string(quota::kPolicies));
  }
  ManagedPolicy policy;
  policy.account = rows.account();
  policy.name = std::move(made.name);
  policy.path = std::move(made.path);
  policy.id = NewId("ANPA");
  policy.description = std::move(made.description);
  policy.created = policy.updated = rows.now();
  policy.tags = std::move(made.tags);
  policy.versions.push_back({1, std::move(made.document), rows.now()});
  rows.Put(policy);
  return policy;
}

Status DeleteManaged(Rows& rows, const std::string& arn) {
  TARN_TRY(const ManagedPolicy policy, GetOwnPolicy(rows, arn, "DeletePolicy"));
  TARN_TRY(const auto uses, rows.UsesOf(arn));
  if (!uses.empty()) return Fail(kDeleteConflict, "Cannot delete a policy attached to entities.");
  if (policy.versions.size() > 1) {
    return Fail(kDeleteConflict,
                "This policy has more than one version. Before you delete a policy, you must delete the policy's "
                "versions. The default version is deleted with the policy.");
  }
  rows.Erase(policy);
  return Ok();
}

Result<PolicyVersion> CreateVersion(Rows& rows, const std::string& arn, const std::string& document, bool as_default) {
  TARN_CHECK(CheckIdentityPolicy(document));
  TARN_CHECK(CheckSize(document));
  TARN_TRY(ManagedPolicy policy, GetOwnPolicy(rows, arn, "CreatePolicyVersion"));
  if (policy.versions.size() >= quota::kVersionsPerPolicy) {
    return Fail(kLimitExceeded,
                "A managed policy can have up to 5 versions. Before you create a new version, you must delete an "
                "existing version.");
  }
  policy.last_version += 1;
  policy.updated = rows.now();
  policy.versions.push_back({policy.last_version, document, rows.now()});
  if (as_default) policy.default_version = policy.last_version;
  rows.Put(policy);
  return policy.versions.back();
}

Result<PolicyVersion> FindVersion(const ManagedPolicy& policy, const std::string& version) {
  const auto number = version.starts_with("v") ? ParseI64(std::string_view(version).substr(1)) : std::nullopt;
  const PolicyVersion* found = number ? policy.Version(*number) : nullptr;
  if (found == nullptr) return NoVersion(policy, version);
  return *found;
}

Status DeleteVersion(Rows& rows, const std::string& arn, const std::string& version) {
  TARN_TRY(ManagedPolicy policy, GetOwnPolicy(rows, arn, "DeletePolicyVersion"));
  TARN_TRY(const PolicyVersion found, FindVersion(policy, version));
  if (found.number == policy.default_version) {
    return Fail(kDeleteConflict, "Cannot delete the default version of a policy.");
  }
  std::erase_if(policy.versions, [&](const PolicyVersion& v) { return v.number == found.number; });
  policy.updated = rows.now();
  rows.Put(policy);
  return Ok();
}

Status SetDefaultVersion(Rows& rows, const std::string& arn, const std::string& version) {
  TARN_TRY(ManagedPolicy policy, GetOwnPolicy(rows, arn, "SetDefaultPolicyVersion"));
  TARN_TRY(const PolicyVersion found, FindVersion(policy, version));
  policy.default_version = found.number;
  policy.updated = rows.now();
  rows.Put(policy);
  return Ok();
}

Result<UseCounts> CountUses(Rows& rows, const std::string& arn) {
  TARN_TRY(const auto uses, rows.UsesOf(arn));
  UseCounts counts;
  for (const PolicyUse& use : uses) ++(use.as_boundary ? counts.boundaries : counts.attached);
  return counts;
}

}  // namespace tarn::iam

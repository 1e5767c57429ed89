// Managed policies and their versions.
//
// Each works within the transaction of `rows`. Errors: iam/errors.h, in IAM's words.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "iam/model.h"
#include "iam/rows.h"

namespace tarn::iam {

struct NewPolicy {
  std::string name;
  std::string path = "/";
  std::string document;
  std::string description;
  Tags tags;
};
Result<ManagedPolicy> CreateManaged(Rows& rows, NewPolicy made);
// The account's own, or AWS's. Errors: kNoSuchEntity.
Result<ManagedPolicy> FindManaged(Rows& rows, const std::string& arn);
// One that may be changed: the account's own. Errors: kNoSuchEntity, kAccessDenied.
Result<ManagedPolicy> GetOwnPolicy(Rows& rows, const std::string& arn, const std::string& operation);
Status DeleteManaged(Rows& rows, const std::string& arn);

Result<PolicyVersion> CreateVersion(Rows& rows, const std::string& arn, const std::string& document, bool as_default);
// "v3" → the version of that name. Errors: kNoSuchEntity.
Result<PolicyVersion> FindVersion(const ManagedPolicy& policy, const std::string& version);
Status DeleteVersion(Rows& rows, const std::string& arn, const std::string& version);
Status SetDefaultVersion(Rows& rows, const std::string& arn, const std::string& version);

inline std::string VersionName(int64_t number) { return "v" + std::to_string(number); }

struct UseCounts {
  int attached = 0;
  int boundaries = 0;
};
Result<UseCounts> CountUses(Rows& rows, const std::string& arn);

}  // namespace tarn::iam

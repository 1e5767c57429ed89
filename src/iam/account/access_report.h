// Access reports: which services a user, a group, a role or a policy opens, and who used them last.
//
// Each works within the transaction of `rows`. What was used is what LastUsed noted: services, no single actions. A
// report tells what holds when it is read. Errors: iam/errors.h, in IAM's words.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iam/model.h"
#include "iam/rows.h"

namespace tarn::iam {

// A policy that allows something of a service, and on whom it hangs.
struct GrantingPolicy {
  std::string name;
  std::string arn;  // empty: inline
  Kind kind = Kind::kUser;
  std::string entity;  // the name of the user, group or role; empty of a managed policy asked for by itself
};

struct ServiceUse {
  std::string service;  // "s3"
  std::string name;     // "Amazon S3"
  std::optional<LastUse> last;
  std::string last_entity;  // ARN
  int64_t entities = 0;     // that used it
};

// A user or role, and when it used a service.
struct EntityUse {
  Entity entity;
  std::optional<LastUse> last;
};

// Begins a report on the ARN of a user, group, role or policy; returns its id. Errors: kNoSuchEntity.
Result<std::string> BeginAccessReport(Rows& rows, const std::string& arn, bool of_actions);
// Errors: kNoSuchEntity for an id that is none.
Result<AccessReport> FindAccessReport(Rows& rows, const std::string& id);

// The services that its policies open, in the order of their names.
Result<std::vector<ServiceUse>> ServicesOf(Rows& rows, const AccessReport& report);
// Who has the right by it, users and roles.
Result<std::vector<EntityUse>> EntitiesOf(Rows& rows, const AccessReport& report, const std::string& service);
// Of a user (with its groups'), group or role. Errors: kNoSuchEntity.
Result<std::vector<GrantingPolicy>> PoliciesGranting(Rows& rows, const std::string& arn, const std::string& service);

// Whether a policy allows an action of the service.
bool GrantsService(std::string_view document, std::string_view service);

}  // namespace tarn::iam

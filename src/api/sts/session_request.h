// What a request says about the session that it asks for: policies, tags, duration. Checked as STS does.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/sts/gen/shapes.h"
#include "base/result.h"
#include "iam/iam.h"
#include "identity/sessions.h"

namespace tarn::api::sts {

struct SessionRequest {
  std::vector<std::string> policies;  // the inline one, if any
  std::vector<std::string> policy_arns;
  std::map<std::string, std::string> tags;
  std::vector<std::string> transitive_tags;

  // Of what policies and tags may take together, in percent. Absent when there are none.
  std::optional<int32_t> PackedPercent() const;
};

// Errors: kMalformedPolicy, kValidation, kInvalidParameterValue, kPackedPolicyTooLarge.
Result<SessionRequest> ReadSessionRequest(const std::optional<std::string>& policy,
                                          const std::optional<std::vector<gen::PolicyDescriptorType>>& arns,
                                          const std::optional<std::vector<gen::Tag>>& tags,
                                          const std::optional<std::vector<std::string>>& transitive);

// Takes the session's tags and which of them are handed on. Errors: kValidation, kInvalidParameterValue,
// kPackedPolicyTooLarge.
Status TakeTags(const std::vector<gen::Tag>& tags, const std::vector<std::string>& transitive, SessionRequest& request);

// Whether the session policies that are named exist, as AWS's or of the account whose principal they limit.
// Errors: kMalformedPolicy.
Status CheckPolicyArns(const ::tarn::iam::Iam& iam, const std::string& account, const SessionRequest& request);

// Adds the tags that a session hands on through role chaining. Errors: kInvalidParameterValue for one that is given
// again.
Status InheritTags(const identity::Caller& caller, SessionRequest& request);

// How long a role's session lasts. Errors: kValidation.
Result<int64_t> RoleSeconds(const std::optional<int32_t>& asked, int64_t role_max, bool chained);

gen::Credentials ToWire(const identity::TemporaryCredentials& made);

}  // namespace tarn::api::sts

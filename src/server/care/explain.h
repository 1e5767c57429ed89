// POST /_tarn/explain?principal=ARN&action=S:A&resource=ARN[&context=K=V, one a line]: would the principal be let, and
// what decides. Answers {"allowed", "because", "policy", "statement", "sid", "kinds", "lakeFormation", "grants"} as
// JSON.
//
// The principal is a user, a role, a session's ARN, an account's root or "anonymous". The resource's own word is that
// of a bucket's policy, a key's policy or a role's trust; access lists, blocks of public access and grants of keys are
// not looked at. Of tables and objects Lake Formation is asked, too. Errors: kInvalidArgument, iam's kNoSuchEntity.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "govern/governor.h"
#include "iam/iam.h"
#include "identity/policy_authorizer.h"
#include "keys/keys.h"
#include "object/store/store.h"

namespace tarn::server {

struct ExplainRequest {
  std::string principal;
  std::string action;
  std::string resource;
  std::vector<std::pair<std::string, std::string>> context;
};

struct ExplainParts {
  const iam::Iam& iam;
  const identity::PolicyAuthorizer& authorizer;
  object::Store& objects;
  keys::Keys& keys;
  govern::Governor& governor;
  const identity::Authorizer& object_authorizer;  // `authorizer` with Lake Formation's word on objects
};

Result<std::string> ExplainAccess(const ExplainParts& parts, const ExplainRequest& request);

}  // namespace tarn::server

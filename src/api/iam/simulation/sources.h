// The policies of a simulation, with their texts: what a request brings and what a principal has.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/iam/iam_service.h"
#include "identity/policy_authorizer.h"
#include "policy/policy.h"

namespace tarn::api::iam {

struct Source {
  std::string id;  // "PolicyInputList.1", "AdministratorAccess", "user_bob_ReadOnly"
  std::string text;
  std::shared_ptr<const policy::Document> document;
};

struct Sources {
  std::vector<Source> identity;
  std::vector<Source> boundary;  // none: there is no boundary
  std::optional<Source> resource;
};

// Policies as a request gives them, named "<list>.1" and on. Errors: kInvalidInput.
Result<std::vector<Source>> SourcesOf(const std::optional<std::vector<std::string>>& texts, const std::string& list);
Result<Source> ResourceSourceOf(const std::string& text);
// Adds what the user, group or role of the ARN has: its own policies and, of a user, its groups'; its boundary. Errors:
// kNoSuchEntity, kInvalidInput for other ARNs.
Status AddPrincipal(domain::Iam& iam, const std::string& arn, Sources& sources);

}  // namespace tarn::api::iam

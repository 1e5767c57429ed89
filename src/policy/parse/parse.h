// From JSON to statements, with the checks that IAM and the services make when a policy is put.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/json.h"
#include "policy/match/statement.h"
#include "policy/parse/identity_form.h"

namespace tarn::policy {

struct Parsed {
  std::vector<Statement> statements;
  std::string normalized;
};

// Errors: kMalformed, kTooLarge.
Result<Parsed> ParsePolicy(std::string_view text, const ParseOptions& options, AnyVersion any = AnyVersion::kNo);

// The policy as AWS gives it back: its elements in AWS's order, lists of one without brackets, no spaces. `document`
// has passed the checks of form.
std::string Normalize(const json::Value& document);

// Whether each action of the statement applies to one of its resources, and its condition keys to its actions.
Status CheckApplicability(const Statement& statement, const ParseOptions& options);
// Whether an action pattern means an action that such a policy can name.
bool IsKnownAction(std::string_view pattern, const ParseOptions& options);
// Whether a resource pattern can mean what the policy is attached to.
bool IsOwnResource(std::string_view pattern, const ParseOptions& options);

}  // namespace tarn::policy

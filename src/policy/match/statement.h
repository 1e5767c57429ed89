// One statement of a policy, compiled.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/match/condition.h"
#include "policy/match/glob.h"
#include "policy/match/principals.h"
#include "policy/policy.h"

namespace tarn::policy {

// Action/NotAction or Resource/NotResource.
struct Patterns {
  bool present = false;
  bool negated = false;
  std::vector<Glob> globs;
  std::vector<std::string> texts;  // as written, in the same order

  bool Match(std::string_view text, const Request& request) const;
};

struct Statement {
  std::string sid;
  Effect effect = Effect::kNone;
  bool has_principals = false;
  Principals principals;
  Patterns actions;  // lower case
  Patterns resources;
  std::vector<Condition> conditions;

  // How the statement means the request; kNone when it does not apply. `action` is in lower case.
  Match Applies(const Request& request, std::string_view action) const;
  // Whether it grants to the public, as S3 means it.
  bool GrantsToThePublic() const;
};

}  // namespace tarn::policy

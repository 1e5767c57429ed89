// A policy document that IAM took, made ready to decide.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "policy/policy.h"

namespace tarn::iam {

// IAM takes documents whose statements it then cannot apply: a condition on no key, an action that is none. Of such a
// document every other statement counts; one that would allow allows nothing, one that would deny denies everything.
// Errors: kDamaged for what is no policy at all.
Result<std::shared_ptr<const policy::Document>> CompileIdentityPolicy(std::string_view document);

}  // namespace tarn::iam

// Whether IAM takes a policy document, in the order and the words in which it refuses one. Pure.
//
// Errors: kMalformedPolicy. What passes can be compiled (compile.h).
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "policy/policy.h"

namespace tarn::iam {

// Of users, groups and roles, inline or managed.
Status CheckIdentityPolicy(std::string_view document);
// Of a role: who may assume it. `exists` as in policy::ParseOptions.
Status CheckTrustPolicy(std::string_view document,
                        const std::function<bool(policy::PrincipalName kind, std::string_view name)>& exists);

// What quotas count: the characters that are no white space.
size_t CountedSize(std::string_view document);

}  // namespace tarn::iam

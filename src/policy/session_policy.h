// Session policies: identity policies of any version of the language, as STS takes them where IAM asks for the newest.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "policy/policy.h"

namespace tarn::policy {

// Errors: kMalformed in IAM's words, kTooLarge.
Result<std::shared_ptr<const Document>> ParseSessionPolicy(std::string_view json, size_t max_bytes);

}  // namespace tarn::policy

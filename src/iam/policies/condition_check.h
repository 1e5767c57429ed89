// What IAM looks at in a policy's conditions before it takes the policy. Internal to iam; pure.
#pragma once

#include "json/json.h"

namespace tarn::iam {

// An object of known operators, each with an object of values.
bool ConditionHasForm(const json::Value& condition);
// Whether what Date operators compare with are dates, or seconds since 1970.
bool DatesCanBeRead(const json::Value& condition);

}  // namespace tarn::iam

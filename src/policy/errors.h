// What policy refuses.
#pragma once

#include "base/result.h"

namespace tarn::policy {

// The message is AWS's own sentence for the fault.
inline constexpr Reason kMalformed{"policy.Malformed", Code::kInvalidArgument};
inline constexpr Reason kTooLarge{"policy.TooLarge", Code::kInvalidArgument};

}  // namespace tarn::policy

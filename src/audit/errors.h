// What the audit trail can refuse.
#pragma once

#include "base/result.h"

namespace tarn::audit {

// A record could not be made durable: the call that it is of must fail.
inline constexpr Reason kNotRecorded{"audit.NotRecorded", Code::kUnavailable};
inline constexpr Reason kDamaged{"audit.Damaged", Code::kDataLoss};
inline constexpr Reason kBadToken{"audit.BadToken", Code::kInvalidArgument};

}  // namespace tarn::audit

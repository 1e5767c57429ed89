// What CloudTrail's operations can answer besides success; their names on the wire stand in errors.cc.
#pragma once

#include "base/result.h"

namespace tarn::api::cloudtrail {

inline constexpr Reason kInvalidLookupAttributes{"cloudtrail.InvalidLookupAttributes", Code::kInvalidArgument};
inline constexpr Reason kInvalidTimeRange{"cloudtrail.InvalidTimeRange", Code::kInvalidArgument};
inline constexpr Reason kInvalidNextToken{"cloudtrail.InvalidNextToken", Code::kInvalidArgument};
inline constexpr Reason kInvalidEventCategory{"cloudtrail.InvalidEventCategory", Code::kInvalidArgument};

}  // namespace tarn::api::cloudtrail

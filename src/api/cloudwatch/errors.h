// What CloudWatch's operations can answer besides success.
#pragma once

#include "base/result.h"

namespace tarn::api::cloudwatch {

inline constexpr Reason kInvalidParameterValue{"cloudwatch.InvalidParameterValue", Code::kInvalidArgument};
inline constexpr Reason kInvalidParameterCombination{"cloudwatch.InvalidParameterCombination", Code::kInvalidArgument};
inline constexpr Reason kMissingParameter{"cloudwatch.MissingParameter", Code::kInvalidArgument};

}  // namespace tarn::api::cloudwatch

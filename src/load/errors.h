// Why rows are not loaded.
#pragma once

#include "base/result.h"

namespace tarn::load {

// The file does not fit the table: names, types, values.
inline constexpr Reason kMismatch{"load.Mismatch", Code::kInvalidArgument};
inline constexpr Reason kInvalidInput{"load.InvalidInput", Code::kInvalidArgument};
// The piece does not follow on what is loaded, or another load of the file is under way: ask for the state.
inline constexpr Reason kOutOfStep{"load.OutOfStep", Code::kConflict};
inline constexpr Reason kDamaged{"load.Damaged", Code::kDataLoss};

}  // namespace tarn::load

// Why a spreadsheet is not read. Messages are for whoever has the file.
#pragma once

#include "base/result.h"

namespace tarn::sheets {

inline constexpr Reason kUnreadable{"sheets.Unreadable", Code::kInvalidArgument};
inline constexpr Reason kNoSuchSheet{"sheets.NoSuchSheet", Code::kNotFound};
inline constexpr Reason kTooLarge{"sheets.TooLarge", Code::kResourceExhausted};

}  // namespace tarn::sheets

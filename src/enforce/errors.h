// Why a path is closed to a caller. Messages are the sentences that Lake Formation's clients know.
#pragma once

#include "base/result.h"

namespace tarn::enforce {

// "Insufficient Lake Formation permission(s): Required Select on orders".
inline constexpr Reason kInsufficient{"enforce.Insufficient", Code::kPermissionDenied};

}  // namespace tarn::enforce

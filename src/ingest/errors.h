// Why something is not taken in.
#pragma once

#include "base/result.h"

namespace tarn::ingest {

inline constexpr Reason kMalformedLine{"ingest.MalformedLine", Code::kInvalidArgument};
inline constexpr Reason kInvalidInput{"ingest.InvalidInput", Code::kInvalidArgument};
inline constexpr Reason kNoSuchKey{"ingest.NoSuchKey", Code::kNotFound};
// The key is not known, is expired or has been deleted: which one is not told.
inline constexpr Reason kUnknownKey{"ingest.UnknownKey", Code::kPermissionDenied};
// The key has sent what its limits allow (rates.h).
inline constexpr Reason kOverLimit{"ingest.OverLimit", Code::kResourceExhausted};
inline constexpr Reason kDamaged{"ingest.Damaged", Code::kDataLoss};

}  // namespace tarn::ingest

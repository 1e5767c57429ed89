// Why Firehose's domain refuses. Messages are the sentences that Firehose's clients know; never parsed here.
#pragma once

#include "base/result.h"

namespace tarn::delivery {

inline constexpr Reason kNotFound{"delivery.NotFound", Code::kNotFound};
inline constexpr Reason kInUse{"delivery.InUse", Code::kConflict};
inline constexpr Reason kInvalid{"delivery.Invalid", Code::kInvalidArgument};
inline constexpr Reason kLimit{"delivery.Limit", Code::kResourceExhausted};
inline constexpr Reason kMoved{"delivery.Moved", Code::kConflict};  // another version than the one that was named
inline constexpr Reason kKmsKey{"delivery.KmsKey", Code::kInvalidArgument};
inline constexpr Reason kWrongSource{"delivery.WrongSource", Code::kInvalidArgument};
inline constexpr Reason kBusy{"delivery.Busy", Code::kUnavailable};
inline constexpr Reason kDamaged{"delivery.Damaged", Code::kDataLoss};

// A record cannot be delivered as it is: it goes to the error output.
inline constexpr Reason kBadRecord{"delivery.BadRecord", Code::kInvalidArgument};
// A destination does not take what it is sent now; a retry may help.
inline constexpr Reason kRefused{"delivery.Refused", Code::kUnavailable};

}  // namespace tarn::delivery

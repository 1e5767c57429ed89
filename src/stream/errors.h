// Why streams refuse. Messages of the domain are the sentences that Kinesis's clients know; never parsed here.
#pragma once

#include "base/result.h"

namespace tarn::stream {

// The log.
inline constexpr Reason kLogFull{"stream.LogFull", Code::kResourceExhausted};  // no room on the disk: nothing changed
inline constexpr Reason kLogBusy{"stream.LogBusy", Code::kUnavailable};        // too much waits for the disk
inline constexpr Reason kLogFailed{"stream.LogFailed", Code::kOutcomeUnknown};
inline constexpr Reason kLogDamaged{"stream.LogDamaged", Code::kDataLoss};
inline constexpr Reason kLogClosed{"stream.LogClosed", Code::kUnavailable};

// Streams.
inline constexpr Reason kNotFound{"stream.NotFound", Code::kNotFound};
inline constexpr Reason kInUse{"stream.InUse", Code::kConflict};
inline constexpr Reason kInvalid{"stream.Invalid", Code::kInvalidArgument};
inline constexpr Reason kValidation{"stream.Validation", Code::kInvalidArgument};
inline constexpr Reason kLimit{"stream.Limit", Code::kResourceExhausted};
inline constexpr Reason kThrottled{"stream.Throttled", Code::kResourceExhausted};
inline constexpr Reason kExpiredIterator{"stream.ExpiredIterator", Code::kInvalidArgument};
inline constexpr Reason kDryRun{"stream.DryRun", Code::kPreconditionFailed};  // it would have succeeded
// A sequence number of a layout that Kinesis left: it has no sentence for it.
inline constexpr Reason kOldSequence{"stream.OldSequence", Code::kInternal};
inline constexpr Reason kExpiredToken{"stream.ExpiredToken", Code::kInvalidArgument};

}  // namespace tarn::stream

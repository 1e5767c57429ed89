// What the table format refuses.
//
// The reference's exceptions map so: IllegalArgument and Validation → Invalid, CommitFailed → CommitFailed.
#pragma once

#include "base/result.h"

namespace tarn::iceberg {

// A request or a document that breaks a rule of the format; retrying the same cannot help.
inline constexpr Reason kInvalid{"iceberg.Invalid", Code::kInvalidArgument};
// The table is not as the writer assumed: reload, replan, retry.
inline constexpr Reason kCommitFailed{"iceberg.CommitFailed", Code::kConflict};
// Correct, but beyond what is implemented; the message names it.
inline constexpr Reason kUnsupported{"iceberg.Unsupported", Code::kUnimplemented};
// A file (manifest, Puffin, compressed metadata) whose bytes are not what its format demands.
inline constexpr Reason kCorrupt{"iceberg.Corrupt", Code::kDataLoss};
// A file larger than the reader was allowed to hold.
inline constexpr Reason kTooLarge{"iceberg.TooLarge", Code::kResourceExhausted};

}  // namespace tarn::iceberg

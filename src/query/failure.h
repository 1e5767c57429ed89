// How a failed statement is told: the final state, StateChangeReason and the AthenaError of its Error.
//
// Threads: pure.
#pragma once

#include "base/result.h"
#include "query/store/execution.h"

namespace tarn::query {

// Sets state, state_reason and error of `execution` from why it ended.
void SetFailure(const Error& why, Execution& execution);

}  // namespace tarn::query

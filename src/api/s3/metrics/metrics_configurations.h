// Rows of the operations on which requests a bucket counts metrics of.
#pragma once

#include "api/s3/operations.h"

namespace tarn::api::s3 {

Rows MetricsRows(const Rules& rules);

}  // namespace tarn::api::s3

// Rows of the operations on which requests a bucket counts metrics of.
#pragma once

#include "api/s3/operations.h"

namespace tarn::api::s3 {

// A bucket's configurations, by id.
Result<std::vector<gen::MetricsConfiguration>> LoadMetrics(object::Store& store, const object::Bucket& bucket);

Rows MetricsRows(const Rules& rules);

}  // namespace tarn::api::s3

// The rows of this folder's features; operations.h's WebRows joins them.
#pragma once

#include "api/s3/operations.h"

namespace tarn::api::s3 {

Rows AccelerateRows(const Rules& rules);
Rows CorsRows(const Rules& rules);
Rows WebsiteRows(const Rules& rules);

}  // namespace tarn::api::s3

// What AWS accepts as a bucket's lifecycle configuration.
#pragma once

#include <vector>

#include "api/s3/gen/shapes.h"
#include "base/result.h"

namespace tarn::api::s3 {

// Checks `rules` and gives those without an id one, as AWS does. kMalformedXml, object.InvalidArgument,
// object.InvalidRequest.
Status CheckLifecycle(std::vector<gen::LifecycleRule>& rules);

}  // namespace tarn::api::s3

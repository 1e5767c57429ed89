// What AWS accepts as a bucket's lifecycle configuration.
#pragma once

#include <vector>

#include "api/protocol/call.h"
#include "api/s3/gen/shapes.h"
#include "base/result.h"

namespace tarn::api::s3 {

// Checks `rules` and gives those without an id one, as AWS does. kMalformedXml, object.InvalidArgument,
// object.InvalidRequest.
Status CheckLifecycle(const protocol::Call& call, std::vector<gen::LifecycleRule>& rules);

}  // namespace tarn::api::s3

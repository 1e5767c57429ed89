// What a copy does with its source's annotations.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace tarn::api::s3 {

// x-amz-object-annotation-directive: COPY (the default) or EXCLUDE. object.InvalidArgument.
Result<bool> CopiesAnnotations(const std::optional<std::string>& directive);

}  // namespace tarn::api::s3

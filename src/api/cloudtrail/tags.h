// Tags of trails: what may be added.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/cloudtrail/gen/shapes.h"
#include "base/result.h"

namespace tarn::api::cloudtrail {

// Errors: kInvalidTag, kTooManyTags.
Status AddTo(std::map<std::string, std::string>& tags, const std::optional<std::vector<gen::Tag>>& added);

}  // namespace tarn::api::cloudtrail

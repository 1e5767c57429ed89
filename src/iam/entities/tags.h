// Tags, which all but groups carry: keys that differ in case alone are one.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "iam/model.h"

namespace tarn::iam {

using TagList = std::vector<std::pair<std::string, std::string>>;

// Of a new resource. Errors: kInvalidInput for keys given twice and reserved ones, kValidation for too many.
Result<Tags> MakeTags(const TagList& list);
// `noun` names the quota: "TagsPerRole". Errors: as MakeTags; kLimitExceeded.
Status AddTags(Tags& tags, const TagList& added, std::string_view noun);
void RemoveTags(Tags& tags, const std::vector<std::string>& keys);

}  // namespace tarn::iam

// What Kinesis takes as tags. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tarn::api::kinesis {

struct TagPlace {
  std::string_view doing;
  std::string_view stream;
  std::string_view account;
};

// kInvalid, with Kinesis's sentences; `tags` is unchanged then.
Status AddTags(const TagPlace& place, const std::map<std::string, std::string>& added,
               std::map<std::string, std::string>& tags);
Status RemoveTags(const TagPlace& place, const std::vector<std::string>& removed,
                  std::map<std::string, std::string>& tags);

}  // namespace tarn::api::kinesis

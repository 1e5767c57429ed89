// The tags of the lake's resources, for the condition key aws:ResourceTag. Asked only when a statement needs the key.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace tarn::identity {

class ResourceTags {
 public:
  virtual ~ResourceTags() = default;
  // Of the resource with this ARN; none of one that is not there or has none. Threads: any; memory speed.
  virtual std::map<std::string, std::string> TagsOf(std::string_view arn) const = 0;
};

}  // namespace tarn::identity

#include "api/s3/web/resource_path.h"

#include <algorithm>

#include "base/strings.h"

namespace tarn::api::s3 {

Resource ResourceOf(const protocol::Call& call) {
  std::string_view path = call.raw_path();
  if (path.starts_with('/')) path.remove_prefix(1);
  const size_t slash = std::min(path.find('/'), path.size());
  const auto decoded = [](std::string_view text) { return PercentDecode(text).value_or(std::string(text)); };
  return {.bucket = decoded(path.substr(0, slash)),
          .key = slash < path.size() ? decoded(path.substr(slash + 1)) : std::string()};
}

}  // namespace tarn::api::s3

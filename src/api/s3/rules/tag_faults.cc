#include "api/s3/rules/tag_faults.h"

#include <set>
#include <string_view>

#include "object/errors.h"
#include "object/store/store.h"

namespace tarn::api::s3 {

Status CheckTagSet(const protocol::Call& call, const object::Tags& tags, size_t max, bool of_object) {
  const Status checked = object::CheckTags(tags, max);
  if (!checked.Is(object::kInvalidTag)) return checked;
  std::set<std::string_view> seen;
  for (const auto& [key, value] : tags) {
    const bool again = !seen.insert(key).second;
    if (!again && object::CheckTags({{key, value}}, 1).ok()) continue;
    call.AddErrorField("TagKey", key);
    const bool by_value = !again && object::CheckTags({{key, ""}}, 1).ok();
    if (by_value) call.AddErrorField("TagValue", value);
    if (of_object && key.starts_with("aws:")) {
      return Fail(object::kInvalidTag, "Your TagKey cannot be prefixed with aws:");
    }
    break;
  }
  return checked;
}

}  // namespace tarn::api::s3

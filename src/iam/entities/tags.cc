#include "iam/entities/tags.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "iam/errors.h"
#include "iam/quotas.h"

namespace tarn::iam {
namespace {

void Erase(Tags& tags, std::string_view key) {
  std::erase_if(tags, [&](const auto& tag) { return EqualsIgnoreCase(tag.first, key); });
}

Status CheckList(const TagList& list) {
  std::set<std::string> seen;
  for (const auto& [key, value] : list) {
    if (!seen.insert(AsciiLower(key)).second) {
      return Fail(kInvalidInput, "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
    if (AsciiLower(key).starts_with("aws:")) {
      return Fail(kInvalidInput, "System tags cannot be added/updated by requester");
    }
  }
  return Ok();
}

}  // namespace

Result<Tags> MakeTags(const TagList& list) {
  TARN_CHECK(CheckList(list));
  return Tags(list.begin(), list.end());
}

Status AddTags(Tags& tags, const TagList& added, std::string_view noun) {
  TARN_CHECK(CheckList(added));
  Tags changed = tags;
  for (const auto& [key, value] : added) {
    Erase(changed, key);
    changed[key] = value;
  }
  if (changed.size() > quota::kTags) {
    return Fail(kLimitExceeded, "Cannot exceed quota for " + std::string(noun) + ": " + std::to_string(quota::kTags));
  }
  tags = std::move(changed);
  return Ok();
}

void RemoveTags(Tags& tags, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) Erase(tags, key);
}

}  // namespace tarn::iam

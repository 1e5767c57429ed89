#include "query/store/tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/record.h"
#include "base/strings.h"
#include "kv/kv.h"
#include "query/errors.h"
#include "query/store/keys.h"

namespace tarn::query {
namespace {
constexpr uint32_t kTagKey = 1;
constexpr uint32_t kTagValue = 2;

auto FindTag(TagList& tags, std::string_view key) {
  return std::find_if(tags.begin(), tags.end(), [&](const auto& tag) { return tag.first == key; });
}
}  // namespace

Status CheckTags(const TagList& tags) {
  if (tags.size() > kTagsMax)
    return Fail(kInvalidRequest, fmt::format("A resource can have at most {} tags.", kTagsMax));
  std::set<std::string_view> seen;
  for (const auto& [key, value] : tags) {
    if (key.empty() || key.size() > 128 * 4) return Fail(kInvalidRequest, "Tag keys must have 1 to 128 characters.");
    if (value.size() > 256 * 4) return Fail(kInvalidRequest, "Tag values must have at most 256 characters.");
    if (AsciiLower(key.substr(0, 4)) == "aws:") {
      return Fail(kInvalidRequest, fmt::format("Tag keys must not begin with the reserved prefix aws: ({}).", key));
    }
    if (!seen.insert(key).second) return Fail(kInvalidRequest, fmt::format("Duplicate tag keys found: {}", key));
  }
  return Ok();
}

Result<TagList> ReadTags(kv::Txn& txn, const Scope& scope, std::string_view resource) {
  TARN_TRY(auto value, txn.Get(ScopedKey(kTagKind, scope).Text(resource).Take()));
  TagList tags;
  if (!value) return tags;
  RecordReader reader(*value);
  while (reader.Next()) {
    if (reader.tag() == kTagKey) tags.emplace_back(reader.str(), "");
    if (reader.tag() == kTagValue && !tags.empty()) tags.back().second = reader.str();
  }
  if (reader.corrupt()) return Fail(kDamaged, "the stored tags are damaged");
  return tags;
}

void WriteTags(kv::Txn& txn, const Scope& scope, std::string_view resource, const TagList& tags) {
  const std::string key = ScopedKey(kTagKind, scope).Text(resource).Take();
  if (tags.empty()) {
    txn.Delete(key);
    return;
  }
  RecordWriter writer;
  for (const auto& [name, value] : tags) writer.Str(kTagKey, name).Str(kTagValue, value);
  txn.Put(key, writer.Take());
}

Status MergeTags(TagList& into, const TagList& tags) {
  for (const auto& [key, value] : tags) {
    auto found = FindTag(into, key);
    if (found != into.end()) {
      found->second = value;
    } else {
      into.emplace_back(key, value);
    }
  }
  return CheckTags(into);
}

void RemoveTags(TagList& from, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    auto found = FindTag(from, key);
    if (found != from.end()) from.erase(found);
  }
}

}  // namespace tarn::query

#include "api/cloudtrail/tags.h"

#include <fmt/format.h>

#include <set>

#include "api/cloudtrail/cloudtrail_service.h"
#include "api/cloudtrail/errors.h"
#include "api/cloudtrail/trail_names.h"
#include "base/strings.h"

namespace tarn::api::cloudtrail {
namespace {

constexpr size_t kTagsMax = 50;

Result<audit::Trail> Tagged(const audit::Trails& trails, const protocol::Call& call, const std::string& id) {
  if (!id.starts_with("arn:aws:cloudtrail:")) return Fail(kInvalidArn, fmt::format("{} is not a valid ARN.", id));
  const auto named = audit::ParseTrailArn(id);
  if (!named) {
    return Fail(kUntaggable, fmt::format("Resource type of {} is not supported.", id));
  }
  auto trail = trails.Get(named->home, named->name);
  if (!trail.ok() || named->home.account != call.scope.account) {
    return Fail(kNoSuchResource, fmt::format("Resource not found: {}", id));
  }
  return trail;
}

}  // namespace

Status AddTo(std::map<std::string, std::string>& tags, const std::optional<std::vector<gen::Tag>>& added) {
  if (!added) return Ok();
  std::set<std::string> seen;
  for (const gen::Tag& tag : *added) {
    const std::string key = tag.key.value_or("");
    if (!seen.insert(key).second) return Fail(kInvalidTag, fmt::format("Duplicate tag key: {}", key));
    if (AsciiLower(key).starts_with("aws:")) {
      return Fail(kInvalidTag, "Tag keys that begin with aws: are reserved for system use.");
    }
    tags[key] = tag.value.value_or("");
  }
  if (tags.size() > kTagsMax) {
    return Fail(kTooManyTags, fmt::format("A resource can have at most {} tags.", kTagsMax));
  }
  return Ok();
}

Result<gen::AddTagsResponse> CloudTrailService::AddTags(const protocol::Call& call, const gen::AddTagsRequest& in) {
  TARN_TRY(const audit::Trail trail, Tagged(parts_.trails, call, *in.resource_id));
  TARN_CHECK(parts_.trails.Update(trail.home, trail.name,
                                  [&](audit::Trail& changed) { return AddTo(changed.tags, in.tags_list); }));
  return gen::AddTagsResponse{};
}

Result<gen::RemoveTagsResponse> CloudTrailService::RemoveTags(const protocol::Call& call,
                                                              const gen::RemoveTagsRequest& in) {
  TARN_TRY(const audit::Trail trail, Tagged(parts_.trails, call, *in.resource_id));
  TARN_CHECK(parts_.trails.Update(trail.home, trail.name, [&](audit::Trail& changed) -> Status {
    for (const gen::Tag& tag : *in.tags_list) {
      const auto found = changed.tags.find(tag.key.value_or(""));
      if (found != changed.tags.end() && (!tag.value || *tag.value == found->second)) changed.tags.erase(found);
    }
    return Ok();
  }));
  return gen::RemoveTagsResponse{};
}

Result<gen::ListTagsResponse> CloudTrailService::ListTags(const protocol::Call& call, const gen::ListTagsRequest& in) {
  gen::ListTagsResponse out;
  out.resource_tag_list.emplace();
  for (const std::string& id : *in.resource_id_list) {
    TARN_TRY(const audit::Trail trail, Tagged(parts_.trails, call, id));
    gen::ResourceTag& told = out.resource_tag_list->emplace_back();
    told.resource_id = id;
    told.tags_list.emplace();
    for (const auto& [key, value] : trail.tags) told.tags_list->push_back({.key = key, .value = value});
  }
  return out;
}

}  // namespace tarn::api::cloudtrail

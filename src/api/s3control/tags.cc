// Tags of buckets and access points.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string_view>
#include <utility>

#include "api/s3control/errors.h"
#include "api/s3control/s3control_service.h"
#include "base/strings.h"
#include "object/directory/names.h"
#include "object/errors.h"

namespace tarn::api::s3control {
namespace {

using TagChange = std::function<void(object::Tags&)>;

constexpr std::string_view kBucketArn = "arn:aws:s3:::";
constexpr std::string_view kDirectory = "s3express";

// What a resource's ARN names: a bucket, or the access point of a region.
struct Tagged {
  std::string bucket;
  Scope owner;
  std::string point;
};

Error InvalidArn() { return Fail(object::kInvalidRequest, "The specified resource ARN is invalid."); }

Result<Tagged> Find(const Call& call, const std::optional<std::string>& account, const std::string& arn) {
  constexpr size_t kWords = 6;
  constexpr std::string_view kBucketKind = "bucket/";
  constexpr std::string_view kPointKind = "accesspoint/";
  Tagged found{.bucket = {}, .owner = OwnerOf(call, account), .point = {}};
  const auto words = Split(arn, ':');
  const bool directory = words.size() == kWords && words[2] == kDirectory;
  if (arn.starts_with(kBucketArn)) {
    found.bucket = arn.substr(kBucketArn.size());
  } else if (directory && words[5].starts_with(kBucketKind)) {
    found.bucket = words[5].substr(kBucketKind.size());
  } else if (words.size() == kWords && (directory || words[2] == "s3") && words[5].starts_with(kPointKind)) {
    found.owner.region = words[3];
    found.point = words[5].substr(kPointKind.size());
  } else {
    return Fail(kNotImplemented, "Tags of anything but buckets and access points are not implemented.");
  }
  const bool named_so = found.point.empty() ? object::IsDirectoryBucket(found.bucket) == directory
                                            : object::IsDirectoryPoint(found.point) == directory;
  if (!named_so || found.bucket.find('/') != found.bucket.npos) return InvalidArn();
  return found;
}

Result<object::Bucket> FindBucket(const S3ControlService& service, const std::string& name) {
  auto bucket = service.store().GetBucket(name);
  if (bucket.Is(object::kNoSuchBucket)) return Fail(kNoSuchResource, "there is no such bucket");
  return bucket;
}

Result<object::Tags> TagsOf(const S3ControlService& service, const Tagged& what) {
  if (what.bucket.empty()) {
    TARN_TRY(const object::AccessPoint point, service.points().Get(what.owner, what.point));
    return point.tags;
  }
  TARN_TRY(const object::Bucket bucket, FindBucket(service, what.bucket));
  return bucket.tags.value_or(object::Tags{});
}

Status CheckTags(const std::vector<gen::Tag>& tags) {
  std::set<std::string_view> seen;
  for (const gen::Tag& tag : tags) {
    if (!tag.key || !tag.value) return Fail(kMalformedXml, "a tag has a key and a value");
    if (tag.key->starts_with("aws:")) {
      return Fail(object::kInvalidTag,
                  "User-defined tag keys can't start with \"aws:\". This prefix is reserved for system tags. Remove "
                  "\"aws:\" from your tag keys and try again.");
    }
    if (!object::CheckTags({{*tag.key, *tag.value}}, 1).ok()) {
      return Fail(object::kInvalidTag,
                  "This request contains a tag key or value that isn't valid. Valid characters include the following: "
                  "[a-zA-Z+-=._:/]. Tag keys can contain up to 128 characters. Tag values can contain up to 256 "
                  "characters.");
    }
    if (!seen.insert(*tag.key).second) {
      return Fail(object::kInvalidTag,
                  "There are duplicate tag keys in your request. Remove the duplicate tag keys and try again.");
    }
  }
  return Ok();
}

template <typename In>
Status Change(const S3ControlService& service, const Call& call, const In& in, const TagChange& change) {
  TARN_TRY(const Tagged what, Find(call, in.account_id, in.resource_arn.value_or("")));
  if (!what.bucket.empty()) return service.store().ChangeBucketTags(what.bucket, change);
  TARN_CHECK(service.points().Change(what.owner, what.point, [&](object::AccessPoint& point) -> Status {
    change(point.tags);
    return Ok();
  }));
  return Ok();
}

Result<gen::TagResourceResult> TagResource(S3ControlService& service, const Call& call,
                                           const gen::TagResourceRequest& in) {
  const std::vector<gen::Tag> wanted = in.tags.value_or(std::vector<gen::Tag>());
  TARN_CHECK(CheckTags(wanted));
  TARN_CHECK(Change(service, call, in, [&](object::Tags& tags) {
    for (const gen::Tag& tag : wanted) {
      std::erase_if(tags, [&](const auto& present) { return present.first == *tag.key; });
      tags.emplace_back(*tag.key, *tag.value);
    }
  }));
  return gen::TagResourceResult{};
}

Result<gen::UntagResourceResult> UntagResource(S3ControlService& service, const Call& call,
                                               const gen::UntagResourceRequest& in) {
  TARN_CHECK(Change(service, call, in, [&](object::Tags& tags) {
    for (const std::string& key : in.tag_keys.value_or(std::vector<std::string>())) {
      std::erase_if(tags, [&](const auto& present) { return present.first == key; });
    }
  }));
  return gen::UntagResourceResult{};
}

Result<gen::ListTagsForResourceResult> ListTags(S3ControlService& service, const Call& call,
                                                const gen::ListTagsForResourceRequest& in) {
  TARN_TRY(const Tagged what, Find(call, in.account_id, in.resource_arn.value_or("")));
  TARN_TRY(const object::Tags tags, TagsOf(service, what));
  gen::ListTagsForResourceResult out;
  auto& list = out.tags.emplace();
  for (const auto& [key, value] : tags) list.push_back({.key = key, .value = value});
  return out;
}

// A bucket's ARN tells no account: whose it is is asked of the store.
auto OfResource(const S3ControlService& service, std::string_view action) {
  return [&service, action](const Call& call, const auto& in) -> Result<std::vector<identity::Check>> {
    const std::string arn = in.resource_arn.value_or("");
    TARN_TRY(const Tagged what, Find(call, in.account_id, arn));
    if (!what.bucket.empty()) {
      TARN_TRY(const object::Bucket bucket, FindBucket(service, what.bucket));
      if (bucket.owner.account != in.account_id) return Fail(identity::kAccessDenied, "Access Denied");
    }
    const bool directory = object::IsDirectoryBucket(what.bucket) || object::IsDirectoryPoint(what.point);
    return Ask(directory ? fmt::format("{}{}", kDirectory, action.substr(action.find(':'))) : std::string(action), arn,
               in.account_id);
  };
}

}  // namespace

Rows TagRows(const S3ControlService& service) {
  using protocol::Bind;
  const auto row = [&](std::string_view action) { return OfResource(service, action); };
  return {
      Bind<&TagResource>("TagResource", "s3:TagResource", row("s3:TagResource")),
      Bind<&UntagResource>("UntagResource", "s3:UntagResource", row("s3:UntagResource")),
      Bind<&ListTags>("ListTagsForResource", "s3:ListTagsForResource", row("s3:ListTagsForResource")),
  };
}

}  // namespace tarn::api::s3control

// Tags of buckets and access points.
#include <algorithm>
#include <functional>
#include <utility>

#include "api/s3control/errors.h"
#include "api/s3control/s3control_service.h"
#include "object/errors.h"

namespace tarn::api::s3control {
namespace {

using TagChange = std::function<void(object::Tags&)>;

constexpr std::string_view kBucketArn = "arn:aws:s3:::";
constexpr std::string_view kPoint = ":accesspoint/";

// What a resource's ARN names: a bucket, or the access point of a region.
struct Tagged {
  std::string bucket;
  Scope owner;
  std::string point;
};

Result<Tagged> Find(const Call& call, const std::optional<std::string>& account, const std::string& arn) {
  if (arn.starts_with(kBucketArn)) {
    std::string bucket = arn.substr(kBucketArn.size());
    if (bucket.find('/') != bucket.npos) return Fail(object::kInvalidRequest, "The specified resource ARN is invalid.");
    return Tagged{.bucket = std::move(bucket), .owner = {}, .point = {}};
  }
  const size_t at = arn.find(kPoint);
  if (!arn.starts_with("arn:aws:s3:") || at == arn.npos) {
    return Fail(kNotImplemented, "Tags of anything but buckets and access points are not implemented.");
  }
  Tagged found{.bucket = {}, .owner = OwnerOf(call, account), .point = arn.substr(at + kPoint.size())};
  constexpr size_t kRegion = std::string_view("arn:aws:s3:").size();
  found.owner.region = arn.substr(kRegion, std::min(arn.find(':', kRegion), arn.size()) - kRegion);
  return found;
}

Result<object::Tags> TagsOf(const S3ControlService& service, const Tagged& what) {
  if (what.bucket.empty()) {
    TARN_TRY(const object::AccessPoint point, service.points().Get(what.owner, what.point));
    return point.tags;
  }
  TARN_TRY(const object::Bucket bucket, service.store().GetBucket(what.bucket));
  return bucket.tags.value_or(object::Tags{});
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
  TARN_CHECK(Change(service, call, in, [&](object::Tags& tags) {
    for (const gen::Tag& tag : in.tags.value_or(std::vector<gen::Tag>())) {
      std::erase_if(tags, [&](const auto& present) { return present.first == tag.key.value_or(""); });
      tags.emplace_back(tag.key.value_or(""), tag.value.value_or(""));
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
      TARN_TRY(const object::Bucket bucket, service.store().GetBucket(what.bucket));
      if (bucket.owner.account != in.account_id) return Fail(identity::kAccessDenied, "Access Denied");
    }
    return Ask(action, arn, in.account_id);
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

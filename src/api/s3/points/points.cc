#include "api/s3/points/points.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/protocol/shape.h"
#include "api/s3/errors.h"
#include "base/strings.h"
#include "object/directory/names.h"
#include "object/errors.h"
#include "object/points/errors.h"

namespace tarn::api::s3 {
namespace {

using identity::Caller;
using identity::Check;
using Point = std::shared_ptr<const object::AccessPoint>;

constexpr size_t kCacheMax = 10'000;
constexpr std::string_view kArn = "arn:aws:s3:";
constexpr std::string_view kKind = ":accesspoint/";

// What AWS serves through access points.
constexpr std::array<std::string_view, 36> kThroughPoints = {
    "AbortMultipartUpload",
    "CompleteMultipartUpload",
    "CopyObject",
    "CreateMultipartUpload",
    "DeleteObject",
    "DeleteObjectAnnotation",
    "DeleteObjectTagging",
    "DeleteObjects",
    "GetBucketAcl",
    "GetBucketCors",
    "GetBucketLocation",
    "GetBucketNotificationConfiguration",
    "GetBucketPolicy",
    "GetObject",
    "GetObjectAcl",
    "GetObjectAnnotation",
    "GetObjectAttributes",
    "GetObjectLegalHold",
    "GetObjectRetention",
    "GetObjectTagging",
    "HeadBucket",
    "HeadObject",
    "ListMultipartUploads",
    "ListObjectAnnotations",
    "ListObjectVersions",
    "ListObjects",
    "ListObjectsV2",
    "ListParts",
    "PutObject",
    "PutObjectAcl",
    "PutObjectAnnotation",
    "PutObjectLegalHold",
    "PutObjectRetention",
    "PutObjectTagging",
    "RestoreObject",
    "UploadPart",
};

// What AWS serves through access points but not through those of several regions.
constexpr std::array<std::string_view, 12> kNotThroughRegions = {
    "DeleteObjectAnnotation", "DeleteObjects",       "GetBucketAcl",
    "GetBucketCors",          "GetBucketLocation",   "GetBucketNotificationConfiguration",
    "GetBucketPolicy",        "GetObjectAnnotation", "ListObjectAnnotations",
    "ListObjectVersions",     "PutObjectAnnotation", "GetObjectAttributes",
};

bool WorksThroughPoints(const Call& call, const object::AccessPoint& point) {
  if (call.operation == nullptr) return true;
  const std::string_view name = call.operation->name;
  const bool of_directory = object::IsDirectoryPoint(point.name);
  if (name == "CreateSession" || name == "RenameObject") return of_directory;
  if (of_directory && name.starts_with("GetBucket")) return false;
  if (object::IsMultiRegionAlias(point.alias) &&
      std::ranges::find(kNotThroughRegions, name) != kNotThroughRegions.end()) {
    return false;
  }
  return name == "UploadPartCopy" || std::ranges::find(kThroughPoints, name) != kThroughPoints.end();
}

// The region that an access point's host names, else the endpoint's.
std::string RegionOf(const Call& call, std::string_view host) {
  constexpr std::string_view kHost = ".s3-accesspoint";
  const size_t at = host.find(kHost);
  if (at == host.npos) return call.scope.region;
  for (const std::string_view label : Split(host.substr(at + kHost.size()), '.')) {
    if (std::ranges::count(label, '-') >= 2) return std::string(label);
  }
  return call.scope.region;
}

Result<Point> Shared(Result<object::AccessPoint> found) {
  if (!found.ok()) return found.error();
  return Point(std::make_shared<const object::AccessPoint>(std::move(found).value()));
}

// The access point of several regions with that alias; none: kNoSuchAccessPoint, as of any.
Result<Point> FindRegions(object::AccessPoints& points, const Call& call, std::string_view alias) {
  const auto found = points.multi_region().FindAlias(alias);
  if (found.Is(object::kNoSuchMultiRegionPoint)) {
    return Fail(object::kNoSuchAccessPoint, "The specified accesspoint does not exist");
  }
  if (!found.ok()) return found.error();
  return Point(std::make_shared<const object::AccessPoint>(found->Through(call.scope.region)));
}

// "arn:aws:s3:<region>:<account>:accesspoint/<name>"; those of several regions leave the region out.
Result<Point> FindArn(object::AccessPoints& points, const Call& call, std::string_view arn) {
  const auto parts = Split(arn, ':');
  constexpr size_t kParts = 6;
  if (parts.size() != kParts) return Fail(object::kNoSuchAccessPoint, "The specified accesspoint does not exist");
  const std::string_view name = arn.substr(arn.find(kKind) + kKind.size());
  if (parts[3].empty()) {
    TARN_TRY(Point point, FindRegions(points, call, name));
    if (point->owner.account == parts[4]) return point;
    return Fail(object::kNoSuchAccessPoint, "The specified accesspoint does not exist");
  }
  return Shared(points.Get({.account = std::string(parts[4]), .region = std::string(parts[3])}, name));
}

// Only where the name stands in the Host; without such a point the name is a bucket's.
Result<Point> FindHost(object::AccessPoints& points, const Call& call, std::string_view label) {
  std::string_view name;
  std::string_view account;
  if (!object::SplitPointHost(label, name, account)) return Point();
  const std::string host = AsciiLower(call.Header("host").value_or(""));
  if (!host.starts_with(std::string(label) + ".")) return Point();
  auto found = Shared(points.Get({.account = std::string(account), .region = RegionOf(call, host)}, name));
  if (found.Is(object::kNoSuchAccessPoint) && host.find(".s3-accesspoint") == host.npos) return Point();
  return found;
}

Result<Point> FindAny(object::AccessPoints& points, const Call& call, std::string_view name) {
  if (object::IsAlias(name) || object::IsDirectoryPoint(name)) return Shared(points.FindAlias(name));
  if (name.starts_with(kArn) && name.find(kKind) != name.npos) return FindArn(points, call, name);
  if (object::IsMultiRegionAlias(name)) return FindRegions(points, call, name);
  return FindHost(points, call, name);
}

}  // namespace

Result<Point> FindPoint(const S3Service& service, const Call& call, std::string_view name) {
  object::AccessPoints* const points = service.parts().points;
  if (points == nullptr) return Point();
  TARN_TRY(Point point, FindAny(*points, call, name));
  if (point != nullptr && !WorksThroughPoints(call, *point)) {
    call.AddErrorField("Method", std::string(call.method()));
    call.AddErrorField("ResourceType", "ACCESSPOINT");
    return Fail(kMethodNotAllowed, "the operation does not work through access points");
  }
  return point;
}

bool SplitPointSource(std::string_view source, std::string& point_arn, std::string& key) {
  constexpr std::string_view kObject = "/object/";
  const size_t kind = source.find(kKind);
  if (!source.starts_with(kArn) || kind == source.npos) return false;
  const size_t object = source.find(kObject, kind);
  if (object == source.npos) return false;
  point_arn = source.substr(0, object);
  key = source.substr(object + kObject.size());
  return true;
}

Result<std::shared_ptr<const policy::Document>> PointPolicies::Get(const object::AccessPoint& point) {
  if (!point.policy) return std::shared_ptr<const policy::Document>();
  {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(point.alias);
    if (found != kept_.end() && found->second.revision == point.revision) return found->second.policy;
  }
  TARN_TRY(auto policy, policy::ParseBucketPolicy(*point.policy, point.arn()));
  const std::lock_guard lock(mutex_);
  if (kept_.size() >= kCacheMax) kept_.clear();
  kept_[point.alias] = {.revision = point.revision, .policy = policy};
  return policy;
}

PointGuard::PointGuard(const S3Service& service, const Call& call, const object::Bucket& bucket,
                       std::shared_ptr<const BucketAccess> access, const PublicAccessBlock& block,
                       std::shared_ptr<const policy::Document> policy, bool writes_object)
    : BucketGuard(service, call, bucket, std::move(access), block, writes_object),
      point_(bucket.point),
      policy_(std::move(policy)) {}

// Whether the scope of a directory bucket's point leaves out what the check is about. Making a session is of no object.
bool PointGuard::IsOutOfScope(const Check& check) const {
  if (!point_->scope) return false;
  const auto operation = check.context.find("s3express:operation");
  if (operation == check.context.end() || operation->second.starts_with("s3:CreateSession")) return false;
  const auto& [prefixes, permissions] = *point_->scope;
  const std::string_view permission = std::string_view(operation->second).substr(operation->second.find(':') + 1);
  if (!permissions.empty() && std::ranges::find(permissions, permission) == permissions.end()) return true;
  if (prefixes.empty()) return false;
  const auto key = check.context.find("s3express:object");
  const std::string about = key != check.context.end() ? key->second : call().Query("prefix").value_or("");
  return std::ranges::none_of(prefixes, [&](const std::string& prefix) { return about.starts_with(prefix); });
}

Result<identity::Guard::Ruling> PointGuard::Judge(const Caller& caller, const Check& check,
                                                  const policy::Context& context) const {
  using policy::Effect;
  const bool own = !caller.anonymous() && caller.account == point_->owner.account;
  if (IsOutOfScope(check)) return Ruling{.decision = {.effect = Effect::kDeny}};
  bool allowed = own;
  if (policy_) {
    const std::string key = Key(check);
    const std::string resource = key.empty() ? point_->arn() : fmt::format("{}/object/{}", point_->arn(), key);
    const policy::Decision decision = Ask(*policy_, resource, caller, check, context);
    if (decision.effect == Effect::kDeny) return Ruling{.decision = decision};
    const bool reaches = own || !point_->block.public_buckets || !policy_->IsPublic();
    allowed = allowed || (decision.effect == Effect::kAllow && reaches);
  }
  if (!allowed) return Ruling{.decision = {.effect = Effect::kDeny}};
  return BucketGuard::Judge(caller, check, context);
}

}  // namespace tarn::api::s3

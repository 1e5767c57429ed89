// Directory buckets: made, shown, listed; and what deleting in them may ask for.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/s3/directory/directory.h"
#include "api/s3/errors.h"
#include "api/s3/rules/request_rules.h"
#include "base/hash.h"

namespace tarn::api::s3 {
namespace {

constexpr int32_t kListMax = 1'000;

// What only general purpose buckets can have from their first moment.
Status CheckCreation(const Call& call, const gen::CreateBucketRequest& in) {
  const std::pair<bool, std::string_view> foreign[] = {
      {in.acl.has_value(), "x-amz-acl"},
      {in.grant_full_control.has_value(), "x-amz-grant-full-control"},
      {in.grant_read.has_value(), "x-amz-grant-read"},
      {in.grant_read_acp.has_value(), "x-amz-grant-read-acp"},
      {in.grant_write.has_value(), "x-amz-grant-write"},
      {in.grant_write_acp.has_value(), "x-amz-grant-write-acp"},
      {in.object_lock_enabled_for_bucket.value_or(false), "x-amz-bucket-object-lock-enabled"},
      {in.bucket_namespace.has_value(), "x-amz-bucket-namespace"},
      {in.object_ownership && *in.object_ownership != "BucketOwnerEnforced", "x-amz-object-ownership"},
  };
  for (const auto& [given, header] : foreign) {
    if (!given) continue;
    call.AddErrorField("Header", std::string(header));
    return Fail(kNotImplemented, "A header you provided implies functionality that is not implemented");
  }
  return Ok();
}

// The zone that the configuration names, which must be that of the bucket's name.
Status CheckPlace(const gen::CreateBucketConfiguration& wanted, std::string_view bucket) {
  const Error malformed = Fail(kMalformedXml, "a bucket of type Directory in one location is expected");
  if (wanted.location_constraint || !wanted.bucket || !wanted.location) return malformed;
  if (wanted.bucket->type.value_or("Directory") != "Directory") return malformed;
  const std::string type = wanted.location->type.value_or("");
  if (type != "AvailabilityZone" && type != "LocalZone") return malformed;
  const std::string redundancy = wanted.bucket->data_redundancy.value_or("Single" + type);
  if (redundancy != "SingleAvailabilityZone" && redundancy != "SingleLocalZone") return malformed;
  if (redundancy != "Single" + type) {
    return Fail(object::kInvalidRequest,
                fmt::format("{} is not the data redundancy of the location type {}.", redundancy, type));
  }
  const auto zone = object::ZoneOf(bucket);
  if (!zone || wanted.location->name != *zone || object::IsLocalZone(*zone) != (type == "LocalZone")) {
    return Fail(object::kInvalidBucketName, "The specified bucket is not valid.");
  }
  return Ok();
}

gen::Bucket Row(const object::Bucket& bucket) {
  gen::Bucket row{.name = bucket.name, .creation_date = WholeSeconds(bucket.created)};
  row.bucket_region = bucket.owner.region;
  row.bucket_arn = object::DirectoryArn(bucket.owner, bucket.name);
  return row;
}

Result<gen::ListDirectoryBucketsOutput> ListDirectoryBuckets(S3Service& service, const Call& call,
                                                             const gen::ListDirectoryBucketsRequest& in) {
  const int32_t max = in.max_directory_buckets.value_or(kListMax);
  if (max < 0 || max > kListMax) {
    return BadArgument(call, "max-directory-buckets", std::to_string(max),
                       "Argument max-directory-buckets must be an integer between 0 and 1000.");
  }
  object::BucketQuery query{.prefix = {}, .region = call.scope.region, .start_after = {}, .max = kListMax};
  if (in.continuation_token) {
    auto token = Unbase64(*in.continuation_token);
    if (!token) return Fail(object::kInvalidArgument, "The continuation token provided is incorrect");
    query.start_after = *std::move(token);
  }
  gen::ListDirectoryBucketsOutput out;
  out.buckets.emplace();
  for (bool more = max > 0; more;) {
    TARN_TRY(const object::BucketPage page, service.store().ListBuckets(call.scope.account, query));
    more = page.truncated;
    for (const object::Bucket& bucket : page.buckets) {
      query.start_after = bucket.name;
      if (!IsDirectory(bucket)) continue;
      if (static_cast<int32_t>(out.buckets->size()) == max) {
        out.continuation_token = Base64(*out.buckets->back().name);
        return out;
      }
      out.buckets->push_back(Row(bucket));
    }
  }
  return out;
}

}  // namespace

Result<gen::CreateBucketOutput> CreateDirectoryBucket(S3Service& service, const Call& call,
                                                      const gen::CreateBucketRequest& in) {
  const std::string name = in.bucket.value_or("");
  if (!object::IsDirectoryBucket(name)) {
    return Fail(object::kInvalidBucketName, "The specified bucket is not valid.");
  }
  TARN_CHECK(CheckCreation(call, in));
  if (!in.create_bucket_configuration) return Fail(kMalformedXml, "a CreateBucketConfiguration is expected");
  TARN_CHECK(CheckPlace(*in.create_bucket_configuration, name));
  object::NewBucket options;
  const auto& tags = in.create_bucket_configuration->tags;
  if (tags && !tags->empty()) options.tags = ToTags(*tags);
  TARN_TRY(const object::Bucket made,
           service.store().CreateBucket({.account = call.scope.account, .region = call.scope.region}, name, options));
  return gen::CreateBucketOutput{.location = fmt::format("{}/{}", call.endpoint, name),
                                 .bucket_arn = object::DirectoryArn(made.owner, name)};
}

Result<gen::HeadBucketOutput> HeadDirectoryBucket(const object::Bucket& bucket) {
  const std::string zone = object::ZoneOf(bucket.name).value_or("");
  gen::HeadBucketOutput out;
  out.bucket_arn = object::DirectoryArn(bucket.owner, bucket.name);
  out.bucket_location_type = object::IsLocalZone(zone) ? "LocalZone" : "AvailabilityZone";
  out.bucket_location_name = zone;
  out.bucket_region = bucket.owner.region;
  out.access_point_alias = bucket.point != nullptr;
  return out;
}

Status CheckNoUploads(S3Service& service, const object::Bucket& bucket) {
  TARN_TRY(const object::UploadPage page, service.store().ListUploads(bucket, {.max = 1}));
  if (page.uploads.empty()) return Ok();
  return Fail(object::kBucketNotEmpty, "The bucket you tried to delete is not empty");
}

Status CheckDeletion(S3Service& service, const object::Bucket& bucket, const std::optional<Timestamp>& modified,
                     const std::optional<int64_t>& size, object::Deletion& deletion) {
  if (!modified && !size) return Ok();
  TARN_TRY(const object::Version present, service.store().Find(bucket, deletion.key, "", /*with_content=*/false));
  if ((modified && modified->seconds() != present.modified.seconds()) ||
      (size && static_cast<uint64_t>(*size) != present.size)) {
    return Fail(object::kPreconditionFailed, "At least one of the pre-conditions you specified did not hold");
  }
  deletion.if_only = object::OnlyIf{.modified = present.modified};
  return Ok();
}

// sessions.cc, rename.cc
Rows SessionRows(const Rules& rules);
Rows RenameRows(const Rules& rules);

Rows DirectoryRows(const Rules& rules) {
  Rows rows{protocol::Bind<&ListDirectoryBuckets>("ListDirectoryBuckets", "s3express:ListAllMyDirectoryBuckets",
                                                  protocol::AnyResource)};
  for (Rows more : {SessionRows(rules), RenameRows(rules)}) {
    rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  return rows;
}

}  // namespace tarn::api::s3

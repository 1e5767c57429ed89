// Making, finding and removing buckets.
#include <fmt/format.h>

#include <algorithm>

#include "api/s3/access/ownership.h"
#include "api/s3/directory/directory.h"
#include "api/s3/errors.h"
#include "api/s3/metrics/request_counter.h"
#include "api/s3/points/points.h"
#include "api/s3/rules/request_rules.h"
#include "api/s3/rules/tag_faults.h"
#include "api/s3/s3_service.h"
#include "base/hash.h"

namespace tarn::api::s3 {
namespace {

constexpr std::string_view kHomeRegion = "us-east-1";  // the one that a location constraint cannot name
constexpr int32_t kMaxBuckets = 10'000;
// What eu-west-1 was once called: a bucket made so tells so.
constexpr std::string_view kOldEurope = "EU";
constexpr std::string_view kLocationDocument = "location";

// "eu-west-1", "us-gov-west-1", "cn-north-1": words joined by dashes, a number last.
bool LooksLikeRegion(std::string_view name) {
  const size_t last = name.rfind('-');
  if (last == name.npos || last == 0 || last + 1 == name.size()) return false;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto word = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
  return std::all_of(name.begin() + static_cast<ptrdiff_t>(last) + 1, name.end(), digit) &&
         std::all_of(name.begin(), name.begin() + static_cast<ptrdiff_t>(last), word) &&
         std::count(name.begin(), name.end(), '-') >= 2;
}

// Of the commercial partition, as of 2026. A lake has whatever Regions its clients name; these are Regions without a
// bucket in them, too.
bool IsAwsRegion(std::string_view name) {
  constexpr std::string_view kRegions[] = {
      "af-south-1",     "ap-east-1",      "ap-east-2",      "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
      "ap-south-1",     "ap-south-2",     "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
      "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1",   "ca-west-1",      "eu-central-1",
      "eu-central-2",   "eu-north-1",     "eu-south-1",     "eu-south-2",     "eu-west-1",      "eu-west-2",
      "eu-west-3",      "il-central-1",   "me-central-1",   "me-south-1",     "mx-central-1",   "sa-east-1",
      "us-east-1",      "us-east-2",      "us-west-1",      "us-west-2"};
  return std::ranges::find(kRegions, name) != std::end(kRegions);
}

// The region that the new bucket shall have, from the endpoint's and the constraint.
Result<std::string> ChooseRegion(const std::string& endpoint, const std::string& constraint) {
  const std::string region = constraint == kOldEurope ? "eu-west-1" : constraint;
  if (region.empty() && endpoint == kHomeRegion) return endpoint;
  if (endpoint != kHomeRegion && endpoint != region) {
    return Fail(kIllegalLocation, fmt::format("The {} location constraint is incompatible for the region specific "
                                              "endpoint this request was sent to.",
                                              constraint.empty() ? "unspecified" : constraint));
  }
  const bool names_home = region == kHomeRegion && endpoint == kHomeRegion;
  if (names_home || (!LooksLikeRegion(region) && region != endpoint)) {
    return Fail(kInvalidLocation, "The specified location-constraint is not valid");
  }
  return region;
}

// "…-<12 digits>-<region>-an": a name of some account's own namespace in a region.
bool IsOfANamespace(std::string_view bucket) {
  constexpr std::string_view kSuffix = "-an";
  constexpr size_t kAccountDigits = 12;
  if (!bucket.ends_with(kSuffix)) return false;
  bucket.remove_suffix(kSuffix.size());
  for (size_t dash = bucket.find('-'); dash != bucket.npos; dash = bucket.find('-', dash + 1)) {
    const std::string_view account = bucket.substr(dash + 1, kAccountDigits);
    const std::string_view rest = bucket.substr(std::min(dash + 1 + kAccountDigits, bucket.size()));
    const bool digits = std::ranges::all_of(account, [](char c) { return c >= '0' && c <= '9'; });
    if (account.size() == kAccountDigits && digits && rest.starts_with('-') && LooksLikeRegion(rest.substr(1))) {
      return true;
    }
  }
  return false;
}

// Names of an account's own namespace are made by that account alone, which says so.
// Defined by https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html
Status CheckNamespace(const Call& call, const std::optional<std::string>& wanted, std::string_view name,
                      std::string_view region) {
  constexpr std::string_view kHeader = "x-amz-bucket-namespace";
  if (wanted && *wanted != "global" && *wanted != "account-regional") {
    call.AddErrorField("ArgumentName", std::string(kHeader));
    call.AddErrorField("ArgumentValue", *wanted);
    return Fail(object::kInvalidArgument, "The bucket namespace is global or account-regional.");
  }
  const bool asked = wanted == "account-regional";
  const std::string suffix = fmt::format("-{}-{}-an", call.scope.account, region);
  if (asked && (!name.ends_with(suffix) || name.size() == suffix.size())) {
    call.AddErrorField("Header", std::string(kHeader));
    return Fail(
        kInvalidNamespaceHeader,
        fmt::format("The {} header is account-regional, but the bucket's name does not end with {}, as the names "
                    "of this account's namespace in the Region do.",
                    kHeader, suffix));
  }
  if (!asked && IsOfANamespace(name)) {
    call.AddErrorField("Header", std::string(kHeader));
    return Fail(
        kMissingNamespaceHeader,
        "The requested bucket is an account-regional namespace bucket, but your request is missing the required "
        "x-amz-bucket-namespace header.");
  }
  return Ok();
}

Error NotARegion(const Call& call, const std::string& name) {
  call.AddErrorField("ArgumentName", "bucket-region");
  return Fail(object::kInvalidArgument, fmt::format("Argument value {} is not a valid AWS Region", name));
}

bool IsAccountId(std::string_view text) {
  constexpr size_t kDigits = 12;
  return text.size() == kDigits && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// The tags that a bucket is made with have words of their own for system tags.
Status CheckNewBucketsTags(const Call& call, const object::Tags& tags) {
  for (const auto& [key, value] : tags) {
    if (!key.starts_with("aws:")) continue;
    return Fail(object::kInvalidTag,
                "User-defined tag keys can't start with \"aws:\". This prefix is reserved for system tags. Remove "
                "\"aws:\" from your tag keys and try again.");
  }
  return CheckTagSet(call, tags, kBucketTagsMax, /*of_object=*/false);
}

// S3 Tables keeps each table's files in such a bucket: made, shown and removed with its table alone.
bool IsOfATable(std::string_view bucket) { return bucket.ends_with("--table-s3"); }

}  // namespace

Result<object::Bucket> S3Service::FindBucket(const Call& call, const std::optional<std::string>& name,
                                             const std::optional<std::string>& expected_owner) const {
  TARN_TRY(auto point, FindPoint(*this, call, name.value_or("")));
  auto bucket = store_.GetBucket(point ? point->bucket : name.value_or(""));
  if (bucket.ok()) bucket->point = std::move(point);
  if (!bucket.ok()) {
    if (bucket.Is(object::kNoSuchBucket)) call.AddErrorField("BucketName", name.value_or(""));
    return bucket;
  }
  if (expected_owner && !IsAccountId(*expected_owner)) {
    return Fail(kInvalidExpectedOwner,
                fmt::format("The value of the expected bucket owner parameter must be an AWS Account ID... [{}]",
                            *expected_owner));
  }
  if (expected_owner && *expected_owner != bucket->owner.account) {
    return Fail(object::kAccessDenied, "the bucket is not owned by the expected account");
  }
  if (IsDirectory(*bucket)) TARN_CHECK(CheckDirectoryRequest(call, *bucket));
  return bucket;
}

Result<gen::CreateBucketOutput> S3Service::CreateBucket(const Call& call, const gen::CreateBucketRequest& in) {
  const std::string name = in.bucket.value_or("");
  const auto& wanted = in.create_bucket_configuration;
  const bool directory = object::IsDirectoryBucket(name) || (wanted && (wanted->location || wanted->bucket));
  if (directory || IsOfATable(name) || !object::CheckBucketName(name).ok()) call.AddErrorField("BucketName", name);
  TARN_CHECK(object::CheckBucketName(name));
  if (IsOfATable(name)) return Fail(object::kInvalidBucketName, "The specified bucket is not valid.");
  if (directory) return CreateDirectoryBucket(*this, call, in);
  std::string constraint;
  object::NewBucket options;
  options.object_lock = in.object_lock_enabled_for_bucket.value_or(false);
  TARN_CHECK(SetBucketAccess(*this, call, in, options));
  if (const auto& configuration = in.create_bucket_configuration) {
    constraint = configuration->location_constraint.value_or("");
    if (configuration->tags && !configuration->tags->empty()) {
      options.tags = ToTags(*configuration->tags);
      TARN_CHECK(CheckNewBucketsTags(call, *options.tags));
    }
  }
  const auto chosen = ChooseRegion(call.scope.region, constraint);
  if (!chosen.ok()) {
    if (chosen.Is(kInvalidLocation)) call.AddErrorField("LocationConstraint", constraint);
    return chosen.error();
  }
  const std::string& region = *chosen;
  if (constraint == kOldEurope) options.documents.emplace_back(kLocationDocument, kOldEurope);
  call.AddErrorField("BucketName", name);
  TARN_CHECK(CheckNamespace(call, in.bucket_namespace, name, region));
  auto created = store_.CreateBucket({.account = call.scope.account, .region = region}, name, options);
  if (!created.ok()) {
    // In the home region, making one's own bucket again succeeds.
    const auto present = created.Is(object::kBucketOwnedByYou) && region == kHomeRegion
                             ? store_.GetBucket(name)
                             : Result<object::Bucket>(created.error());
    if (!present.ok() || present->owner.region != kHomeRegion || options.tags) return created.error();
    // AWS would reset the access list.
    TARN_TRY(const bool same, AsksForSameAccess(*this, call, in, *present));
    if (!same) return Fail(object::kBucketExists, "The requested bucket name is taken, with another access list.");
  }
  return gen::CreateBucketOutput{
      .location = region == kHomeRegion ? "/" + name : fmt::format("{}/{}", call.endpoint, name),
      .bucket_arn = fmt::format("arn:aws:s3:::{}", name)};
}

Result<gen::DeleteBucketResponse> S3Service::DeleteBucket(const Call& call, const gen::DeleteBucketRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  call.AddErrorField("BucketName", bucket.name);
  if (IsOfATable(bucket.name)) return Fail(object::kAccessDenied, "Access Denied");
  if (IsDirectory(bucket)) TARN_CHECK(CheckNoUploads(*this, bucket));
  TARN_CHECK(store_.DeleteBucket(bucket.name));
  if (parts_.request_counter != nullptr) parts_.request_counter->Forget();
  return gen::DeleteBucketResponse{};
}

Result<gen::HeadBucketOutput> S3Service::HeadBucket(const Call& call, const gen::HeadBucketRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  call.AddHeader("Content-Type", "application/xml");
  if (IsDirectory(bucket)) return HeadDirectoryBucket(bucket);
  gen::HeadBucketOutput out;
  out.bucket_region = bucket.owner.region;
  out.bucket_arn = fmt::format("arn:aws:s3:::{}", bucket.name);
  out.access_point_alias = bucket.point != nullptr;
  return out;
}

Result<gen::ListBucketsOutput> S3Service::ListBuckets(const Call& call, const gen::ListBucketsRequest& in) {
  const int32_t max = in.max_buckets.value_or(kMaxBuckets);
  if (max < 1 || max > kMaxBuckets) {
    return Fail(object::kInvalidArgument, "Argument max-buckets must be an integer between 1 and 10000.");
  }
  if (in.bucket_region && !LooksLikeRegion(*in.bucket_region)) return NotARegion(call, *in.bucket_region);
  object::BucketQuery query{.prefix = in.prefix.value_or(""),
                            .region = in.bucket_region.value_or(""),
                            .start_after = {},
                            .max = static_cast<uint32_t>(max)};
  if (in.continuation_token) {
    auto token = Unbase64(*in.continuation_token);
    if (!token) return Fail(object::kInvalidArgument, "The continuation token provided is incorrect");
    query.start_after = *std::move(token);
  }
  TARN_TRY(const object::BucketPage page, store_.ListBuckets(call.scope.account, query));
  if (page.buckets.empty() && in.bucket_region && !IsAwsRegion(*in.bucket_region)) {
    return NotARegion(call, *in.bucket_region);
  }
  gen::ListBucketsOutput out;
  out.owner = access().accounts.Owner(call.scope.account);
  out.prefix = in.prefix;
  out.buckets.emplace();
  const bool tell_region = in.max_buckets || in.continuation_token || in.prefix || in.bucket_region;
  for (const object::Bucket& bucket : page.buckets) {
    if (IsOfATable(bucket.name) || IsDirectory(bucket)) continue;
    gen::Bucket entry{.name = bucket.name, .creation_date = WholeSeconds(bucket.created)};
    entry.bucket_arn = fmt::format("arn:aws:s3:::{}", bucket.name);
    if (tell_region) entry.bucket_region = bucket.owner.region;
    out.buckets->push_back(std::move(entry));
  }
  if (page.truncated) out.continuation_token = Base64(page.buckets.back().name);
  return out;
}

Task<Result<Streamed<gen::GetBucketLocationOutput>>> S3Service::GetBucketLocation(
    const Call& call, const gen::GetBucketLocationRequest& in, RequestBody&) {
  TARN_CO_TRY(const object::Bucket bucket, BucketOf(call, in));
  // The model's shape says otherwise: the region is the root element's own text, and the home region is empty.
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  xml += "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
  const std::string_view told = bucket.Has(kLocationDocument) ? kOldEurope : std::string_view(bucket.owner.region);
  xml += told == kHomeRegion ? "/>" : fmt::format(">{}</LocationConstraint>", told);
  call.AddHeader("Content-Type", "application/xml");
  Streamed<gen::GetBucketLocationOutput> answer;
  answer.content_length = xml.size();
  answer.body = [xml = std::move(xml)](BodySink& sink) -> Task<Status> {
    co_return co_await sink.Write(std::as_bytes(std::span(xml)));
  };
  co_return answer;
}

}  // namespace tarn::api::s3

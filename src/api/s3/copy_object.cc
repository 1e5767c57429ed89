// CopyObject and UploadPartCopy: the new object or part shares its source's bytes.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/s3/access/access.h"
#include "api/s3/annotations/annotations.h"
#include "api/s3/directory/directory.h"
#include "api/s3/encryption/encryption.h"
#include "api/s3/lifecycle/storage_headers.h"
#include "api/s3/lock/lock_headers.h"
#include "api/s3/operations.h"
#include "api/s3/points/points.h"
#include "api/s3/rules/checksums.h"
#include "api/s3/rules/conditions.h"
#include "api/s3/rules/request_rules.h"
#include "api/s3/s3_service.h"
#include "base/strings.h"

namespace tarn::api::s3 {
namespace {

// A copy of an object links all its extents; a part keeps few, so that completing many parts stays one transaction.
constexpr size_t kCopyExtentsMax = 10'000;
constexpr size_t kPartExtentsMax = 4;
constexpr int kStaleRetries = 3;  // the source was replaced between finding and linking it

struct CopySource {
  std::string bucket;
  std::string key;
  std::string version_id;
};

// "/bucket/key?versionId=…", percent-encoded, as a form's: a "+" is a space. The first slash may be missing.
Result<CopySource> ParseCopySource(const Call& call, const std::optional<std::string>& header) {
  const auto malformed = [&](std::string message) {
    return BadArgument(call, "x-amz-copy-source", header.value_or(""), std::move(message));
  };
  if (!header) return malformed("Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
  std::string_view text = *header;
  CopySource source;
  constexpr std::string_view kVersion = "?versionId=";
  if (const size_t query = text.rfind(kVersion); query != text.npos) {
    auto version = PercentDecode(text.substr(query + kVersion.size()));
    if (!version) return malformed("Invalid copy source encoding");
    source.version_id = *std::move(version);
    text = text.substr(0, query);
  }
  // A whole URL in path style names its object, too, wherever its host would lead.
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme)) continue;
    text.remove_prefix(scheme.size());
    text.remove_prefix(std::min(text.find('/'), text.size()));
  }
  auto path = PercentDecode(text, /*plus_is_space=*/true);
  if (!path || !IsValidUtf8(*path)) return malformed("Invalid copy source encoding");
  if (path->starts_with('/')) path->erase(0, 1);
  if (SplitPointSource(*path, source.bucket, source.key)) return source;
  const size_t slash = path->find('/');
  source.bucket = path->substr(0, slash);
  const bool names_point = object::IsAlias(source.bucket) || object::IsDirectoryPoint(source.bucket);
  if (!names_point && !object::CheckBucketName(source.bucket).ok()) {
    return malformed("Invalid copy source bucket name");
  }
  if (slash == path->npos || slash + 1 == path->size()) {
    // S3 tells the header's name as its value.
    return BadArgument(call, "x-amz-copy-source", "x-amz-copy-source", "Invalid copy source object key");
  }
  source.key = path->substr(slash + 1);
  return source;
}

template <typename In>
Status JudgeSource(const Call& call, const In& in, const object::Version& source) {
  const Judged judged = Judge({.if_match = in.copy_source_if_match,
                               .if_none_match = in.copy_source_if_none_match,
                               .if_modified_since = in.copy_source_if_modified_since,
                               .if_unmodified_since = in.copy_source_if_unmodified_since},
                              source, call.now);
  if (judged.verdict == ReadVerdict::kProceed) return Ok();
  call.AddErrorField("Condition", fmt::format("x-amz-copy-source-{}", judged.header));
  return Fail(object::kPreconditionFailed, "At least one of the pre-conditions you specified did not hold");
}

// COPY or REPLACE; the default is COPY.
Result<bool> Replaces(const Call& call, const std::optional<std::string>& directive, std::string_view what) {
  if (!directive || *directive == "COPY") return false;
  if (*directive == "REPLACE") return true;
  return BadArgument(call, fmt::format("x-amz-{}-directive", what), *directive,
                     fmt::format("Unknown {} directive.", what));
}

// If-Match takes an ETag alone, If-None-Match an asterisk.
Error RefusedValue(const Call& call, std::string_view header) {
  call.AddErrorField("Header", std::string(header));
  call.AddErrorField("additionalMessage",
                     fmt::format("We don't accept the provided value of {} header for this API", header));
  return Fail(kNotImplemented, "A header you provided implies functionality that is not implemented");
}

// What the new object carries besides its bytes.
Result<object::NewObject> NewObjectOf(const Call& call, const gen::CopyObjectRequest& in,
                                      const object::Version& source) {
  object::NewObject object;
  const bool new_headers = in.metadata_directive == "REPLACE";
  const bool new_tags = in.tagging_directive == "REPLACE";
  if (new_headers) {
    TARN_TRY(object.headers, HeadersOf(call, in));
  } else {
    object.headers = source.headers;
    object.headers.website_redirect = in.website_redirect_location.value_or("");
    TARN_CHECK(CheckRedirectLocation(in.website_redirect_location));
  }
  object.tags = source.tags;
  if (new_tags) {
    TARN_TRY(object.tags, TaggingOf(call, in.tagging));
  }
  TARN_TRY(object.condition, ConditionOf(call, in.if_match, in.if_none_match));
  if (object.condition.if_match == "*") return RefusedValue(call, "If-Match");
  if (object.condition.if_none_match) return RefusedValue(call, "If-None-Match");
  return object;
}

// What can be said of a copy before its source is looked at.
Status CheckCopy(const Call& call, const gen::CopyObjectRequest& in) {
  TARN_CHECK(Replaces(call, in.metadata_directive, "metadata"));
  TARN_CHECK(Replaces(call, in.tagging_directive, "tagging"));
  if (const auto kept = UserMetadataOf(call, in.metadata); !kept.ok()) return kept.error();
  if (in.checksum_algorithm) {
    TARN_CHECK(ParseAlgorithm(*in.checksum_algorithm));
  }
  return CheckKeyLength(call, in.key.value_or(""));
}

// Copying an object onto itself must change something. To be encrypted as the bucket says is a change where the bucket
// was told how, or the object is not under the lake's own key.
Status CheckChange(const gen::CopyObjectRequest& in, const CopySource& named, const object::Bucket& bucket,
                   const object::Version& source) {
  const bool same = named.bucket == in.bucket && named.key == in.key && named.version_id.empty();
  if (source.attributes.encryption.kind != object::EncryptionKind::kS3) return Ok();
  if (bucket.Has(object::DefaultEncryption::kDocument)) return Ok();
  const bool changes = (in.metadata_directive && *in.metadata_directive == "REPLACE") ||
                       (in.tagging_directive && *in.tagging_directive == "REPLACE") || in.storage_class ||
                       in.website_redirect_location || in.server_side_encryption || in.sse_customer_algorithm ||
                       in.checksum_algorithm;
  if (same && !changes) return Fail(kCopyOntoItself, "the copy would change nothing");
  return Ok();
}

// The checksum that a copy carries: the one asked for, else the source's algorithm.
Result<object::ChecksumAlgorithm> CopyAlgorithm(const std::optional<std::string>& asked,
                                                const object::Version& source) {
  if (!asked) {
    return source.checksum.algorithm == object::ChecksumAlgorithm::kNone ? object::ChecksumAlgorithm::kCrc64Nvme
                                                                         : source.checksum.algorithm;
  }
  return ParseAlgorithm(*asked);
}

// "bytes=first-last", both told and inside the source.
Result<ByteRange> ParseCopyRange(const Call& call, const std::string& header, uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  const std::string_view text = header;
  const size_t dash = text.find('-');
  const bool shaped = text.starts_with(kUnit) && dash != text.npos;
  const auto first = shaped ? ParseU64(text.substr(kUnit.size(), dash - kUnit.size())) : std::nullopt;
  const auto last = shaped ? ParseU64(text.substr(dash + 1)) : std::nullopt;
  if (!first || !last || *first > *last) {
    return BadArgument(call, "x-amz-copy-source-range", header,
                       "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last "
                       "are the zero-based offsets of the first and last bytes to copy");
  }
  if (*first >= size) {
    return Fail(object::kInvalidRequest, "The specified copy range is invalid for the source object size");
  }
  if (*last >= size) {
    return BadArgument(call, "x-amz-copy-source-range", header,
                       fmt::format("Range specified is not valid for source object of size: {}", size));
  }
  return ByteRange{.offset = *first, .length = *last - *first + 1};
}

}  // namespace

Result<identity::Check> S3Service::SourceCheck(const Call& call, const std::optional<std::string>& header) const {
  TARN_TRY(const CopySource source, ParseCopySource(call, header));
  auto found = FindBucket(call, source.bucket);
  if (found.Is(object::kNoSuchBucket) && call.caller.anonymous()) {
    return Fail(object::kAccessDenied, "strangers do not learn which buckets exist");
  }
  TARN_TRY(const object::Bucket bucket, std::move(found));
  return MakeCheck(*this, call, bucket,
                   {.action = source.version_id.empty() ? "s3:GetObject" : "s3:GetObjectVersion",
                    .key = source.key,
                    .version_id = source.version_id});
}

Result<std::vector<identity::Check>> S3Service::CopyRule(const Call& call, const gen::CopyObjectRequest& in) {
  TARN_TRY(auto checks, BucketChecks(call, "s3:PutObject", in.bucket, in.key));
  AskForWritten(WrittenOf(call, in), checks);
  TARN_TRY(auto source, SourceCheck(call, in.copy_source));
  checks.push_back(std::move(source));
  return checks;
}

Result<std::vector<identity::Check>> S3Service::PartCopyRule(const Call& call, const gen::UploadPartCopyRequest& in) {
  TARN_TRY(auto checks, BucketChecks(call, "s3:PutObject", in.bucket, in.key));
  TARN_CHECK(CheckPartNumber(call, in.part_number.value_or(0)));
  TARN_TRY(auto source, SourceCheck(call, in.copy_source));
  checks.push_back(std::move(source));
  return checks;
}

namespace {

// Finds a copy's source; a delete marker named by its version is a bad request here.
Result<object::Version> FindSource(const Call& call, const S3Service& service, const object::Bucket& bucket,
                                   const CopySource& source) {
  auto version = service.store().Find(bucket, source.key, source.version_id, /*with_content=*/true);
  if (!version.ok()) {
    call.AddErrorField("Key", source.key);
    return Missing(service, call, bucket, source.key, version.error());
  }
  if (!version->is_delete_marker) return version;
  if (source.version_id.empty()) {
    call.AddErrorField("Key", source.key);
    return Missing(service, call, bucket, source.key, Fail(object::kNoSuchKey, "The specified key does not exist."));
  }
  return Fail(object::kInvalidRequest,
              "The source of a copy request may not specifically refer to a delete marker by version id.");
}

}  // namespace

Task<Result<Streamed<gen::CopyObjectOutput>>> S3Service::CopyObject(const Call& call, const gen::CopyObjectRequest& in,
                                                                    RequestBody&) {
  TARN_CO_TRY(const object::Bucket bucket, BucketOf(call, in));
  TARN_CO_TRY(const CopySource named, ParseCopySource(call, in.copy_source));
  TARN_CO_TRY(const object::Bucket from, FindBucket(call, named.bucket, in.expected_source_bucket_owner));
  TARN_CO_TRY(const object::EncryptionChoice choice, ChoiceOf(call, in));
  TARN_CO_CHECK(CheckCopy(call, in));
  TARN_CO_TRY(const bool with_annotations, CopiesAnnotations(in.annotation_directive));
  const std::string key = in.key.value_or("");
  for (int attempt = 1;; ++attempt) {
    TARN_CO_TRY(const object::Version source, FindSource(call, *this, from, named));
    TARN_CO_CHECK(CheckChange(in, named, bucket, source));
    TARN_CO_CHECK(Unlock(store_, call, from, source, CopySourceHeadersOf(in)));
    TARN_CO_CHECK(JudgeSource(call, in, source));
    TARN_CO_CHECK(CheckCopyable(*this, call, source));
    store_.reads().Note(source, store_.clock().Now());
    if (source.size > object::kPutBytesMax) {
      co_return Fail(object::kInvalidRequest,
                     "The specified copy source is larger than the maximum allowable size for "
                     "a copy source: 5368709120");
    }
    TARN_CO_TRY(object::NewObject object, NewObjectOf(call, in, source));
    if (IsDirectory(bucket) && !object.tags.empty()) {
      co_return Fail(kNotImplemented, "Directory buckets do not support the tags of the source.");
    }
    const object::WriteCondition condition = object.condition;
    TARN_CO_TRY(object.attributes.lock, LockOf(call, bucket, in));
    TARN_CO_TRY(object.attributes.storage_class, StorageClassOf(call, bucket, in.storage_class));
    object.origin = OriginOf(call, bucket, "Copy");
    TARN_CO_CHECK(SetAccess(*this, call, bucket, in, object.attributes));
    TARN_CO_TRY(const object::ChecksumAlgorithm algorithm, CopyAlgorithm(in.checksum_algorithm, source));
    TARN_CO_TRY(const object::Sealing sealing, co_await SealCopy(store_, call, bucket, key, choice, source));
    object.attributes.encryption = sealing.encryption;
    // Named: g++ 12 destroys an aggregate that is made inside of a co_await twice.
    object::Store::CopyOptions options{.algorithm = algorithm,
                                       .extents_max = kCopyExtentsMax,
                                       .sealing = sealing,
                                       .storage_class = object.attributes.storage_class};
    TARN_CO_TRY(object::Content content, co_await store_.Share(source, 0, source.size, std::move(options)));
    if (with_annotations && source.annotations > 0) {
      TARN_CO_TRY(const auto reads, BucketChecks(call, "s3:GetObjectAnnotation", named.bucket, named.key));
      TARN_CO_CHECK(call.Allow(reads));
      TARN_CO_TRY(const auto writes, BucketChecks(call, "s3:PutObjectAnnotation", in.bucket, in.key));
      TARN_CO_CHECK(call.Allow(writes));
      object.annotations = {.bucket = from.id, .key = named.key, .seq = source.seq};
    }
    auto version = co_await store_.Put(bucket, key, std::move(content), std::move(object));
    if (version.Is(object::kGone) && attempt < kStaleRetries) continue;
    if (!version.ok()) {
      NoteCondition(call, version.error(), condition);
      if (version.Is(object::kNoSuchKey)) call.AddErrorField("Key", key);
      co_return version.error();
    }
    Streamed<gen::CopyObjectOutput> answer;
    gen::CopyObjectResult& result = answer.output.copy_object_result.emplace();
    result.e_tag = QuoteEtag(version->etag);
    result.last_modified = WholeSeconds(version->modified);
    SetChecksum(result, version->checksum, 0);
    TellEncryption(sealing.encryption, answer.output, in.ssekms_encryption_context.has_value());
    if (version->bucket_versioned) answer.output.version_id = version->version_id;
    answer.output.expiration = ExpirationOf(bucket, *version);
    if (source.bucket_versioned && source.version_id != "null") {
      answer.output.copy_source_version_id = source.version_id;
    }
    co_return std::move(answer);
  }
}

Task<Result<Streamed<gen::UploadPartCopyOutput>>> S3Service::UploadPartCopy(const Call& call,
                                                                            const gen::UploadPartCopyRequest& in,
                                                                            RequestBody&) {
  TARN_CO_TRY(const object::Bucket bucket, BucketOf(call, in));
  TARN_CO_TRY(const CopySource named, ParseCopySource(call, in.copy_source));
  TARN_CO_TRY(const object::Bucket from, FindBucket(call, named.bucket, in.expected_source_bucket_owner));
  TARN_CO_TRY(const object::Upload upload, store_.GetUpload(bucket, in.key.value_or(""), in.upload_id.value_or("")));
  TARN_CO_TRY(const object::Sealing sealing, SealPart(store_, call, bucket, upload, CustomerHeadersOf(in)));
  for (int attempt = 1;; ++attempt) {
    TARN_CO_TRY(const object::Version source, FindSource(call, *this, from, named));
    TARN_CO_CHECK(Unlock(store_, call, from, source, CopySourceHeadersOf(in)));
    TARN_CO_CHECK(JudgeSource(call, in, source));
    TARN_CO_CHECK(CheckCopyable(*this, call, source));
    store_.reads().Note(source, store_.clock().Now());
    ByteRange range{.offset = 0, .length = source.size};
    if (in.copy_source_range) {
      TARN_CO_TRY(range, ParseCopyRange(call, *in.copy_source_range, source.size));
    }
    if (range.length > object::kPutBytesMax) {
      co_return Fail(object::kInvalidRequest,
                     "The specified copy source is larger than the maximum allowable size for "
                     "a copy source: 5368709120");
    }
    object::Store::CopyOptions options{.algorithm = upload.checksum,
                                       .extents_max = kPartExtentsMax,
                                       .sealing = sealing,
                                       .storage_class = upload.attributes.storage_class};
    TARN_CO_TRY(object::Content content, co_await store_.Share(source, range.offset, range.length, std::move(options)));
    const std::string checksum = content.checksum.value;
    auto part =
        co_await store_.PutPart(bucket, upload.key, upload.id,
                                static_cast<uint32_t>(std::max(in.part_number.value_or(0), 0)), std::move(content));
    if (part.Is(object::kGone) && attempt < kStaleRetries) continue;
    if (!part.ok()) co_return part.error();
    Streamed<gen::UploadPartCopyOutput> answer;
    gen::CopyPartResult& result = answer.output.copy_part_result.emplace();
    result.e_tag = QuoteEtag(part->etag);
    result.last_modified = WholeSeconds(part->modified);
    if (upload.checksum_declared) {
      SetChecksum(result, upload.checksum, ChecksumText({.algorithm = upload.checksum, .value = checksum}, 0));
    }
    TellEncryption(sealing.encryption, answer.output);
    if (source.bucket_versioned) answer.output.copy_source_version_id = source.version_id;
    co_return std::move(answer);
  }
}

}  // namespace tarn::api::s3

// GetObjectAttributes and the tags of objects.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/s3/encryption/encryption.h"
#include "api/s3/lifecycle/storage_headers.h"
#include "api/s3/rules/checksums.h"
#include "api/s3/rules/request_rules.h"
#include "api/s3/rules/tag_faults.h"
#include "api/s3/s3_service.h"
#include "object/directory/names.h"

namespace tarn::api::s3 {
namespace {

constexpr int32_t kMaxParts = 1'000;
constexpr std::string_view kAttributes[] = {"ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"};

gen::GetObjectAttributesParts PartsOf(const gen::GetObjectAttributesRequest& in, const object::Version& version) {
  const int32_t max = std::clamp(in.max_parts.value_or(kMaxParts), 0, kMaxParts);
  const int32_t marker = in.part_number_marker.value_or(0);
  gen::GetObjectAttributesParts out;
  out.total_parts_count = static_cast<int32_t>(version.parts);
  // Parts are told of where each has a checksum.
  const bool composite = version.checksum.type == object::ChecksumType::kComposite;
  if (!composite && !object::ZoneOf(version.bucket)) return out;
  out.max_parts = max;
  out.part_number_marker = marker;
  out.is_truncated = false;
  for (const object::PartRecord& part : version.layout->parts) {
    if (static_cast<int32_t>(part.number) <= marker) continue;
    if (out.parts && static_cast<int32_t>(out.parts->size()) == max) {
      out.is_truncated = true;
      break;
    }
    gen::ObjectPart told;
    told.part_number = static_cast<int32_t>(part.number);
    told.size = static_cast<int64_t>(part.size);
    if (composite) {
      SetChecksum(told, version.checksum.algorithm,
                  ChecksumText({.algorithm = version.checksum.algorithm, .value = part.checksum}, 0));
    }
    if (!out.parts) out.parts.emplace();
    out.parts->push_back(std::move(told));
    out.next_part_number_marker = static_cast<int32_t>(part.number);
  }
  if (!out.parts) out.next_part_number_marker = 0;
  return out;
}

}  // namespace

Result<gen::GetObjectAttributesOutput> S3Service::GetObjectAttributes(const Call& call,
                                                                      const gen::GetObjectAttributesRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  const std::vector<std::string> wanted = in.object_attributes.value_or(std::vector<std::string>());
  if (wanted.empty()) {
    return Fail(object::kInvalidRequest,
                "The x-amz-object-attributes header specifying the attributes to be retrieved "
                "is either missing or empty");
  }
  for (const std::string& name : wanted) {
    if (std::find(std::begin(kAttributes), std::end(kAttributes), name) == std::end(kAttributes)) {
      return BadArgument(call, "x-amz-object-attributes", name, "Invalid attribute name specified.");
    }
  }
  const auto asks = [&](std::string_view name) {
    return std::find(wanted.begin(), wanted.end(), name) != wanted.end();
  };
  TARN_TRY(const object::Version version, FindVersion(call, bucket, in.key.value_or(""), in.version_id.value_or(""),
                                                      /*with_content=*/asks("ObjectParts")));
  TARN_CHECK(CheckReadKey(call, version, CustomerHeadersOf(in)));
  gen::GetObjectAttributesOutput out;
  out.last_modified = WholeSeconds(version.modified);
  if (version.bucket_versioned) out.version_id = version.version_id;
  if (asks("ETag")) out.e_tag = version.etag;  // without quotes, here only
  if (asks("ObjectSize")) out.object_size = static_cast<int64_t>(version.size);
  if (asks("StorageClass")) out.storage_class = object::ClassName(version.attributes.storage_class);
  if (asks("Checksum") && version.checksum.algorithm != object::ChecksumAlgorithm::kNone) {
    // Here alone a composite checksum comes without the number of parts.
    gen::Checksum& told = out.checksum.emplace();
    SetChecksum(told, version.checksum.algorithm,
                ChecksumText({.algorithm = version.checksum.algorithm, .value = version.checksum.value}, 0));
    told.checksum_type = TypeName(version.checksum.type);
  }
  if (asks("ObjectParts") && version.parts > 0) out.object_parts = PartsOf(in, version);
  return out;
}

Result<object::Version> S3Service::FindSettled(const Call& call, const object::Bucket& bucket, const std::string& key,
                                               const std::string& version_id) const {
  std::string marker;
  if (version_id.empty()) {
    const auto newest = store_.Find(bucket, key, {}, /*with_content=*/false);
    if (newest.ok() && newest->is_delete_marker) marker = newest->version_id;
  }
  return FindVersion(call, bucket, key, marker.empty() ? version_id : marker, /*with_content=*/false);
}

Result<gen::GetObjectTaggingOutput> S3Service::GetObjectTagging(const Call& call,
                                                                const gen::GetObjectTaggingRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  auto found = FindSettled(call, bucket, in.key.value_or(""), in.version_id.value_or(""));
  // Here alone S3 tells the bucket with the key.
  if (found.Is(object::kNoSuchKey)) {
    for (auto& [name, value] : call.extras.error_fields) {
      if (name == "Key") value = fmt::format("{}/{}", bucket.name, value);
    }
  }
  TARN_TRY(const object::Version version, std::move(found));
  gen::GetObjectTaggingOutput out;
  out.tag_set = FromTags(version.tags);
  if (version.bucket_versioned) out.version_id = version.version_id;
  return out;
}

Result<gen::PutObjectTaggingOutput> S3Service::PutObjectTagging(const Call& call,
                                                                const gen::PutObjectTaggingRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  if (!in.tagging) return Fail(kMalformedXml, "no Tagging");
  TARN_CHECK(FindSettled(call, bucket, in.key.value_or(""), in.version_id.value_or("")));
  // A Tagging that holds nothing takes the tags away.
  const object::Tags tags = ToTags(in.tagging->tag_set.value_or(std::vector<gen::Tag>()));
  TARN_CHECK(CheckTagSet(call, tags, kObjectTagsMax, /*of_object=*/true));
  TARN_TRY(const object::Version version, store_.SetTags(bucket, in.key.value_or(""), in.version_id.value_or(""), tags,
                                                         OriginOf(call, bucket, "Put")));
  gen::PutObjectTaggingOutput out;
  if (version.bucket_versioned) out.version_id = version.version_id;
  return out;
}

Result<gen::DeleteObjectTaggingOutput> S3Service::DeleteObjectTagging(const Call& call,
                                                                      const gen::DeleteObjectTaggingRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  TARN_CHECK(FindSettled(call, bucket, in.key.value_or(""), in.version_id.value_or("")));
  TARN_TRY(const object::Version version, store_.SetTags(bucket, in.key.value_or(""), in.version_id.value_or(""), {},
                                                         OriginOf(call, bucket, "Delete")));
  gen::DeleteObjectTaggingOutput out;
  if (version.bucket_versioned) out.version_id = version.version_id;
  return out;
}

}  // namespace tarn::api::s3

// Multipart uploads, but for the parts' bytes (put_object.cc, copy_object.cc).
#include <fmt/format.h>

#include <algorithm>

#include "api/s3/access/access.h"
#include "api/s3/directory/directory.h"
#include "api/s3/directory/settings.h"
#include "api/s3/encryption/encryption.h"
#include "api/s3/lifecycle/storage_headers.h"
#include "api/s3/lock/lock_headers.h"
#include "api/s3/rules/checksums.h"
#include "api/s3/rules/request_rules.h"
#include "api/s3/s3_service.h"
#include "base/strings.h"

namespace tarn::api::s3 {
namespace {

using object::ChecksumAlgorithm;
using object::ChecksumType;

constexpr int32_t kPageMax = 1'000;

Status CheckChecksumType(const std::optional<std::string>& type) {
  if (!type || EqualsIgnoreCase(*type, "COMPOSITE") || EqualsIgnoreCase(*type, "FULL_OBJECT")) return Ok();
  return Fail(object::kInvalidRequest, "Value for x-amz-checksum-type header is invalid.");
}

// The checksum that an upload's parts and whole get, from what the client asked for.
Status ChooseChecksum(const gen::CreateMultipartUploadRequest& in, object::Upload& upload) {
  upload.checksum = ChecksumAlgorithm::kCrc64Nvme;
  upload.checksum_type = ChecksumType::kFullObject;
  TARN_CHECK(CheckChecksumType(in.checksum_type));
  if (!in.checksum_algorithm) {
    if (!in.checksum_type) return Ok();
    return Fail(object::kInvalidRequest,
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
  }
  TARN_TRY(const ChecksumAlgorithm algorithm, ParseAlgorithm(*in.checksum_algorithm));
  upload.checksum = algorithm;
  upload.checksum_declared = true;
  const bool crc64 = algorithm == ChecksumAlgorithm::kCrc64Nvme;
  const bool crc = algorithm == ChecksumAlgorithm::kCrc32 || algorithm == ChecksumAlgorithm::kCrc32c || crc64;
  upload.checksum_type = crc64 ? ChecksumType::kFullObject : ChecksumType::kComposite;
  if (!in.checksum_type) return Ok();
  const bool composite = EqualsIgnoreCase(*in.checksum_type, "COMPOSITE");
  upload.checksum_type = composite ? ChecksumType::kComposite : ChecksumType::kFullObject;
  if ((crc64 && upload.checksum_type == ChecksumType::kComposite) ||
      (!crc && upload.checksum_type == ChecksumType::kFullObject)) {
    return Fail(object::kInvalidRequest,
                fmt::format("The {} checksum type cannot be used with the {} checksum algorithm.", *in.checksum_type,
                            AsciiLower(*in.checksum_algorithm)));
  }
  return Ok();
}

// What a completion's parts say, in the domain's terms. A checksum of another algorithm than the upload's counts only
// where the upload declared one: else it was checked when the part arrived, and is not kept.
Result<std::vector<object::CompletedPart>> PartsOf(const Call& call, const gen::CompleteMultipartUploadRequest& in,
                                                   const Result<object::Upload>& upload) {
  const Error malformed = Fail(kMalformedXml, "a list of parts is expected");
  if (!in.multipart_upload || !in.multipart_upload->parts || in.multipart_upload->parts->empty()) {
    if (upload.ok()) return Fail(object::kInvalidRequest, "You must specify at least one part");
    call.AddErrorField("UploadId", in.upload_id.value_or(""));
    return upload.error();
  }
  if (in.multipart_upload->parts->size() > object::kPartNumberMax) return malformed;
  std::vector<object::CompletedPart> parts;
  for (const gen::CompletedPart& part : *in.multipart_upload->parts) {
    if (!part.part_number || !part.e_tag) return malformed;
    if (*part.part_number < 1 || *part.part_number > static_cast<int32_t>(object::kPartNumberMax)) {
      return BadArgument(call, "PartNumber", std::to_string(*part.part_number),
                         *part.part_number < 1 ? "PartNumber must be >= 1" : "PartNumber must be <= 10000");
    }
    const ChecksumFields fields = FieldsOf(part);
    const auto told = OneChecksum(fields);
    if (!told.ok()) {
      return BadArgument(call, "Checksum", fields[0].second, "Invalid Base64 or multiple checksums present in request");
    }
    DeclaredChecksum checksum = *told;
    if (upload.ok() && upload->checksum_declared && checksum.value && checksum.algorithm != upload->checksum) {
      return Fail(object::kBadDigest, fmt::format("The {} you specified for part {} did not match what we received.",
                                                  AsciiLower(AlgorithmName(checksum.algorithm)), *part.part_number));
    }
    if (upload.ok() && !upload->checksum_declared && checksum.algorithm != upload->checksum) checksum.value.reset();
    const auto number = static_cast<uint32_t>(*part.part_number);
    // Named twice, as it was uploaded twice: the later one counts.
    if (!parts.empty() && parts.back().number == number) parts.pop_back();
    parts.push_back({.number = number, .etag = UnquoteEtag(*part.e_tag), .checksum = checksum.value.value_or("")});
  }
  return parts;
}

// The checksum of the whole object in the completion's headers. A composite value may end in "-N".
Result<std::optional<object::Checksum>> WholeOf(const gen::CompleteMultipartUploadRequest& in,
                                                const object::Upload& upload, size_t parts) {
  std::optional<object::Checksum> whole;
  ChecksumFields fields = FieldsOf(in);
  // An upload that declared no checksum has one of ours; what the request says of it is not read.
  if (fields.empty() || !upload.checksum_declared) return whole;
  bool composite = false;
  const std::string suffix = fmt::format("-{}", parts);
  if (fields[0].second.ends_with(suffix)) {
    composite = true;
    fields[0].second.resize(fields[0].second.size() - suffix.size());
  }
  TARN_TRY(DeclaredChecksum declared, OneChecksum(fields));
  // A CRC32 or CRC32C that is not said to be the whole object's is taken for a composite one.
  const bool of_parts = composite || (!in.checksum_type && declared.algorithm != ChecksumAlgorithm::kCrc64Nvme);
  if (declared.algorithm != upload.checksum || (of_parts && upload.checksum_type != ChecksumType::kComposite)) {
    return Fail(object::kBadDigest, fmt::format("The {} you specified did not match the calculated checksum.",
                                                AsciiLower(AlgorithmName(upload.checksum))));
  }
  whole = object::Checksum{
      .algorithm = declared.algorithm, .type = upload.checksum_type, .value = *std::move(declared.value)};
  return whole;
}

// Who began an upload: also in a bucket that owns what is in it.
gen::Initiator InitiatorOf(const S3Service& service, const object::Bucket& bucket, const object::Upload& upload) {
  const std::string& account = upload.initiator.empty() ? bucket.owner.account : upload.initiator;
  const gen::Owner owner = service.access().accounts.Named(account);
  return {.id = owner.id, .display_name = owner.display_name};
}

// x-amz-if-match-initiated-time, which directory buckets know.
Status CheckInitiated(const S3Service& service, const object::Bucket& bucket, const std::string& key,
                      const std::string& upload, Timestamp initiated) {
  if (!IsDirectory(bucket)) {
    return Fail(kNotImplemented, "x-amz-if-match-initiated-time is for directory buckets");
  }
  const auto present = service.store().GetUpload(bucket, key, upload);
  if (!present.ok() || present->initiated.seconds() == initiated.seconds()) return Ok();
  return Fail(object::kPreconditionFailed, "At least one of the pre-conditions you specified did not hold");
}

// Parts of directory buckets have the numbers from 1 on.
Status CheckConsecutive(const object::Bucket& bucket, const std::vector<object::CompletedPart>& parts) {
  if (!IsDirectory(bucket)) return Ok();
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].number != i + 1) {
      return Fail(object::kInvalidPart, "The part numbers of an upload to a directory bucket must be consecutive.");
    }
  }
  return Ok();
}

// An upload that is told to begin after must be one of its key.
Status CheckUploadMarker(const S3Service& service, const Call& call, const object::Bucket& bucket,
                         const gen::ListMultipartUploadsRequest& in) {
  const std::string marker = in.upload_id_marker.value_or("");
  if (marker.empty() || in.key_marker.value_or("").empty()) return Ok();
  if (!service.store().GetUpload(bucket, *in.key_marker, marker).Is(object::kNoSuchUpload)) return Ok();
  return BadArgument(call, "upload-id-marker", marker, "Invalid uploadId marker");
}

// Names the part at fault of those that were to make an object.
void NotePart(const S3Service& service, const Call& call, const object::Bucket& bucket, const std::string& key,
              const std::string& upload, const std::vector<object::CompletedPart>& parts, const Error& error) {
  const bool too_small = error.reason == &object::kPartTooSmall;
  if (!too_small && error.reason != &object::kInvalidPart) return;
  const auto page = service.store().ListParts(bucket, key, upload, 0, object::kPartNumberMax);
  if (!page.ok()) return;
  for (const object::CompletedPart& part : parts) {
    const auto kept = std::ranges::lower_bound(page->parts, part.number, {}, &object::PartInfo::number);
    const bool there = kept != page->parts.end() && kept->number == part.number;
    const bool fits = there && kept->etag == part.etag && (part.checksum.empty() || part.checksum == kept->checksum);
    if (too_small ? !there || kept->size >= object::kPartBytesMin : fits) continue;
    call.AddErrorField("PartNumber", std::to_string(part.number));
    call.AddErrorField("ETag", part.etag);
    if (too_small) call.AddErrorField("ProposedSize", std::to_string(kept->size));
    return;
  }
}

Error NegativeLimit(const Call& call, std::string_view name, int32_t value) {
  return BadArgument(call, name, std::to_string(value),
                     fmt::format("Argument {} must be an integer between 0 and 2147483647", name));
}

}  // namespace

Result<gen::CreateMultipartUploadOutput> S3Service::CreateMultipartUpload(const Call& call,
                                                                          const gen::CreateMultipartUploadRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  object::Upload upload;
  TARN_TRY(upload.headers, HeadersOf(call, in));
  TARN_TRY(upload.tags, TaggingOf(call, in.tagging));
  TARN_CHECK(ChooseChecksum(in, upload));
  TARN_TRY(object::EncryptionChoice choice, ChoiceOf(call, in));
  TARN_TRY(choice, FitChoice(store_, bucket, std::move(choice)));
  TARN_TRY(object::Sealing sealing, store_.Seal(bucket, in.key.value_or(""), choice, KeyUserOf(call, bucket)));
  upload.attributes.encryption = std::move(sealing.encryption);
  TARN_TRY(upload.attributes.lock, LockOf(call, bucket, in));
  TARN_TRY(upload.attributes.storage_class, StorageClassOf(call, bucket, in.storage_class));
  TARN_CHECK(SetAccess(*this, call, bucket, in, upload.attributes));
  if (call.caller.anonymous()) upload.initiator = kAnonymousOwner;
  if (!call.caller.anonymous() && call.caller.account != bucket.owner.account) upload.initiator = call.caller.account;
  TARN_TRY(upload, store_.CreateUpload(bucket, in.key.value_or(""), std::move(upload)));
  gen::CreateMultipartUploadOutput out;
  out.bucket = bucket.name;
  out.key = upload.key;
  out.upload_id = upload.id;
  if (auto abort = AbortOf(bucket, upload)) {
    out.abort_date = abort->at;
    out.abort_rule_id = std::move(abort->rule);
  }
  TellEncryption(upload.attributes.encryption, out, in.ssekms_encryption_context.has_value());
  if (upload.checksum_declared) {
    out.checksum_algorithm = AlgorithmName(upload.checksum);
    out.checksum_type = TypeName(upload.checksum_type);
  }
  return out;
}

Result<gen::CompleteMultipartUploadOutput> S3Service::CompleteMultipartUpload(
    const Call& call, const gen::CompleteMultipartUploadRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  const std::string key = in.key.value_or("");
  const std::string upload_id = in.upload_id.value_or("");
  // Gone already when the request is a repeated one: the domain tells.
  const auto upload = store_.GetUpload(bucket, key, upload_id);
  object::Completion completion;
  TARN_TRY(completion.parts, PartsOf(call, in, upload));
  TARN_CHECK(CheckConsecutive(bucket, completion.parts));
  completion.origin = OriginOf(call, bucket, "CompleteMultipartUpload");
  TARN_TRY(completion.condition, ConditionOf(call, in.if_match, in.if_none_match));
  if (in.mpu_object_size && *in.mpu_object_size < 0) {
    return Fail(object::kInvalidRequest,
                fmt::format("Value for x-amz-mp-object-size header is less than zero: '{}'", *in.mpu_object_size));
  }
  TARN_CHECK(CheckChecksumType(in.checksum_type));
  if (FieldsOf(in).size() > 1) {
    TARN_CHECK(OneChecksum(FieldsOf(in)));
  }
  if (in.mpu_object_size) completion.declared_size = static_cast<uint64_t>(*in.mpu_object_size);
  if (upload.ok()) {
    TARN_CHECK(CheckCompletionKey(call, *upload, CustomerHeadersOf(in)));
    const std::string_view type = upload->checksum_declared ? TypeName(upload->checksum_type) : "null";
    if (in.checksum_type && !EqualsIgnoreCase(*in.checksum_type, type)) {
      return Fail(object::kInvalidRequest,
                  fmt::format("The upload was created using the {} checksum mode. The complete request must use the "
                              "same checksum mode.",
                              type));
    }
    TARN_TRY(completion.checksum, WholeOf(in, *upload, completion.parts.size()));
  }
  auto version = store_.Complete(bucket, key, upload_id, completion);
  if (!version.ok()) {
    if (version.Is(object::kNoSuchUpload) || version.Is(object::kInvalidPart) ||
        version.Is(object::kInvalidPartOrder)) {
      call.AddErrorField("UploadId", upload_id);
    }
    if (version.Is(object::kPartTooSmall)) call.AddErrorField("MinSizeAllowed", std::to_string(object::kPartBytesMin));
    NotePart(*this, call, bucket, key, upload_id, completion.parts, version.error());
    if (version.Is(object::kNoSuchKey) || version.Is(object::kConditionalConflict)) call.AddErrorField("Key", key);
    NoteCondition(call, version.error(), completion.condition);
    return version.error();
  }
  gen::CompleteMultipartUploadOutput out;
  out.location = fmt::format("{}/{}/{}", call.endpoint, bucket.name, PercentEncode(key, /*keep_slash=*/true));
  out.bucket = bucket.name;
  out.key = key;
  out.e_tag = QuoteEtag(version->etag);
  TellEncryption(version->attributes.encryption, out);
  SetChecksum(out, version->checksum, version->parts);
  out.version_id = NewVersionId(*version);
  out.expiration = ExpirationOf(bucket, *version);
  return out;
}

Result<gen::AbortMultipartUploadOutput> S3Service::AbortMultipartUpload(const Call& call,
                                                                        const gen::AbortMultipartUploadRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  const std::string upload = in.upload_id.value_or("");
  if (in.if_match_initiated_time) {
    TARN_CHECK(CheckInitiated(*this, bucket, in.key.value_or(""), upload, *in.if_match_initiated_time));
  }
  auto aborted = store_.Abort(bucket, in.key.value_or(""), upload);
  if (!aborted.ok()) {
    call.AddErrorField("UploadId", upload);
    return aborted.error();
  }
  return gen::AbortMultipartUploadOutput{};
}

Result<gen::ListPartsOutput> S3Service::ListParts(const Call& call, const gen::ListPartsRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  const int32_t max = std::min(in.max_parts.value_or(kPageMax), kPageMax);
  const int32_t marker = in.part_number_marker.value_or(0);
  if (max < 0) return NegativeLimit(call, "max-parts", max);
  if (marker < 0) return NegativeLimit(call, "part-number-marker", marker);
  const std::string upload_id = in.upload_id.value_or("");
  auto page = store_.ListParts(bucket, in.key.value_or(""), upload_id, static_cast<uint32_t>(marker),
                               static_cast<uint32_t>(max));
  if (!page.ok()) {
    call.AddErrorField("UploadId", upload_id);
    return page.error();
  }
  gen::ListPartsOutput out;
  out.bucket = bucket.name;
  out.key = in.key;
  out.upload_id = upload_id;
  if (auto abort = AbortOf(bucket, page->upload)) {
    out.abort_date = abort->at;
    out.abort_rule_id = std::move(abort->rule);
  }
  out.part_number_marker = marker;
  out.max_parts = max;
  out.is_truncated = page->truncated;
  out.storage_class = object::ClassName(page->upload.attributes.storage_class);
  const ListedOwners owners(*this, bucket);
  out.owner = owners.Of(page->upload.attributes.owner);
  out.initiator = InitiatorOf(*this, bucket, page->upload);
  if (page->upload.checksum_declared) {
    out.checksum_algorithm = AlgorithmName(page->upload.checksum);
    out.checksum_type = TypeName(page->upload.checksum_type);
  }
  for (const object::PartInfo& part : page->parts) {
    gen::Part told;
    told.part_number = static_cast<int32_t>(part.number);
    told.last_modified = WholeSeconds(part.modified);
    told.e_tag = QuoteEtag(part.etag);
    told.size = static_cast<int64_t>(part.size);
    if (page->upload.checksum_declared) {
      SetChecksum(told, page->upload.checksum,
                  ChecksumText({.algorithm = page->upload.checksum, .value = part.checksum}, 0));
    }
    if (!out.parts) out.parts.emplace();
    out.parts->push_back(std::move(told));
  }
  out.next_part_number_marker = page->parts.empty() ? 0 : static_cast<int32_t>(page->parts.back().number);
  return out;
}

Result<gen::ListMultipartUploadsOutput> S3Service::ListMultipartUploads(const Call& call,
                                                                        const gen::ListMultipartUploadsRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  const int32_t max = std::min(in.max_uploads.value_or(kPageMax), kPageMax);
  if (max < 0) return NegativeLimit(call, "max-uploads", max);
  TARN_TRY(const bool encode, WantsUrlEncoding(call, in.encoding_type));
  TARN_CHECK(CheckDirectoryListing(call, bucket, in.prefix, in.delimiter));
  TARN_CHECK(CheckUploadMarker(*this, call, bucket, in));
  const object::UploadQuery query{.prefix = in.prefix.value_or(""),
                                  .delimiter = in.delimiter.value_or(""),
                                  .key_marker = in.key_marker.value_or(""),
                                  .upload_marker = in.upload_id_marker.value_or(""),
                                  .max = static_cast<uint32_t>(max)};
  TARN_TRY(const auto veil, VeilOf(call, bucket, in.prefix));
  TARN_TRY(const object::UploadPage page, object::ListUploads(store_, bucket, query, veil.get()));
  gen::ListMultipartUploadsOutput out;
  out.bucket = bucket.name;
  if (in.prefix) out.prefix = UrlEncoded(*in.prefix, encode);
  out.key_marker = UrlEncoded(in.key_marker.value_or(""), encode);
  if (!out.key_marker->empty()) out.upload_id_marker = in.upload_id_marker;
  if (!out.upload_id_marker) out.upload_id_marker = "";
  if (in.delimiter) out.delimiter = UrlEncoded(*in.delimiter, encode);
  out.encoding_type = in.encoding_type;
  out.max_uploads = max;
  out.is_truncated = page.truncated;
  // The last page tells its last upload, too.
  const bool last = !page.truncated && !page.uploads.empty();
  out.next_key_marker = UrlEncoded(last ? page.uploads.back().key : page.next_key, encode);
  out.next_upload_id_marker = last ? page.uploads.back().id : page.next_upload;
  const ListedOwners owners(*this, bucket);
  for (const object::Upload& upload : page.uploads) {
    gen::MultipartUpload told;
    told.key = UrlEncoded(upload.key, encode);
    told.upload_id = upload.id;
    told.initiated = WholeSeconds(upload.initiated);
    told.storage_class = object::ClassName(upload.attributes.storage_class);
    told.owner = owners.Of(upload.attributes.owner);
    told.initiator = InitiatorOf(*this, bucket, upload);
    if (upload.checksum_declared) {
      told.checksum_algorithm = AlgorithmName(upload.checksum);
      told.checksum_type = TypeName(upload.checksum_type);
    }
    if (!out.uploads) out.uploads.emplace();
    out.uploads->push_back(std::move(told));
  }
  out.common_prefixes = CommonPrefixes(page.prefixes, encode);
  return out;
}

}  // namespace tarn::api::s3

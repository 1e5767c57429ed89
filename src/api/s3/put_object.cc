// PutObject and UploadPart: the bodies that arrive.
#include <fmt/format.h>

#include <utility>

#include "api/s3/access/access.h"
#include "api/s3/directory/directory.h"
#include "api/s3/encryption/encryption.h"
#include "api/s3/lifecycle/storage_headers.h"
#include "api/s3/lock/lock_headers.h"
#include "api/s3/rules/checksums.h"
#include "api/s3/rules/request_rules.h"
#include "api/s3/s3_service.h"
#include "base/strings.h"
#include "object/directory/directory_objects.h"

namespace tarn::api::s3 {
namespace {

// Everything that a request says about its body, checked before the first byte is read.
struct BodyRules {
  std::optional<std::string> md5;
  DeclaredChecksum declared;
  std::string placement;           // the storage class
  std::optional<uint64_t> length;  // a form's file has none: it ends where its delimiter begins
};

template <typename In>
Result<BodyRules> RulesOf(const Call& call, const In& in, const RequestBody& body) {
  BodyRules rules;
  TARN_TRY(rules.md5, ContentMd5(call, in.content_md5));
  TARN_TRY(rules.declared, DeclaredOf(FieldsOf(in), body, in.checksum_algorithm));
  rules.length = body.length();
  if (rules.length && *rules.length > object::kPutBytesMax) {
    call.AddErrorField("ProposedSize", std::to_string(*rules.length));
    call.AddErrorField("MaxSizeAllowed", std::to_string(object::kPutBytesMax));
    return Fail(object::kEntityTooLarge, "Your proposed upload exceeds the maximum allowed size");
  }
  return rules;
}

// Reads the body; durable content when its signature, length, MD5 and checksum hold. `keep` is the algorithm whose
// value is kept; kNone: the declared one, else CRC64NVME. `told` receives the value that the client declared.
Task<Result<object::Content>> Take(object::Store& store, const Call& call, RequestBody& body, BodyRules rules,
                                   object::ChecksumAlgorithm keep, object::Wrapper wrapper,
                                   std::optional<std::string>* told = nullptr) {
  using object::ChecksumAlgorithm;
  const ChecksumAlgorithm declared = rules.declared.algorithm;
  if (keep == ChecksumAlgorithm::kNone)
    keep = declared != ChecksumAlgorithm::kNone ? declared : ChecksumAlgorithm::kCrc64Nvme;
  const bool two = declared != ChecksumAlgorithm::kNone && declared != keep;
  object::Incoming incoming = store.Receive({.length = rules.length,
                                             .checksum = keep,
                                             .verify = two ? declared : ChecksumAlgorithm::kNone,
                                             .bytes_max = object::kPutBytesMax,
                                             .placement = std::move(rules.placement),
                                             .wrapper = std::move(wrapper)});
  TARN_CO_CHECK(co_await incoming.Receive(body));
  TARN_CO_CHECK(TakeTrailer(rules.declared, body));
  TARN_CO_TRY(const object::Content sealed, incoming.Seal());
  TARN_CO_CHECK(
      CompareDigests(call, rules.md5, rules.declared, sealed, two ? incoming.verified() : sealed.checksum.value));
  if (told != nullptr) *told = rules.declared.value;
  co_return co_await incoming.Finish();
}

// How the bytes that are put behind a present object must come.
struct AppendRules {
  object::ChecksumAlgorithm keep = object::ChecksumAlgorithm::kNone;
  object::Sealing sealing;
};

Result<AppendRules> RulesOfAppend(const S3Service& service, const Call& call, const object::Bucket& bucket,
                                  const gen::PutObjectRequest& in, const BodyRules& rules,
                                  const object::Version& present) {
  if (static_cast<uint64_t>(*in.write_offset_bytes) != present.size) {
    return Fail(object::kInvalidWriteOffset,
                "The write offset value that you specified does not match the current object size.");
  }
  if (in.metadata && !in.metadata->empty()) {
    return Fail(object::kInvalidRequest,
                "Cannot specify both a write offset value and user-defined object metadata for existing objects.");
  }
  const auto declared = rules.declared.algorithm;
  if (declared != object::ChecksumAlgorithm::kNone && declared != present.checksum.algorithm) {
    return Fail(
        object::kInvalidRequest,
        fmt::format("Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
                    AsciiLower(AlgorithmName(present.checksum.algorithm)), AsciiLower(AlgorithmName(declared))));
  }
  const object::Encryption& encryption = present.attributes.encryption;
  if (in.server_side_encryption && *in.server_side_encryption != AlgorithmText(encryption.kind)) {
    return Fail(kEncryptionTypeMismatch,
                "The existing object was created with a different encryption type. Subsequent write requests must "
                "include the appropriate encryption parameters in the request or while creating the session.");
  }
  AppendRules append{.keep = present.checksum.algorithm, .sealing = {.encryption = encryption, .wrapper = nullptr}};
  TARN_TRY(append.sealing.wrapper, service.store().OpenKey(encryption, KeyUserOf(call, bucket), {}));
  return append;
}

// PutObject with x-amz-write-offset-bytes.
Task<Result<Streamed<gen::PutObjectOutput>>> Append(S3Service& service, const Call& call, const object::Bucket& bucket,
                                                    const gen::PutObjectRequest& in, RequestBody& body) {
  if (!IsDirectory(bucket) || service.parts().directory == nullptr) {
    call.AddErrorField("Header", "x-amz-write-offset-bytes");
    co_return Fail(kNotImplemented, "A header you provided implies functionality that is not implemented");
  }
  const int64_t offset = *in.write_offset_bytes;
  if (offset < 0) {
    co_return BadArgument(call, "x-amz-write-offset-bytes", std::to_string(offset),
                          "The write offset must not be negative.");
  }
  const std::string key = in.key.value_or("");
  TARN_CO_CHECK(CheckKeyLength(call, key));
  object::NewObject object;
  TARN_CO_TRY(object.headers, HeadersOf(call, in));
  TARN_CO_TRY(object.condition, ConditionOf(call, in.if_match, in.if_none_match));
  TARN_CO_TRY(object.attributes.storage_class, StorageClassOf(call, bucket, in.storage_class));
  TARN_CO_TRY(BodyRules rules, RulesOf(call, in, body));
  rules.placement = object::ClassName(object.attributes.storage_class);
  if (rules.length == 0U) {
    co_return Fail(object::kInvalidRequest, "Request body cannot be empty when 'write offset' is specified.");
  }
  AppendRules append;
  const auto present = service.store().Find(bucket, key, "", /*with_content=*/false);
  if (present.ok()) {
    TARN_CO_TRY(append, RulesOfAppend(service, call, bucket, in, rules, *present));
  } else if (!present.Is(object::kNoSuchKey)) {
    co_return present.error();
  } else if (offset > 0) {
    co_return Fail(object::kInvalidWriteOffset,
                   "The write offset value that you specified does not match the current object size.");
  } else {
    TARN_CO_TRY(const object::EncryptionChoice choice, ChoiceOf(call, in));
    TARN_CO_TRY(append.sealing, co_await SealFor(service.store(), call, bucket, key, choice));
  }
  object.attributes.encryption = append.sealing.encryption;
  TARN_CO_TRY(object::Content content,
              co_await Take(service.store(), call, body, std::move(rules), append.keep, append.sealing.wrapper));
  const object::WriteCondition condition = object.condition;
  const auto appended = co_await service.parts().directory->Append(bucket, key, static_cast<uint64_t>(offset),
                                                                   std::move(content), std::move(object));
  if (!appended.ok()) {
    if (appended.Is(object::kNoSuchKey)) call.AddErrorField("Key", key);
    NoteCondition(call, appended.error(), condition);
    co_return appended.error();
  }
  Streamed<gen::PutObjectOutput> answer;
  answer.output.e_tag = QuoteEtag(appended->etag);
  TellEncryption(append.sealing.encryption, answer.output);
  SetChecksum(answer.output, appended->checksum, appended->parts);
  answer.output.size = static_cast<int64_t>(appended->size);
  answer.output.expiration = "NotImplemented";  // AWS's word in directory buckets
  co_return std::move(answer);
}

}  // namespace

Task<Result<Streamed<gen::PutObjectOutput>>> S3Service::PutObject(const Call& call, const gen::PutObjectRequest& in,
                                                                  RequestBody& body) {
  TARN_CO_TRY(const object::Bucket bucket, BucketOf(call, in));
  if (in.write_offset_bytes) co_return co_await Append(*this, call, bucket, in, body);
  const std::string key = in.key.value_or("");
  TARN_CO_CHECK(CheckKeyLength(call, key));
  object::NewObject object;
  TARN_CO_TRY(object.headers, HeadersOf(call, in));
  TARN_CO_TRY(object.tags, TaggingOf(call, in.tagging));
  TARN_CO_CHECK(SetAccess(*this, call, bucket, in, object.attributes));
  TARN_CO_TRY(object.condition, ConditionOf(call, in.if_match, in.if_none_match));
  TARN_CO_TRY(object.attributes.lock, LockOf(call, bucket, in));
  TARN_CO_TRY(object.attributes.storage_class, StorageClassOf(call, bucket, in.storage_class));
  object.origin = OriginOf(call, bucket, call.method() == "POST" ? "Post" : "Put");
  TARN_CO_TRY(BodyRules rules, RulesOf(call, in, body));
  rules.placement = object::ClassName(object.attributes.storage_class);
  TARN_CO_CHECK(CheckLockedBody(bucket, object.attributes.lock,
                                rules.md5 || rules.declared.algorithm != object::ChecksumAlgorithm::kNone));
  TARN_CO_TRY(const object::EncryptionChoice choice, ChoiceOf(call, in));
  TARN_CO_TRY(const object::Sealing sealing, co_await SealFor(store_, call, bucket, key, choice));
  object.attributes.encryption = sealing.encryption;
  TARN_CO_TRY(object::Content content,
              co_await Take(store_, call, body, std::move(rules), object::ChecksumAlgorithm::kNone, sealing.wrapper));
  const object::WriteCondition condition = object.condition;
  auto version = co_await store_.Put(bucket, key, std::move(content), std::move(object));
  if (!version.ok()) {
    if (version.Is(object::kNoSuchKey)) call.AddErrorField("Key", key);
    NoteCondition(call, version.error(), condition);
    co_return version.error();
  }
  Streamed<gen::PutObjectOutput> answer;
  answer.output.e_tag = QuoteEtag(version->etag);
  TellEncryption(sealing.encryption, answer.output, in.ssekms_encryption_context.has_value());
  SetChecksum(answer.output, version->checksum, 0);
  answer.output.version_id = NewVersionId(*version);
  answer.output.expiration = ExpirationOf(bucket, *version);
  co_return std::move(answer);
}

Task<Result<Streamed<gen::UploadPartOutput>>> S3Service::UploadPart(const Call& call, const gen::UploadPartRequest& in,
                                                                    RequestBody& body) {
  TARN_CO_TRY(const object::Bucket bucket, BucketOf(call, in));
  const int32_t number = in.part_number.value_or(0);
  TARN_CO_CHECK(CheckPartNumber(call, number));
  auto found = store_.GetUpload(bucket, in.key.value_or(""), in.upload_id.value_or(""));
  if (found.Is(object::kNoSuchUpload)) call.AddErrorField("UploadId", in.upload_id.value_or(""));
  TARN_CO_TRY(const object::Upload upload, std::move(found));
  TARN_CO_TRY(BodyRules rules, RulesOf(call, in, body));
  rules.placement = object::ClassName(upload.attributes.storage_class);
  const auto sent = rules.declared.algorithm;
  const bool composite = upload.checksum_type == object::ChecksumType::kComposite;
  if (upload.checksum_declared && sent != upload.checksum && (composite || sent != object::ChecksumAlgorithm::kNone)) {
    co_return Fail(object::kInvalidRequest,
                   fmt::format("Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
                               AsciiLower(AlgorithmName(upload.checksum)),
                               sent == object::ChecksumAlgorithm::kNone ? "null" : AsciiLower(AlgorithmName(sent))));
  }
  TARN_CO_TRY(const object::Sealing sealing, SealPart(store_, call, bucket, upload, CustomerHeadersOf(in)));
  std::optional<std::string> told;  // the checksum that the client sent, found true
  TARN_CO_TRY(object::Content content,
              co_await Take(store_, call, body, std::move(rules), upload.checksum, sealing.wrapper, &told));
  const std::string checksum = content.checksum.value;
  TARN_CO_TRY(const object::PartInfo part, co_await store_.PutPart(bucket, upload.key, upload.id,
                                                                   static_cast<uint32_t>(number), std::move(content)));
  Streamed<gen::UploadPartOutput> answer;
  answer.output.e_tag = QuoteEtag(part.etag);
  TellEncryption(sealing.encryption, answer.output);
  if (told) {
    SetChecksum(answer.output, sent, ChecksumText({.algorithm = sent, .value = *told}, 0));
  } else if (upload.checksum_declared) {
    SetChecksum(answer.output, upload.checksum, ChecksumText({.algorithm = upload.checksum, .value = checksum}, 0));
  }
  co_return std::move(answer);
}

}  // namespace tarn::api::s3

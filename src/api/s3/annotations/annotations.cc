// Object annotations: Put, Get, Delete and List, by the limits of the service model's documentation.
//
// A text is at most 1 MiB and held in memory while it is checked. It is encrypted as its object is.
#include "api/s3/annotations/annotations.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/s3/encryption/encryption.h"
#include "api/s3/operations.h"
#include "api/s3/rules/checksums.h"
#include "api/s3/rules/request_rules.h"
#include "base/hash.h"
#include "base/strings.h"

namespace tarn::api::s3 {
namespace {

constexpr size_t kNameBytesMax = 512;
constexpr int32_t kPageMax = 1'000;

Status CheckName(const std::optional<std::string>& name) {
  if (!name || name->empty()) return Fail(kInvalidAnnotationName, "The annotation name you provided is invalid.");
  if (name->size() > kNameBytesMax) return Fail(kAnnotationNameTooLong, "The annotation name exceeds 512 bytes.");
  const std::string lower = AsciiLower(name->substr(0, 3));
  const bool plain =
      std::ranges::none_of(*name, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
  if (!IsValidUtf8(*name) || !plain || lower.starts_with("aws") || lower.starts_with("s3")) {
    return Fail(kInvalidAnnotationName, "The annotation name you provided is invalid.");
  }
  return Ok();
}

// The version, found and told about as by other operations; its ETag is compared in the change's own transaction.
template <typename In>
object::Annotated TargetOf(const In& in) {
  object::Annotated target{.key = in.key.value_or(""), .version_id = in.version_id.value_or(""), .if_match = {}};
  if constexpr (requires { in.object_if_match; }) {
    if (in.object_if_match) target.if_match = UnquoteEtag(*in.object_if_match);
  }
  return target;
}

const CustomerHeaders& NoCustomerKey() {
  static const std::optional<std::string> kNone;
  static const CustomerHeaders kHeaders{kNone, kNone, kNone};
  return kHeaders;
}

std::optional<std::string> VersionIdOf(const object::Version& version) {
  return version.bucket_versioned ? std::optional(version.version_id) : std::nullopt;
}

void NoteFailedMatch(const Call& call, const Error& error) {
  if (error.reason == &object::kPreconditionFailed) call.AddErrorField("Condition", "x-amz-object-if-match");
}

// The whole text, checked.
Task<Result<std::string>> ReadText(RequestBody& body) {
  const uint64_t length = body.length().value_or(0);
  if (length > object::kAnnotationBytesMax) {
    co_return Fail(object::kEntityTooLarge, "Your proposed upload exceeds the maximum allowed size");
  }
  std::string text(length, '\0');
  size_t filled = 0;
  std::byte end[1];
  while (true) {
    const bool full = filled == text.size();
    const std::span<std::byte> into = full ? std::span(end) : std::as_writable_bytes(std::span(text)).subspan(filled);
    TARN_CO_TRY(const size_t count, co_await body.Read(into));
    if (count == 0) break;
    if (full) co_return Fail(object::kIncompleteBody, "the body is longer than its Content-Length");
    filled += count;
  }
  text.resize(filled);
  if (text.empty()) {
    co_return Fail(object::kInvalidRequest, "The annotation payload must be between 1 byte and 1 MiB in size.");
  }
  if (!IsValidUtf8(text)) {
    co_return Fail(kAnnotationNotText, "The annotation payload must be valid UTF-8 encoded text.");
  }
  co_return std::move(text);
}

Task<Result<Streamed<gen::PutObjectAnnotationOutput>>> PutObjectAnnotation(S3Service& service, const Call& call,
                                                                           const gen::PutObjectAnnotationRequest& in,
                                                                           RequestBody& body) {
  using object::ChecksumAlgorithm;
  object::Store& store = service.store();
  TARN_CO_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_CO_CHECK(CheckName(in.annotation_name));
  object::Annotated target = TargetOf(in);
  target.origin = OriginOf(call, bucket, "Put");
  TARN_CO_TRY(const object::Version owner,
              service.FindVersion(call, bucket, target.key, target.version_id, /*with_content=*/false));
  const object::Encryption& encryption = owner.attributes.encryption;
  if (encryption.kind == object::EncryptionKind::kCustomer) {
    co_return Fail(object::kInvalidRequest, "Objects encrypted with SSE-C cannot have annotations.");
  }
  TARN_CO_TRY(const auto md5, ContentMd5(call, in.content_md5));
  TARN_CO_TRY(DeclaredChecksum declared, DeclaredOf(FieldsOf(in), body, in.checksum_algorithm));
  TARN_CO_TRY(const std::string text, co_await ReadText(body));
  TARN_CO_CHECK(TakeTrailer(declared, body));
  TARN_CO_TRY(object::Wrapper wrapper, store.OpenKey(encryption, KeyUserOf(call, bucket), {}));
  object::Incoming incoming = store.Receive(
      {.length = text.size(),
       .checksum = declared.algorithm != ChecksumAlgorithm::kNone ? declared.algorithm : ChecksumAlgorithm::kCrc64Nvme,
       .wrapper = std::move(wrapper)});
  TARN_CO_CHECK(co_await incoming.Append(AsBytes(text)));
  TARN_CO_TRY(const object::Content sealed, incoming.Seal());
  TARN_CO_CHECK(CompareDigests(call, md5, declared, sealed, sealed.checksum.value));
  TARN_CO_TRY(object::Content content, co_await incoming.Finish());
  object::Annotations annotations = store.annotations();
  auto kept = co_await annotations.Put(bucket, target, *in.annotation_name, std::move(content), encryption);
  if (!kept.ok()) {
    NoteFailedMatch(call, kept.error());
    co_return kept.error();
  }
  Streamed<gen::PutObjectAnnotationOutput> answer;
  gen::PutObjectAnnotationOutput& out = answer.output;
  out.key = target.key;
  out.annotation_name = kept->name;
  out.object_version_id = VersionIdOf(kept->object);
  out.e_tag = QuoteEtag(kept->content.etag);
  out.server_side_encryption = AlgorithmText(encryption.kind);
  SetChecksum(out, kept->content.checksum, 0);
  co_return std::move(answer);
}

Task<Result<Streamed<gen::GetObjectAnnotationOutput>>> GetObjectAnnotation(S3Service& service, const Call& call,
                                                                           const gen::GetObjectAnnotationRequest& in,
                                                                           RequestBody&) {
  TARN_CO_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  const object::Annotated target = TargetOf(in);
  TARN_CO_CHECK(service.FindVersion(call, bucket, target.key, target.version_id, /*with_content=*/false));
  auto found = service.store().annotations().Get(bucket, target, in.annotation_name.value_or(""));
  if (!found.ok()) {
    if (found.Is(object::kNoSuchAnnotation)) call.AddErrorField("AnnotationName", in.annotation_name.value_or(""));
    co_return found.error();
  }
  const object::Version& content = found->content;
  TARN_CO_CHECK(Unlock(service.store(), call, bucket, content, NoCustomerKey()));
  Streamed<gen::GetObjectAnnotationOutput> answer;
  gen::GetObjectAnnotationOutput& out = answer.output;
  out.object_version_id = VersionIdOf(found->object);
  out.last_modified = WholeSeconds(content.modified);
  out.e_tag = QuoteEtag(content.etag);
  out.server_side_encryption = AlgorithmText(content.attributes.encryption.kind);
  if (in.checksum_mode && *in.checksum_mode == "ENABLED") SetChecksum(out, content.checksum, 0);
  answer.content_length = content.size;
  answer.body = [layout = content.layout, size = content.size](BodySink& sink) {
    return object::Send(layout, 0, size, sink);
  };
  co_return std::move(answer);
}

Result<gen::DeleteObjectAnnotationOutput> DeleteObjectAnnotation(S3Service& service, const Call& call,
                                                                 const gen::DeleteObjectAnnotationRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_CHECK(CheckName(in.annotation_name));
  object::Annotated target = TargetOf(in);
  target.origin = OriginOf(call, bucket, "Delete");
  TARN_CHECK(service.FindVersion(call, bucket, target.key, target.version_id, /*with_content=*/false));
  const bool asks_bypass = EqualsIgnoreCase(call.Header("x-amz-bypass-governance-retention").value_or(""), "true");
  const bool bypass =
      asks_bypass && call.MayDo("s3:BypassGovernanceRetention",
                                fmt::format("arn:aws:s3:::{}/{}", bucket.name, target.key), bucket.owner.account);
  const auto deleted = service.store().annotations().Delete(bucket, target, *in.annotation_name, bypass);
  if (!deleted.ok()) {
    NoteFailedMatch(call, deleted.error());
    return deleted.error();
  }
  return gen::DeleteObjectAnnotationOutput{.object_version_id = VersionIdOf(*deleted)};
}

gen::AnnotationEntry EntryOf(const object::Annotation& annotation) {
  gen::AnnotationEntry entry;
  entry.annotation_name = annotation.name;
  entry.last_modified = annotation.content.modified;
  entry.e_tag = QuoteEtag(annotation.content.etag);
  entry.checksum_algorithm = {std::string(AlgorithmName(annotation.content.checksum.algorithm))};
  entry.size = static_cast<int64_t>(annotation.content.size);
  return entry;
}

Result<gen::ListObjectAnnotationsOutput> ListObjectAnnotations(S3Service& service, const Call& call,
                                                               const gen::ListObjectAnnotationsRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  const std::string prefix = in.annotation_prefix.value_or("");
  if (prefix.size() > kNameBytesMax || !IsValidUtf8(prefix)) {
    return Fail(kInvalidAnnotationPrefix, "The specified prefix is not valid.");
  }
  const int32_t max = in.max_annotation_results.value_or(kPageMax);
  if (max < 1 || max > kPageMax) {
    call.AddErrorField("ArgumentName", "max-annotation-results");
    call.AddErrorField("ArgumentValue", std::to_string(max));
    return Fail(object::kInvalidArgument, "Argument max-annotation-results must be an integer between 1 and 1000");
  }
  std::string after;
  if (in.continuation_token) {
    const auto token = Unbase64(*in.continuation_token);
    if (!token || token->empty()) {
      return Fail(object::kInvalidArgument, "The continuation token provided is incorrect");
    }
    after = *token;
  }
  const object::Annotated target = TargetOf(in);
  TARN_CHECK(service.FindVersion(call, bucket, target.key, target.version_id, /*with_content=*/false));
  TARN_TRY(const object::AnnotationPage page,
           service.store().annotations().List(bucket, target, prefix, after, static_cast<uint32_t>(max)));
  gen::ListObjectAnnotationsOutput out;
  auto& entries = out.annotations.emplace();
  for (const object::Annotation& annotation : page.annotations) entries.push_back(EntryOf(annotation));
  out.bucket = bucket.name;
  out.key = target.key;
  out.object_version_id = VersionIdOf(page.object);
  if (in.annotation_prefix) out.annotation_prefix = prefix;
  out.max_annotation_results = max;
  out.annotation_count = static_cast<int32_t>(entries.size());
  out.continuation_token = in.continuation_token;
  if (page.truncated) out.next_continuation_token = Base64(page.annotations.back().name);
  return out;
}

}  // namespace

Result<bool> CopiesAnnotations(const std::optional<std::string>& directive) {
  if (!directive || *directive == "COPY") return true;
  if (*directive == "EXCLUDE") return false;
  return Fail(object::kInvalidArgument, "Unknown annotation directive.");
}

Rows AnnotationRows(const Rules& rules) {
  using protocol::Bind;
  return {
      Bind<&PutObjectAnnotation>("PutObjectAnnotation", "s3:PutObjectAnnotation",
                                 rules.Object("s3:PutObjectAnnotation")),
      Bind<&GetObjectAnnotation>("GetObjectAnnotation", "s3:GetObjectAnnotation",
                                 rules.Object("s3:GetObjectAnnotation")),
      Bind<&DeleteObjectAnnotation>("DeleteObjectAnnotation", "s3:DeleteObjectAnnotation",
                                    rules.Object("s3:DeleteObjectAnnotation")),
      Bind<&ListObjectAnnotations>("ListObjectAnnotations", "s3:ListObjectAnnotations",
                                   rules.Object("s3:ListObjectAnnotations")),
  };
}

}  // namespace tarn::api::s3

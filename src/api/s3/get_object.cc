// GetObject and HeadObject.
#include <fmt/format.h>

#include <utility>

#include "api/s3/access/access.h"
#include "api/s3/encryption/encryption.h"
#include "api/s3/lifecycle/storage_headers.h"
#include "api/s3/lock/lock_headers.h"
#include "api/s3/rules/checksums.h"
#include "api/s3/rules/conditions.h"
#include "api/s3/rules/request_rules.h"
#include "api/s3/s3_service.h"
#include "base/strings.h"

namespace tarn::api::s3 {

Result<object::Version> S3Service::FindVersion(const Call& call, const object::Bucket& bucket, const std::string& key,
                                               const std::string& version_id, bool with_content) const {
  auto version = store_.Find(bucket, key, version_id, with_content);
  if (version.Is(object::kInvalidVersionId)) return BadVersionId(call, version_id);
  if (!version.ok()) {
    call.AddErrorField("Key", key);
    if (!version_id.empty()) call.AddErrorField("VersionId", version_id);
    return Missing(*this, call, bucket, key, version.error());
  }
  if (!version->is_delete_marker) return version;
  call.AddHeader("x-amz-delete-marker", "true");
  call.AddHeader("x-amz-version-id", version->version_id);
  if (version_id.empty()) {
    call.AddErrorField("Key", key);
    return Missing(*this, call, bucket, key, Fail(object::kNoSuchKey, "The specified key does not exist."));
  }
  call.AddHeader("Allow", "DELETE");
  call.AddHeader("Last-Modified", FormatHttpDate(version->modified));
  call.AddErrorField("Method", std::string(call.method()));
  call.AddErrorField("ResourceType", "DeleteMarker");
  return Fail(object::kDeleteMarker, "the version is a delete marker");
}

namespace {

// The part of a version that an answer carries.
struct Selection {
  ByteRange range;
  bool partial = false;  // 206
};

template <typename In>
Result<Selection> Select(const Call& call, const In& in, const object::Version& version) {
  Selection selection{.range = {.offset = 0, .length = version.size}};
  if (in.part_number) {
    if (in.range) {
      return Fail(object::kInvalidRequest, "Cannot specify both Range header and partNumber query parameter");
    }
    auto part = PartRange(version, static_cast<uint32_t>(*in.part_number));
    if (!part.ok()) {
      call.AddErrorField("ActualPartCount", std::to_string(std::max(version.parts, 1U)));
      call.AddErrorField("PartNumberRequested", std::to_string(*in.part_number));
      return part.error();
    }
    // An empty part has no last byte that Content-Range could name.
    return Selection{.range = *part, .partial = part->length > 0};
  }
  auto range = ParseRange(in.range, version.size);
  if (!range.ok()) {
    call.AddErrorField("RangeRequested", *in.range);
    call.AddErrorField("ActualObjectSize", std::to_string(version.size));
    return range.error();
  }
  if (*range) selection = {.range = **range, .partial = true};
  return selection;
}

std::optional<std::string> NotEmpty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

// The headers that every answer about a version has, 304 included.
template <typename Out>
void TellVersion(const object::Version& version, Out& out) {
  out.e_tag = QuoteEtag(version.etag);
  out.last_modified = WholeSeconds(version.modified);
  if (version.bucket_versioned) out.version_id = version.version_id;
}

// The whole object's checksum, or of a part asked for by its number that part's.
template <typename In, typename Out>
void TellChecksum(const In& in, const object::Version& version, const Selection& selection, Out& out) {
  if (!in.checksum_mode || !EqualsIgnoreCase(*in.checksum_mode, "ENABLED")) return;
  if (in.part_number && version.parts > 0 && version.layout) {
    const auto index = static_cast<size_t>(*in.part_number - 1);
    // A checksum of the whole says nothing of one part among several.
    if (version.checksum.type != object::ChecksumType::kComposite && version.parts > 1) return;
    if (index >= version.layout->parts.size() || version.layout->parts[index].checksum.empty()) return;
    SetChecksum(
        out, version.checksum.algorithm,
        ChecksumText({.algorithm = version.checksum.algorithm, .value = version.layout->parts[index].checksum}, 0));
    out.checksum_type = TypeName(version.checksum.type);
    return;
  }
  if (selection.range.length == version.size) SetChecksum(out, version.checksum, version.parts);
}

template <typename In, typename Out>
void TellHeaders(const Call& call, const In& in, const object::Version& version, const Selection& selection, Out& out) {
  const object::Headers& kept = version.headers;
  out.accept_ranges = "bytes";
  TellEncryption(version.attributes.encryption, out);
  out.content_type = in.response_content_type ? in.response_content_type : NotEmpty(kept.content_type);
  out.cache_control = in.response_cache_control ? in.response_cache_control : NotEmpty(kept.cache_control);
  out.content_disposition =
      in.response_content_disposition ? in.response_content_disposition : NotEmpty(kept.content_disposition);
  out.content_encoding = in.response_content_encoding ? in.response_content_encoding : NotEmpty(kept.content_encoding);
  out.content_language = in.response_content_language ? in.response_content_language : NotEmpty(kept.content_language);
  // Sent as it was given: AWS does not insist on a date here.
  if (auto expires = call.Query("response-expires")) {
    call.AddHeader("Expires", *std::move(expires));
  } else if (!kept.expires.empty()) {
    call.AddHeader("Expires", kept.expires);
  }
  out.website_redirect_location = NotEmpty(kept.website_redirect);
  if (!kept.user.empty()) out.metadata = kept.user;
  if (!version.tags.empty()) out.tag_count = static_cast<int32_t>(version.tags.size());
  if (selection.partial) out.content_range = ContentRange(selection.range, version.size);
  if (in.part_number && version.parts > 0) out.parts_count = static_cast<int32_t>(version.parts);
  TellChecksum(in, version, selection, out);
}

// Strangers take an object as it is.
template <typename In>
Status CheckOverrides(const Call& call, const In& in) {
  const bool any = in.response_cache_control || in.response_content_disposition || in.response_content_encoding ||
                   in.response_content_language || in.response_content_type || call.Query("response-expires");
  if (!any || !call.caller.anonymous()) return Ok();
  return Fail(object::kInvalidRequest, "Request specific response headers cannot be used for anonymous GET requests.");
}

// Finds, judges and selects; `answer` has its status and output when this succeeds.
template <typename In, typename Out>
Result<Selection> Begin(const Call& call, const In& in, const object::Version& version, Streamed<Out>& answer) {
  TARN_CHECK(CheckOverrides(call, in));
  const Judged judged = Judge({.if_match = in.if_match,
                               .if_none_match = in.if_none_match,
                               .if_modified_since = in.if_modified_since,
                               .if_unmodified_since = in.if_unmodified_since},
                              version, call.now);
  if (judged.verdict == ReadVerdict::kFailed) {
    call.AddErrorField("Condition", std::string(judged.header));
    return Fail(object::kPreconditionFailed, "At least one of the pre-conditions you specified did not hold");
  }
  if (judged.verdict == ReadVerdict::kNotModified) {
    TellVersion(version, answer.output);
    answer.status = 304;
    return Selection{};
  }
  TARN_TRY(const Selection selection, Select(call, in, version));
  TellVersion(version, answer.output);
  TellHeaders(call, in, version, selection, answer.output);
  answer.status = selection.partial ? 206 : 200;
  return selection;
}

}  // namespace

Task<Result<Streamed<gen::GetObjectOutput>>> S3Service::GetObject(const Call& call, const gen::GetObjectRequest& in,
                                                                  RequestBody&) {
  TARN_CO_TRY(const object::Bucket bucket, BucketOf(call, in));
  if (in.part_number) {
    TARN_CO_CHECK(CheckPartNumber(call, *in.part_number));
  }
  TARN_CO_CHECK(RefuseChoice(call));
  TARN_CO_TRY(object::Version version,
              FindVersion(call, bucket, in.key.value_or(""), in.version_id.value_or(""), /*with_content=*/true));
  TARN_CO_CHECK(Unlock(store_, call, bucket, version, CustomerHeadersOf(in)));
  Streamed<gen::GetObjectOutput> answer;
  TARN_CO_TRY(const Selection selection, Begin(call, in, version, answer));
  if (answer.status == 304) co_return std::move(answer);
  TARN_CO_CHECK(CheckReadable(*this, call, version));
  store_.reads().Note(version, store_.clock().Now());
  TellLock(*this, call, bucket, version, answer.output);
  TellStorage(*this, version, answer.output);
  if (version.is_latest) answer.output.expiration = ExpirationOf(bucket, version);
  answer.content_length = selection.range.length;
  answer.body = [layout = version.layout, range = selection.range](BodySink& sink) {
    return object::Send(layout, range.offset, range.length, sink);
  };
  co_return std::move(answer);
}

Task<Result<Streamed<gen::HeadObjectOutput>>> S3Service::HeadObject(const Call& call, const gen::HeadObjectRequest& in,
                                                                    RequestBody&) {
  TARN_CO_TRY(const object::Bucket bucket, BucketOf(call, in));
  if (in.part_number) {
    TARN_CO_CHECK(CheckPartNumber(call, *in.part_number));
  }
  TARN_CO_CHECK(RefuseChoice(call));
  TARN_CO_TRY(const object::Version version,
              FindVersion(call, bucket, in.key.value_or(""), in.version_id.value_or(""), in.part_number.has_value()));
  TARN_CO_CHECK(CheckReadKey(call, version, CustomerHeadersOf(in)));
  Streamed<gen::HeadObjectOutput> answer;
  TARN_CO_TRY(const Selection selection, Begin(call, in, version, answer));
  if (answer.status == 304) co_return std::move(answer);
  TellLock(*this, call, bucket, version, answer.output);
  TellStorage(*this, version, answer.output);
  if (version.is_latest) answer.output.expiration = ExpirationOf(bucket, version);
  answer.output.content_length = static_cast<int64_t>(selection.range.length);
  co_return std::move(answer);
}

}  // namespace tarn::api::s3

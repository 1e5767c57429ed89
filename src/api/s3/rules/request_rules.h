// What S3 requests have in common: the headers that ask for something Tarn refuses, those that are kept with an object,
// and small texts of answers.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/protocol/call.h"
#include "api/s3/errors.h"
#include "api/s3/gen/shapes.h"
#include "base/result.h"
#include "object/store/store.h"

namespace tarn::api::s3 {

// x-amz-tagging: "a=b&c=d", percent-encoded.
Result<object::Tags> ParseTagging(const std::optional<std::string>& header);
// The same of a request, whose error names the header or tag at fault.
Result<object::Tags> TaggingOf(const protocol::Call& call, const std::optional<std::string>& header);
object::Tags ToTags(const std::vector<gen::Tag>& tags);
std::vector<gen::Tag> FromTags(const object::Tags& tags);

// x-amz-meta-* as they are kept (rules/header_text.h); kMetadataTooLarge above 2 KiB of names and values.
Result<std::map<std::string, std::string>> UserMetadataOf(
    const protocol::Call& call, const std::optional<std::map<std::string, std::string>>& sent);

// x-amz-website-redirect-location: a path, or an http or https URL.
Status CheckRedirectLocation(const std::optional<std::string>& location);

// kInvalidArgument, with the argument named in the error's body.
Error BadArgument(const protocol::Call& call, std::string_view name, std::string value, std::string message);
// What names no version that this lake can have made.
Error BadVersionId(const protocol::Call& call, const std::string& version_id);
Status CheckPartNumber(const protocol::Call& call, int32_t number);
Status CheckKeyLength(const protocol::Call& call, std::string_view key);

// The headers that a new object keeps. `expires` as it came, since AWS keeps any text.
template <typename In>
Result<object::Headers> HeadersOf(const protocol::Call& call, const In& in) {
  object::Headers headers{.content_type = in.content_type.value_or("binary/octet-stream"),
                          .cache_control = in.cache_control.value_or(""),
                          .content_disposition = in.content_disposition.value_or(""),
                          .content_encoding = call.Header("content-encoding").value_or(""),
                          .content_language = in.content_language.value_or(""),
                          .expires = call.Header("expires").value_or(""),
                          .website_redirect = in.website_redirect_location.value_or(""),
                          .user = {}};
  TARN_TRY(headers.user, UserMetadataOf(call, in.metadata));
  TARN_CHECK(CheckRedirectLocation(in.website_redirect_location));
  return headers;
}

// Who asks, for a bucket that tells of its changes; empty for the others.
object::Origin OriginOf(const protocol::Call& call, const object::Bucket& bucket, std::string_view how);

// If-Match and If-None-Match of a write: one of them, an ETag or "*". S3 itself takes no ETag for If-None-Match.
Result<object::WriteCondition> ConditionOf(const protocol::Call& call, const std::optional<std::string>& if_match,
                                           const std::optional<std::string>& if_none_match);

// Names the condition in a 412's body.
void NoteCondition(const protocol::Call& call, const Error& error, const object::WriteCondition& condition);

std::string QuoteEtag(std::string_view etag);
std::string UnquoteEtag(std::string_view etag);
// The canonical user id of an account: 64 hex digits.
std::string CanonicalId(std::string_view account);
gen::Owner OwnerOf(std::string_view account);
// The version id that the answer to a write tells: none where versioning is off or suspended.
std::optional<std::string> NewVersionId(const object::Version& version);
Timestamp WholeSeconds(Timestamp time);
// A key in a listing with encoding-type=url.
std::string UrlEncoded(std::string_view text, bool encode);

// Whether encoding-type is "url"; kInvalidArgument for any other.
Result<bool> WantsUrlEncoding(const protocol::Call& call, const std::optional<std::string>& encoding_type);
std::optional<std::vector<gen::CommonPrefix>> CommonPrefixes(const std::vector<std::string>& prefixes, bool encode);

}  // namespace tarn::api::s3

// RenameObject.
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "api/s3/access/access.h"
#include "api/s3/directory/directory.h"
#include "api/s3/rules/request_rules.h"
#include "base/hash.h"
#include "base/strings.h"
#include "object/directory/directory_objects.h"

namespace tarn::api::s3 {
namespace {

constexpr std::string_view kSource = "x-amz-rename-source";
constexpr size_t kTokenMax = 64;

std::optional<std::string> Etag(const std::optional<std::string>& header) {
  return header ? std::optional(UnquoteEtag(*header)) : std::nullopt;
}

// The key that the header names: alone or behind the bucket's name. The former wins where both could be meant.
Result<std::string> SourceOf(S3Service& service, const Call& call, const object::Bucket& bucket,
                             const std::string& header) {
  auto source = PercentDecode(header);
  if (!source || source->empty() || !IsValidUtf8(*source)) {
    return BadArgument(call, kSource, header, "Invalid rename source encoding");
  }
  std::string qualified = bucket.name;
  if (bucket.point) qualified = bucket.point->name;
  qualified += '/';
  std::string_view rest = *source;
  if (rest.starts_with('/')) rest.remove_prefix(1);
  if (!rest.starts_with(qualified) || rest.size() == qualified.size()) return *std::move(source);
  if (service.store().Find(bucket, *source, "", /*with_content=*/false).ok()) return *std::move(source);
  return std::string(rest.substr(qualified.size()));
}

// Whoever moves an object away has as good as read and deleted it.
Status CheckSource(S3Service& service, const Call& call, const object::Bucket& bucket, const std::string& from) {
  for (const std::string_view action : {"s3:GetObject", "s3:DeleteObject"}) {
    TARN_TRY(const identity::Check check,
             MakeCheck(service, call, bucket, {.action = std::string(action), .key = from}));
    TARN_CHECK(call.Allow(std::span(&check, 1)));
  }
  return Ok();
}

Result<std::string> TokenOf(const Call& call, const std::optional<std::string>& header) {
  if (!header) return std::string();
  const bool valid = !header->empty() && header->size() <= kTokenMax &&
                     std::ranges::all_of(*header, [](char c) { return c >= '!' && c <= '~'; });
  if (valid) return *header;
  return BadArgument(call, "x-amz-client-token", *header,
                     "A client token has 1 to 64 characters of the ASCII range 33 to 126.");
}

std::string DigestOf(const object::Renaming& renaming) {
  std::string text;
  const auto add = [&](std::string_view part) { text += fmt::format("{}:{}", part.size(), part); };
  const auto add_end = [&](const object::RenameCondition& end) {
    add(end.if_match.value_or(""));
    add(end.if_none_match.value_or(""));
    add(end.modified_since ? std::to_string(end.modified_since->seconds()) : "");
    add(end.unmodified_since ? std::to_string(end.unmodified_since->seconds()) : "");
  };
  add(renaming.from);
  add(renaming.to);
  add_end(renaming.source);
  add_end(renaming.destination);
  return Sha256(text);
}

Result<gen::RenameObjectOutput> RenameObject(S3Service& service, const Call& call, const gen::RenameObjectRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.FindBucket(call, in.bucket));
  if (!IsDirectory(bucket) || service.parts().directory == nullptr) {
    call.AddErrorField("Header", std::string(kSource));
    return Fail(kNotImplemented, "A header you provided implies functionality that is not implemented");
  }
  object::Renaming renaming;
  renaming.to = in.key.value_or("");
  TARN_CHECK(CheckKeyLength(call, renaming.to));
  TARN_TRY(renaming.from, SourceOf(service, call, bucket, in.rename_source.value_or("")));
  if (renaming.from.ends_with('/') || renaming.to.ends_with('/')) {
    return Fail(object::kInvalidRequest, "Objects whose key ends with '/' cannot be renamed.");
  }
  if (renaming.from == renaming.to) {
    return Fail(object::kInvalidRequest, "The source and the destination of a rename must not be the same.");
  }
  TARN_CHECK(CheckSource(service, call, bucket, renaming.from));
  renaming.source = {.if_match = Etag(in.source_if_match),
                     .if_none_match = Etag(in.source_if_none_match),
                     .modified_since = in.source_if_modified_since,
                     .unmodified_since = in.source_if_unmodified_since};
  renaming.destination = {.if_match = Etag(in.destination_if_match),
                          .if_none_match = Etag(in.destination_if_none_match),
                          .modified_since = in.destination_if_modified_since,
                          .unmodified_since = in.destination_if_unmodified_since};
  TARN_TRY(renaming.token, TokenOf(call, in.client_token));
  renaming.digest = DigestOf(renaming);
  const Status renamed = service.parts().directory->Rename(bucket, renaming);
  if (renamed.ok()) return gen::RenameObjectOutput{};
  if (!renamed.Is(object::kNoSuchKey)) return renamed.error();
  call.AddErrorField("Key", renaming.from);
  return Missing(service, call, bucket, renaming.from, renamed.error());
}

}  // namespace

Rows RenameRows(const Rules& rules) {
  return {protocol::Bind<&RenameObject>("RenameObject", "s3express:CreateSession", rules.Object("s3:PutObject"))};
}

}  // namespace tarn::api::s3

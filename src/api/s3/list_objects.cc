// ListObjects, ListObjectsV2, ListObjectVersions.
#include <fmt/format.h>

#include <algorithm>

#include "api/s3/access/access.h"
#include "api/s3/directory/directory.h"
#include "api/s3/lifecycle/storage_headers.h"
#include "api/s3/rules/checksums.h"
#include "api/s3/rules/request_rules.h"
#include "api/s3/s3_service.h"
#include "base/hash.h"

namespace tarn::api::s3 {
namespace {

constexpr int32_t kPageMax = 1'000;

Result<uint32_t> PageSize(const Call& call, const std::optional<int32_t>& max_keys) {
  const int32_t max = max_keys.value_or(kPageMax);
  if (max < 0) {
    return BadArgument(call, "max-keys", std::to_string(max),
                       "Argument maxKeys must be an integer between 0 and 2147483647");
  }
  return static_cast<uint32_t>(std::min(max, kPageMax));
}

// Of ListObjectVersions, whose words for a bad limit are its own.
Result<uint32_t> VersionPageSize(const Call& call, const std::optional<int32_t>& max_keys) {
  if (max_keys.value_or(0) < 0) {
    return BadArgument(call, "maxKeys", std::to_string(*max_keys), "max-keys cannot be negative");
  }
  return PageSize(call, max_keys);
}

// What objects and versions in listings have alike.
template <typename T>
T Row(const object::Entry& entry, bool encode) {
  T row;
  row.key = UrlEncoded(entry.key, encode);
  row.last_modified = WholeSeconds(entry.modified);
  row.e_tag = QuoteEtag(entry.etag);
  row.size = static_cast<int64_t>(entry.size);
  row.storage_class = object::ClassName(entry.storage_class);
  if (entry.checksum != object::ChecksumAlgorithm::kNone) {
    row.checksum_algorithm = std::vector<std::string>{std::string(AlgorithmName(entry.checksum))};
    row.checksum_type = TypeName(entry.checksum_type);
  }
  return row;
}

template <typename Out>
void TellObjects(const object::Page& page, bool encode, const ListedOwners* owners, Out& out) {
  out.is_truncated = page.truncated;
  out.common_prefixes = CommonPrefixes(page.prefixes, encode);
  if (page.entries.empty()) return;
  out.contents.emplace();
  out.contents->reserve(page.entries.size());
  for (const object::Entry& entry : page.entries) {
    out.contents->push_back(Row<gen::Object>(entry, encode));
    if (owners != nullptr) out.contents->back().owner = owners->Of(entry.owner);
  }
}

void TellRestores(const S3Service& service, const object::Bucket& bucket, const std::vector<object::Entry>& entries,
                  std::optional<std::vector<gen::Object>>& rows) {
  for (size_t i = 0; i < entries.size(); ++i) (*rows)[i].restore_status = RestoreStatusOf(service, bucket, entries[i]);
}

// ListObjects' prefix with encoding-type=url. Not all clients decode it here, so that only what decoding would change,
// and what XML cannot hold, is encoded.
std::string FirstFormPrefix(const std::string& prefix, bool encode) {
  const auto safe = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c != '%' && c != '+' && (byte >= 0x20 || c == '\n' || c == '\t');
  };
  return UrlEncoded(prefix, encode && !std::all_of(prefix.begin(), prefix.end(), safe));
}

Error BadToken(const Call& call) {
  call.AddErrorField("ArgumentName", "continuation-token");
  return Fail(object::kInvalidArgument, "The continuation token provided is incorrect");
}

}  // namespace

Result<bool> WantsUrlEncoding(const protocol::Call& call, const std::optional<std::string>& encoding_type) {
  if (!encoding_type) return false;
  if (*encoding_type == "url") return true;
  return BadArgument(call, "encoding-type", *encoding_type, "Invalid Encoding Method specified in Request");
}

std::optional<std::vector<gen::CommonPrefix>> CommonPrefixes(const std::vector<std::string>& prefixes, bool encode) {
  if (prefixes.empty()) return std::nullopt;
  std::vector<gen::CommonPrefix> out;
  out.reserve(prefixes.size());
  for (const std::string& prefix : prefixes) out.push_back({.prefix = UrlEncoded(prefix, encode)});
  return out;
}

Result<std::unique_ptr<object::KeyVeil>> S3Service::VeilOf(const Call& call, const object::Bucket& bucket,
                                                           const std::optional<std::string>& prefix) const {
  if (!parts_.veil) return std::unique_ptr<object::KeyVeil>();
  return parts_.veil(call.caller, bucket, prefix.value_or(""));
}

Result<gen::ListObjectsOutput> S3Service::ListObjects(const Call& call, const gen::ListObjectsRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  call.AddHeader("x-amz-bucket-region", bucket.owner.region);
  TARN_TRY(const uint32_t max, PageSize(call, in.max_keys));
  TARN_TRY(const bool encode, WantsUrlEncoding(call, in.encoding_type));
  TARN_TRY(const bool restores, WantsRestoreStatus(in.optional_object_attributes));
  const object::ListQuery query{.prefix = in.prefix.value_or(""),
                                .delimiter = in.delimiter.value_or(""),
                                .start_after = in.marker.value_or(""),
                                .max = max};
  TARN_TRY(const auto veil, VeilOf(call, bucket, in.prefix));
  TARN_TRY(const object::Page page, object::List(store_, bucket, query, veil.get()));
  gen::ListObjectsOutput out;
  out.name = bucket.name;
  out.prefix = FirstFormPrefix(in.prefix.value_or(""), encode);
  out.marker = UrlEncoded(in.marker.value_or(""), encode);
  if (in.delimiter && !in.delimiter->empty()) out.delimiter = UrlEncoded(*in.delimiter, encode);
  out.max_keys = static_cast<int32_t>(max);
  if (encode) out.encoding_type = "url";
  const ListedOwners owners(*this, bucket);
  TellObjects(page, encode, &owners, out);
  if (restores) TellRestores(*this, bucket, page.entries, out.contents);
  // Without a delimiter the last key is the marker, and AWS leaves it to the client.
  if (page.truncated && out.delimiter) out.next_marker = UrlEncoded(page.next, encode);
  return out;
}

Result<gen::ListObjectsV2Output> S3Service::ListObjectsV2(const Call& call, const gen::ListObjectsV2Request& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  call.AddHeader("x-amz-bucket-region", bucket.owner.region);
  TARN_TRY(const uint32_t max, PageSize(call, in.max_keys));
  TARN_TRY(const bool encode, WantsUrlEncoding(call, in.encoding_type));
  TARN_CHECK(CheckDirectoryListing(call, bucket, in.prefix, in.delimiter));
  if (IsDirectory(bucket) && in.start_after) {
    return BadArgument(call, "start-after", *in.start_after, "Directory buckets do not support start-after.");
  }
  object::ListQuery query{.prefix = in.prefix.value_or(""),
                          .delimiter = in.delimiter.value_or(""),
                          .start_after = in.start_after.value_or(""),
                          .max = max};
  if (in.continuation_token) {
    auto token = Unbase64(*in.continuation_token);
    if (!token || token->empty() || (*token)[0] != '1') return BadToken(call);
    query.start_after = token->substr(1);
  }
  TARN_TRY(const bool restores, WantsRestoreStatus(in.optional_object_attributes));
  TARN_TRY(const auto veil, VeilOf(call, bucket, in.prefix));
  TARN_TRY(const object::Page page, object::List(store_, bucket, query, veil.get()));
  gen::ListObjectsV2Output out;
  out.name = bucket.name;
  out.prefix = UrlEncoded(in.prefix.value_or(""), encode);
  if (in.delimiter && !in.delimiter->empty()) out.delimiter = UrlEncoded(*in.delimiter, encode);
  // Where a token says where to go on, it counts for nothing.
  if (in.start_after && !in.continuation_token) out.start_after = UrlEncoded(*in.start_after, encode);
  out.continuation_token = in.continuation_token;
  out.max_keys = static_cast<int32_t>(max);
  if (encode) out.encoding_type = "url";
  out.key_count = static_cast<int32_t>(page.entries.size() + page.prefixes.size());
  const ListedOwners owners(*this, bucket);
  TellObjects(page, encode, in.fetch_owner.value_or(false) ? &owners : nullptr, out);
  if (restores) TellRestores(*this, bucket, page.entries, out.contents);
  if (page.truncated) out.next_continuation_token = Base64("1" + page.next);
  return out;
}

Result<gen::ListObjectVersionsOutput> S3Service::ListObjectVersions(const Call& call,
                                                                    const gen::ListObjectVersionsRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  TARN_TRY(const uint32_t max, VersionPageSize(call, in.max_keys));
  TARN_TRY(const bool encode, WantsUrlEncoding(call, in.encoding_type));
  const std::string key_marker = in.key_marker.value_or("");
  const std::string version_marker = in.version_id_marker.value_or("");
  if (key_marker.empty() && !version_marker.empty()) {
    return BadArgument(call, "version-id-marker", version_marker,
                       "A version-id marker cannot be specified without a key marker.");
  }
  TARN_TRY(const bool restores, WantsRestoreStatus(in.optional_object_attributes));
  const object::VersionQuery query{.prefix = in.prefix.value_or(""),
                                   .delimiter = in.delimiter.value_or(""),
                                   .key_marker = key_marker,
                                   .version_marker = version_marker,
                                   .max = max};
  TARN_TRY(const auto veil, VeilOf(call, bucket, in.prefix));
  TARN_TRY(const object::VersionPage page, object::ListVersions(store_, bucket, query, veil.get()));
  gen::ListObjectVersionsOutput out;
  out.name = bucket.name;
  out.prefix = UrlEncoded(in.prefix.value_or(""), encode);
  out.key_marker = UrlEncoded(key_marker, encode);
  out.version_id_marker = version_marker;
  if (in.delimiter && !in.delimiter->empty()) out.delimiter = UrlEncoded(*in.delimiter, encode);
  out.max_keys = static_cast<int32_t>(max);
  if (encode) out.encoding_type = "url";
  out.is_truncated = page.truncated;
  if (page.truncated) {
    out.next_key_marker = UrlEncoded(page.next_key, encode);
    // A page that ends with a common prefix ends with no version.
    if (!page.next_version.empty()) out.next_version_id_marker = page.next_version;
  }
  const ListedOwners owners(*this, bucket);
  // Both kinds in one list, in the order of keys, newest first; the codec tells them apart by the ETag.
  if (!page.entries.empty()) out.versions.emplace().reserve(page.entries.size());
  for (const object::Entry& entry : page.entries) {
    gen::ObjectVersion row;
    if (entry.is_delete_marker) {
      row.key = UrlEncoded(entry.key, encode);
      row.last_modified = WholeSeconds(entry.modified);
    } else {
      row = Row<gen::ObjectVersion>(entry, encode);
      if (restores) row.restore_status = RestoreStatusOf(*this, bucket, entry);
    }
    row.version_id = entry.version_id;
    row.is_latest = entry.is_latest;
    row.owner = owners.Of(entry.owner);
    out.versions->push_back(std::move(row));
  }
  out.common_prefixes = CommonPrefixes(page.prefixes, encode);
  return out;
}

}  // namespace tarn::api::s3

#include "api/s3/web/form/form_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/protocol/errors.h"
#include "api/s3/errors.h"
#include "api/s3/gen/operations.h"
#include "api/s3/gen/shapes.h"
#include "api/s3/rules/checksums.h"
#include "api/s3/rules/header_text.h"
#include "api/s3/rules/request_rules.h"
#include "base/hash.h"
#include "base/strings.h"
#include "base/time.h"
#include "object/errors.h"

namespace tarn::api::s3 {
namespace {

constexpr std::array<std::string_view, 4> kFieldsV4 = {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date",
                                                       "X-Amz-Signature"};
constexpr std::array<std::string_view, 2> kFieldsV2 = {"AWSAccessKeyId", "Signature"};
constexpr std::array<std::string_view, 6> kPlainHeaders = {
    "cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires"};
constexpr std::array<std::string_view, 6> kSignatureFields = {"x-amz-algorithm",      "x-amz-credential",
                                                              "x-amz-date",           "x-amz-signature",
                                                              "x-amz-security-token", "x-amz-content-sha256"};
constexpr std::string_view kMetadata = "x-amz-meta-";
constexpr std::string_view kChecksum = "x-amz-checksum-";
// The headers of that prefix that are no checksums.
constexpr std::array<std::string_view, 3> kAboutChecksums = {"x-amz-checksum-algorithm", "x-amz-checksum-type",
                                                             "x-amz-checksum-mode"};

template <typename List>
bool Contains(const List& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

bool IsToken(std::string_view name) {
  return std::ranges::all_of(name, [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
  });
}

template <typename List>
bool HasAny(const FormFields& fields, const List& names) {
  return std::ranges::any_of(names, [&](std::string_view name) { return FindField(fields, AsciiLower(name)); });
}

const protocol::OperationDesc* Describe(std::string_view name) {
  for (const protocol::OperationDesc& operation : gen::kService.operations) {
    if (operation.name == name) return &operation;
  }
  return nullptr;
}

// The field "tagging" holds PutObjectTagging's XML; PutObject wants "a=b&c=d". Another document means no tags.
Result<std::string> TaggingHeader(const std::string& xml) {
  if (Trim(xml).starts_with('<') && xml.find("<Tagging") == xml.npos) return std::string();
  const std::vector<protocol::Field> query = {{"tagging", ""}};
  const std::vector<protocol::Field> headers;
  gen::PutObjectTaggingRequest in;
  const protocol::RequestParts parts{
      .method = "PUT", .path = "/bucket/key", .query = &query, .headers = &headers, .body = xml};
  TARN_CHECK(protocol::DecodeRequest(*Describe("PutObjectTagging"), protocol::WireProtocol::kRestXml, parts, &in));
  std::vector<std::string> pairs;
  if (!in.tagging || !in.tagging->tag_set) return Fail(kMalformedXml, "no TagSet");
  for (const gen::Tag& tag : *in.tagging->tag_set) {
    pairs.push_back(PercentEncode(tag.key.value_or("")) + "=" + PercentEncode(tag.value.value_or("")));
  }
  return Join(pairs, "&");
}

// A form's checksum is judged by its look before the file is read.
Status CheckChecksumField(const std::string& name, const std::string& value) {
  const auto algorithm = ParseAlgorithm(std::string_view(name).substr(kChecksum.size()));
  if (!algorithm.ok()) {
    return Fail(object::kInvalidRequest, "The algorithm type you specified in x-amz-checksum- header is invalid.");
  }
  const auto raw = Unbase64(value);
  if (raw && raw->size() == object::ChecksumBytes(*algorithm)) return Ok();
  return Fail(object::kInvalidRequest, fmt::format("Value for {} header is invalid.", name));
}

}  // namespace

Error MissingField(const protocol::Call& call, std::string_view name) {
  call.AddErrorField("ArgumentName", std::string(name));
  call.AddErrorField("ArgumentValue", "");
  return Fail(object::kInvalidArgument,
              fmt::format("Bucket POST must contain a field named '{}'.  If it is specified, please check the order of "
                          "the fields.",
                          name));
}

Result<std::optional<protocol::FormClaim>> FormClaimOf(const protocol::Call& call, const FormFields& fields) {
  const bool v4 = HasAny(fields, kFieldsV4);
  if (!v4 && !HasAny(fields, kFieldsV2)) return std::optional<protocol::FormClaim>();
  const auto names = v4 ? std::span<const std::string_view>(kFieldsV4) : std::span<const std::string_view>(kFieldsV2);
  for (const std::string_view name : names) {
    if (FindField(fields, AsciiLower(name)) == nullptr) return MissingField(call, name);
  }
  if (FindField(fields, "policy") == nullptr) return MissingField(call, "Policy");
  protocol::FormClaim claim{.v2 = !v4};
  if (const std::string* token = FindField(fields, "x-amz-security-token")) claim.token = *token;
  claim.signature = *FindField(fields, v4 ? "x-amz-signature" : "signature");
  if (!v4) {
    claim.access_key_id = *FindField(fields, "awsaccesskeyid");
    return std::optional(std::move(claim));
  }
  if (const std::string& algorithm = *FindField(fields, "x-amz-algorithm"); algorithm != "AWS4-HMAC-SHA256") {
    return BadArgument(call, "X-Amz-Algorithm", algorithm, "Only AWS4-HMAC-SHA256 is supported");
  }
  if (const std::string& date = *FindField(fields, "x-amz-date"); !ParseAmzDate(date)) {
    return BadArgument(call, "X-Amz-Date", date, "X-Amz-Date must be formated via ISO8601 Long format");
  }
  if (const std::string& credential = *FindField(fields, "x-amz-credential");
      !protocol::ReadFormCredential(credential, claim)) {
    return BadArgument(call, "x-amz-credential", credential,
                       "the Credential is mal-formed; expecting "
                       "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
  }
  return std::optional(std::move(claim));
}

Result<std::vector<protocol::Field>> PutHeadersOf(const FormFields& fields) {
  std::vector<protocol::Field> headers;
  for (const auto& [name, value] : fields) {
    if (name.starts_with(kChecksum) && !Contains(kAboutChecksums, name)) TARN_CHECK(CheckChecksumField(name, value));
    if (name == "acl") {
      headers.push_back({"x-amz-acl", SystemHeaderText(value)});
    } else if (name == "tagging") {
      TARN_TRY(std::string tags, TaggingHeader(value));
      if (!tags.empty()) headers.push_back({"x-amz-tagging", std::move(tags)});
    } else if (name.starts_with(kMetadata)) {
      if (!IsToken(name)) return Fail(kMalformedPost, "A field's name is no name of a header.");
      headers.push_back({name, MetadataHeader(value)});
    } else if (Contains(kPlainHeaders, name) || (name.starts_with("x-amz-") && !Contains(kSignatureFields, name))) {
      headers.push_back({name, SystemHeaderText(value)});
    }
  }
  return headers;
}

std::optional<std::string> RedirectOf(const FormFields& fields) {
  const std::string* url = FindField(fields, "success_action_redirect");
  if (url == nullptr) url = FindField(fields, "redirect");
  if (url == nullptr) return std::nullopt;
  const bool absolute = url->starts_with("http://") || url->starts_with("https://");
  const bool plain = std::ranges::all_of(*url, [](char c) { return c > ' ' && c < 0x7f; });
  if (!absolute || !plain) return std::nullopt;
  return *url;
}

}  // namespace tarn::api::s3

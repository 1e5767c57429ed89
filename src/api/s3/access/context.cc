#include "api/s3/access/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "api/s3/rules/request_rules.h"
#include "base/strings.h"
#include "base/time.h"
#include "object/points/access_points.h"

namespace tarn::api::s3 {
namespace {

using protocol::Call;
using Value = std::optional<std::string>;

constexpr std::string_view kHeaderAlgorithm = "AWS4-HMAC-SHA256";

// A header, or the query parameter that stands for it in presigned URLs.
Value HeaderOrQuery(const Call& call, std::string_view name) {
  if (auto header = call.Header(name)) return header;
  return call.Query(name);
}

bool SignedInQuery(const Call& call) { return call.Query("X-Amz-Signature") || call.Query("Signature"); }

Value AuthType(const Call& call) {
  if (call.caller.anonymous()) return std::nullopt;
  if (call.method() == "POST" && !call.Header("authorization")) return "POST";
  return SignedInQuery(call) ? "REST-QUERY-STRING" : "REST-HEADER";
}

Value SignatureVersion(const Call& call) {
  if (call.caller.anonymous()) return std::nullopt;
  if (call.Query("AWSAccessKeyId")) return "AWS";
  return std::string(kHeaderAlgorithm);
}

// Milliseconds since the request was signed.
Value SignatureAge(const Call& call) {
  Value date = call.Query("X-Amz-Date");
  if (!date) date = call.Header("x-amz-date");
  const auto time = date ? ParseAmzDate(*date) : std::nullopt;
  if (!time) return std::nullopt;
  return std::to_string(std::max<int64_t>(0, (call.now.micros - time->micros) / 1000));
}

// Header "/bucket/key" and "bucket/key" are the same source; decoded as for the copy itself.
Value CopySource(const Call& call) {
  auto header = call.Header("x-amz-copy-source");
  if (!header) return std::nullopt;
  std::string source = PercentDecode(*header, /*plus_is_space=*/true).value_or(*header);
  if (source.starts_with('/')) source.erase(0, 1);
  return source;
}

Value RemainingRetentionDays(const Call& call) {
  const auto header = call.Header("x-amz-object-lock-retain-until-date");
  const auto until = header ? ParseIso8601(*header) : std::nullopt;
  if (!until) return std::nullopt;
  return std::to_string(DaysUntil(*until, call.now));
}

// Of writes that end in a new object: not of an upload's beginning and parts.
Value CreatesObject(const Call& call, const identity::Check& check) {
  if (check.action != "s3:PutObject" || call.Query("partNumber") || call.Query("uploads")) return std::nullopt;
  return "true";
}

using Finder = Value (*)(const Call&);
constexpr std::array<std::pair<std::string_view, Finder>, 23> kFinders = {{
    {"aws:sourceip", [](const Call& call) -> Value { return call.source_ip; }},
    {"aws:securetransport", [](const Call& call) -> Value { return call.secure_transport ? "true" : "false"; }},
    {"aws:useragent", [](const Call& call) { return call.Header("user-agent"); }},
    {"aws:referer", [](const Call& call) { return call.Header("referer"); }},
    {"aws:currenttime", [](const Call& call) -> Value { return FormatIso8601(call.now); }},
    {"aws:epochtime", [](const Call& call) -> Value { return std::to_string(call.now.seconds()); }},
    {"aws:requestedregion", [](const Call& call) -> Value { return call.scope.region; }},
    {"aws:viaawsservice", [](const Call&) -> Value { return "false"; }},
    {"aws:sourceaccount",
     [](const Call& call) -> Value {
       if (call.caller.type != identity::PrincipalType::kService) return std::nullopt;
       return call.caller.account;
     }},
    {"s3:prefix", [](const Call& call) { return call.Query("prefix"); }},
    {"s3:delimiter", [](const Call& call) { return call.Query("delimiter"); }},
    {"s3:max-keys", [](const Call& call) { return call.Query("max-keys"); }},
    {"s3:versionid", [](const Call& call) { return call.Query("versionId"); }},
    {"s3:x-amz-copy-source", CopySource},
    {"s3:tlsversion", [](const Call& call) { return call.Header(":tls-version"); }},
    {"s3:authtype", AuthType},
    {"s3:signatureversion", SignatureVersion},
    {"s3:signatureage", SignatureAge},
    {"s3:object-lock-mode", [](const Call& call) { return call.Header("x-amz-object-lock-mode"); }},
    {"s3:object-lock-legal-hold", [](const Call& call) { return call.Header("x-amz-object-lock-legal-hold"); }},
    {"s3:object-lock-retain-until-date",
     [](const Call& call) { return call.Header("x-amz-object-lock-retain-until-date"); }},
    {"s3:object-lock-remaining-retention-days", RemainingRetentionDays},
    {"s3:if-match", [](const Call& call) { return call.Header("if-match"); }},
}};

bool Give(Value value, std::vector<std::string>& values) {
  if (!value) return false;
  values.push_back(*std::move(value));
  return true;
}

bool FindIn(const object::Tags* tags, std::string_view name, std::vector<std::string>& values) {
  if (tags == nullptr) return false;
  for (const auto& [key, value] : *tags) {
    if (key == name) return Give(value, values);
  }
  return false;
}

}  // namespace

int64_t DaysUntil(Timestamp until, Timestamp now) {
  constexpr int64_t kDayMicros = 86'400 * kMicrosPerSecond;
  return (until.micros - now.micros + kDayMicros - 1) / kDayMicros;
}

bool RequestContext::FindTag(std::string_view family, std::string_view name, std::vector<std::string>& values) const {
  if (family == "s3:existingobjecttag") return FindIn(tags_(), name, values);
  if (family == "s3:buckettag" || family == "aws:resourcetag") {
    return bucket_tags_decide_ && bucket_.tags && FindIn(&*bucket_.tags, name, values);
  }
  if (family != "s3:requestobjecttag") return false;
  // Writers of objects carry the tags in a header.
  const auto tags = ParseTagging(call_.Header("x-amz-tagging"));
  return tags.ok() && FindIn(&*tags, name, values);
}

// The names of all tags that the request carries; nothing when it carries none.
bool RequestContext::TagKeys(std::string_view family, std::vector<std::string>& values) const {
  bool found = false;
  for (const auto& [key, value] : check_.context) {
    if (!key.starts_with(family)) continue;
    values.push_back(key.substr(family.size()));
    found = true;
  }
  if (found || family != kRequestObjectTag) return found;
  const auto tags = ParseTagging(call_.Header("x-amz-tagging"));
  if (!tags.ok()) return false;
  for (const auto& [name, value] : *tags) values.push_back(name);
  return !tags->empty();
}

bool RequestContext::FindOfRequest(std::string_view key, std::vector<std::string>& values) const {
  for (const auto& [name, find] : kFinders) {
    if (name == key) return Give(find(call_), values);
  }
  constexpr std::string_view kOfHeader = "s3:x-amz-";
  constexpr size_t kService = 3;
  if (key.starts_with(kOfHeader)) return Give(HeaderOrQuery(call_, key.substr(kService)), values);
  if (key == "s3:if-none-match") return Give(call_.Header("if-none-match"), values);
  return false;
}

bool RequestContext::Find(std::string_view key, std::vector<std::string>& values) const {
  if (const auto told = check_.context.find(std::string(key)); told != check_.context.end()) {
    return Give(told->second, values);
  }
  // Directory buckets know the same of a request under their own name.
  constexpr std::string_view kExpress = "s3express:";
  if (key.starts_with(kExpress)) return Find(fmt::format("s3:{}", key.substr(kExpress.size())), values);
  if (key == "s3:resourceaccount" || key == "aws:resourceaccount") return Give(bucket_.owner.account, values);
  if (key == "s3:objectcreationoperation") return Give(CreatesObject(call_, check_), values);
  if (bucket_.point != nullptr) {
    if (key == "s3:dataaccesspointarn") return Give(bucket_.point->arn(), values);
    if (key == "s3:dataaccesspointaccount") return Give(bucket_.point->owner.account, values);
    if (key == "s3:accesspointnetworkorigin") return Give(std::string(bucket_.point->network_origin()), values);
    constexpr std::string_view kTag = "s3:accesspointtag/";
    if (key.starts_with(kTag)) return FindIn(&bucket_.point->tags, key.substr(kTag.size()), values);
  }
  if (key == "s3:requestobjecttagkeys") return TagKeys(kRequestObjectTag, values);
  if (key == "aws:tagkeys") return TagKeys(kRequestTag, values);
  if (const size_t slash = key.find('/'); slash != key.npos) {
    return FindTag(key.substr(0, slash), key.substr(slash + 1), values);
  }
  return FindOfRequest(key, values);
}

}  // namespace tarn::api::s3

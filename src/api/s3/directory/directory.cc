#include "api/s3/directory/directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/protocol/codec.h"
#include "api/protocol/shape.h"
#include "api/s3/rules/request_rules.h"
#include "base/strings.h"
#include "identity/sessions.h"
#include "object/points/access_points.h"

namespace tarn::api::s3 {
namespace {

constexpr std::array<std::string_view, 30> kServed = {
    "AbortMultipartUpload",
    "CompleteMultipartUpload",
    "CopyObject",
    "CreateMultipartUpload",
    "CreateSession",
    "DeleteBucket",
    "DeleteBucketEncryption",
    "DeleteBucketLifecycle",
    "DeleteBucketMetricsConfiguration",
    "DeleteBucketPolicy",
    "DeleteObject",
    "DeleteObjects",
    "GetBucketEncryption",
    "GetBucketLifecycleConfiguration",
    "GetBucketMetricsConfiguration",
    "GetBucketPolicy",
    "GetObject",
    "GetObjectAttributes",
    "HeadBucket",
    "HeadObject",
    "ListBucketMetricsConfigurations",
    "ListMultipartUploads",
    "ListObjectsV2",
    "ListParts",
    "PutBucketEncryption",
    "PutBucketLifecycleConfiguration",
    "PutBucketMetricsConfiguration",
    "PutBucketPolicy",
    "PutObject",
    "RenameObject",
};
constexpr std::array<std::string_view, 2> kServedParts = {"UploadPart", "UploadPartCopy"};

// Asked for with an object, but known to other buckets only.
constexpr std::array<std::string_view, 12> kForeignHeaders = {
    "x-amz-acl",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write-acp",
    "x-amz-tagging",
    "x-amz-website-redirect-location",
    "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date",
    "x-amz-object-lock-legal-hold",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-bypass-governance-retention",
};

template <size_t N>
bool Contains(const std::array<std::string_view, N>& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

bool IsOfObject(const Call& call) { return call.operation->uri.find("{Key+}") != std::string_view::npos; }

Error HeaderNotImplemented(const Call& call, std::string_view header) {
  call.AddErrorField("Header", std::string(header));
  return Fail(kNotImplemented, "A header you provided implies functionality that is not implemented");
}

// The endpoint for directory buckets knows one PUT of a bucket's XML, whatever the query says.
Error NotServed(const Call& call) {
  if (IsOfObject(call)) return Fail(kNotImplemented, "This operation is not implemented for directory buckets.");
  const protocol::Member* body = call.operation->input->payload;
  if (call.method() == "PUT" && body != nullptr) {
    return Fail(object::kInvalidArgument,
                fmt::format("{} is not valid, expected CreateBucketConfiguration", body->wire_name));
  }
  call.AddErrorField("Method", std::string(call.method()));
  call.AddErrorField("ResourceType", "BUCKET");
  return Fail(kMethodNotAllowed, "the operation is not one of directory buckets");
}

// Whether the bucket is the request's own, not a copy's source.
bool IsRequested(const Call& call, const object::Bucket& bucket) {
  std::string_view path = call.raw_path();
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::string_view asked = path.substr(0, path.find('/'));
  return asked == bucket.name || (bucket.point != nullptr && asked == bucket.point->name);
}

constexpr std::string_view kAnyMode = "any";

}  // namespace

Status CheckDirectoryRequest(const Call& call, const object::Bucket& bucket) {
  if (call.operation == nullptr || !IsRequested(call, bucket)) return Ok();
  const std::string_view name = call.operation->name;
  if (!Contains(kServed, name) && !Contains(kServedParts, name)) return NotServed(call);
  if (!IsOfObject(call)) return Ok();
  for (const std::string_view header : kForeignHeaders) {
    if (call.request->Header(header) != nullptr) return HeaderNotImplemented(call, header);
  }
  constexpr std::string_view kEncryption = "x-amz-server-side-encryption";
  const std::string* encryption = call.request->Header(kEncryption);
  if (encryption != nullptr && *encryption == "aws:kms:dsse") return HeaderNotImplemented(call, kEncryption);
  return Ok();
}

void AsDirectoryCheck(const Call& call, const object::Bucket& bucket, const std::optional<std::string>& key,
                      identity::Check& check) {
  const std::string mode_key(object::kSessionModeKey);
  if (!object::AskOfDirectory(bucket, key ? &*key : nullptr, check)) return;
  std::string& mode = check.context[mode_key];
  mode = kAnyMode;
  if (!call.caller.facts) return;
  // A session has its mode, whatever it is used for.
  const auto& told = call.caller.facts->conditions;
  if (const auto found = told.find(mode_key); found != told.end()) mode = found->second;
}

void ChooseMode(const Call& call, identity::Check& check) {
  const auto mode = check.context.find(std::string(object::kSessionModeKey));
  if (mode == check.context.end() || mode->second != kAnyMode) return;
  mode->second = object::kSessionWrites;
  if (!check.guard || call.authorizer == nullptr) return;  // the account's own, or a stranger's: modes do not count
  if (!call.Allow(std::span(&check, 1)).ok()) mode->second = object::kSessionReads;
}

Status CheckDirectoryListing(const Call& call, const object::Bucket& bucket, const std::optional<std::string>& prefix,
                             const std::optional<std::string>& delimiter) {
  if (!IsDirectory(bucket)) return Ok();
  if (delimiter && !delimiter->empty() && *delimiter != "/") {
    return BadArgument(call, "delimiter", *delimiter, "Directory buckets only support the delimiter '/'.");
  }
  if (prefix && !prefix->empty() && !prefix->ends_with('/')) {
    return BadArgument(call, "prefix", *prefix, "Directory buckets only support prefixes that end with '/'.");
  }
  return Ok();
}

}  // namespace tarn::api::s3

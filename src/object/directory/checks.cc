#include "object/directory/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "object/directory/names.h"

namespace tarn::object {
namespace {

constexpr std::string_view kSession = "s3express:CreateSession";

enum class Needs : uint8_t { kAny, kReads, kWrites };  // which mode of session

constexpr std::array<std::pair<std::string_view, Needs>, 14> kOfSession = {{
    {"s3:GetObject", Needs::kAny},
    {"s3:GetObjectVersion", Needs::kAny},
    {"s3:GetObjectAttributes", Needs::kAny},
    {"s3:GetObjectVersionAttributes", Needs::kAny},
    {"s3:ListBucket", Needs::kAny},
    {"s3:ListMultipartUploadParts", Needs::kAny},
    {"s3:ListBucketMultipartUploads", Needs::kAny},
    {"s3:PutObject", Needs::kWrites},
    {"s3:DeleteObject", Needs::kWrites},
    {"s3:DeleteObjectVersion", Needs::kWrites},
    {"s3:AbortMultipartUpload", Needs::kWrites},
    {"s3:CreateSession", Needs::kAny},
    {"s3:CreateSession ReadOnly", Needs::kReads},
    {"s3:CreateSession ReadWrite", Needs::kWrites},
}};

}  // namespace

std::string DirectoryArn(const Scope& owner, std::string_view name) {
  return fmt::format("arn:aws:s3express:{}:{}:bucket/{}", owner.region, owner.account, name);
}

std::string BucketArn(const Bucket& bucket) {
  return IsDirectoryBucket(bucket.name) ? DirectoryArn(bucket.owner, bucket.name)
                                        : fmt::format("arn:aws:s3:::{}", bucket.name);
}

bool AskOfDirectory(const Bucket& bucket, const std::string* key, identity::Check& check) {
  const std::string asked = std::move(check.action);
  check.resource = DirectoryArn(bucket.owner, bucket.name);
  check.context["s3express:locationname"] = ZoneOf(bucket.name).value_or("");
  const auto* needed = std::ranges::find(kOfSession, asked, [](const auto& row) { return row.first; });
  if (needed == kOfSession.end()) {
    check.action = "s3express:" + asked.substr(asked.find(':') + 1);
    return false;
  }
  check.action = kSession;
  // What it is about, for whoever governs more than buckets.
  check.context["s3express:operation"] = asked;
  if (key != nullptr) check.context["s3express:object"] = *key;
  check.context[std::string(kSessionModeKey)] = needed->second == Needs::kWrites ? kSessionWrites : kSessionReads;
  return needed->second == Needs::kAny;
}

identity::Check CheckOf(const Bucket& bucket, std::string_view action, const std::string& key) {
  identity::Check check{.action = std::string(action), .resource = {}, .owner = bucket.owner.account, .context = {}};
  if (IsDirectoryBucket(bucket.name)) {
    AskOfDirectory(bucket, key.empty() ? nullptr : &key, check);
  } else {
    check.resource = fmt::format("arn:aws:s3:::{}{}{}", bucket.name, key.empty() ? "" : "/", key);
  }
  return check;
}

}  // namespace tarn::object

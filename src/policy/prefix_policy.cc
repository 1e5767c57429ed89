#include "policy/prefix_policy.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "json/json.h"

namespace tarn::policy {
namespace {

// Text in a policy's resource, where '*', '?' and '$' would mean more than themselves.
std::string Literally(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '*' || c == '?' || c == '$') {
      out += fmt::format("${{{}}}", c);
    } else {
      out += c;
    }
  }
  return out;
}

json::Object Statement(json::Array actions, json::Array resources) {
  return json::Object{{"Effect", "Allow"}, {"Action", std::move(actions)}, {"Resource", std::move(resources)}};
}

}  // namespace

std::string PrefixPolicy(const std::vector<BucketPrefix>& prefixes, const PrefixRights& rights) {
  json::Array statements;
  json::Array objects;
  for (const BucketPrefix& place : prefixes) {
    const std::string bucket = "arn:aws:s3:::" + Literally(place.bucket);
    const std::string within = place.key.empty() ? "" : Literally(place.key) + "/";
    objects.emplace_back(fmt::format("{}/{}*", bucket, within));
    json::Object list = Statement({"s3:ListBucket", "s3:ListBucketMultipartUploads"}, {bucket});
    if (!within.empty()) {
      json::Array prefixes{Literally(place.key), within + "*"};
      list.emplace_back("Condition", json::Object{{"StringLike", json::Object{{"s3:prefix", std::move(prefixes)}}}});
    }
    statements.emplace_back(std::move(list));
    statements.emplace_back(Statement({"s3:GetBucketLocation"}, {bucket}));
  }
  json::Array actions{"s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectAttributes"};
  if (rights.writes) {
    for (const char* action :
         {"s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObjectTagging"}) {
      actions.emplace_back(action);
    }
  }
  if (rights.deletes) actions.emplace_back("s3:DeleteObject");
  statements.emplace_back(Statement(std::move(actions), std::move(objects)));
  return json::Write(json::Object{{"Version", "2012-10-17"}, {"Statement", std::move(statements)}});
}

}  // namespace tarn::policy

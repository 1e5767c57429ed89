#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "audit/delivery/verify.h"
#include "base/hash.h"
#include "base/strings.h"
#include "cli/aws_client.h"
#include "cli/commands.h"

namespace tarn::cli {
namespace {

constexpr int kNotFound = 404;

std::string TextOf(const json::Value* value, std::string_view key) {
  return value == nullptr ? "" : std::string(value->StringOr(key, ""));
}

// The keys of a trail's digests of one region, by time.
Result<std::vector<std::string>> ListDigests(const AwsClient& client, const std::string& bucket,
                                             const std::string& prefix, const std::string& of_trail) {
  std::vector<std::string> keys;
  std::string after;
  while (true) {
    AwsClient::S3Request request;
    request.path = "/" + bucket;
    request.query = {{"list-type", "2"}, {"prefix", prefix}};
    if (!after.empty()) request.query.emplace_back("continuation-token", after);
    TARN_TRY(const auto page, client.S3(request));
    for (const std::string& entry : XmlAll(page.body, "Contents")) {
      std::string key = XmlText(entry, "Key");
      if (key.find(of_trail) != std::string::npos) keys.push_back(std::move(key));
    }
    after = XmlText(page.body, "NextContinuationToken");
    if (after.empty()) break;
  }
  std::ranges::sort(keys);
  return keys;
}

Result<std::optional<audit::FetchedFile>> FetchFile(const AwsClient& client, const std::string& bucket,
                                                    const std::string& key) {
  AwsClient::S3Request request;
  request.path = "/" + bucket + "/" + key;
  auto answer = client.S3(request);
  if (!answer.ok()) {
    const std::string& message = answer.error().message;
    if (message.find("NoSuchKey") != std::string::npos ||
        message.find(std::to_string(kNotFound)) != std::string::npos) {
      return std::optional<audit::FetchedFile>();
    }
    return answer.error();
  }
  return std::optional(
      audit::FetchedFile{std::move(answer->body), std::string(answer->headers.Get("x-amz-meta-signature"))});
}

Result<audit::VerifyReport> Verify(const AwsClient& client, const std::string& name) {
  TARN_TRY(const json::Value found, client.Call("cloudtrail", "GetTrail", json::Object{{"Name", name}}));
  const json::Value* trail = found.Find("Trail");
  const std::string arn = TextOf(trail, "TrailARN");
  const auto parts = Split(arn, ':');
  if (parts.size() < 6) return Fail(kCallFailed, fmt::format("{} is no trail", name));
  const std::string account(parts[4]);
  const std::string& region = client.target().region;
  audit::VerifyAsk ask;
  ask.bucket = TextOf(trail, "S3BucketName");
  std::string prefix = TextOf(trail, "S3KeyPrefix");
  if (!prefix.empty()) prefix += '/';
  const std::string of_trail = fmt::format("{}_CloudTrail-Digest_{}_{}_{}_", account, region, TextOf(trail, "Name"),
                                           TextOf(trail, "HomeRegion"));
  TARN_TRY(ask.digests,
           ListDigests(client, ask.bucket, fmt::format("{}AWSLogs/{}/CloudTrail-Digest/{}/", prefix, account, region),
                       of_trail));
  TARN_TRY(const json::Value keys, client.Call("cloudtrail", "ListPublicKeys", json::Object{}));
  if (const json::Value* list = keys.Find("PublicKeyList"); list != nullptr && list->is_array()) {
    for (const json::Value& key : *list->AsArray()) {
      ask.public_keys[TextOf(&key, "Fingerprint")] = Unbase64(TextOf(&key, "Value")).value_or("");
    }
  }
  ask.fetch = [&](const std::string& key) { return FetchFile(client, ask.bucket, key); };
  return audit::VerifyDelivered(ask);
}

}  // namespace

// tarn trail verify TRAIL
int RunTrail(const CommandLine& line) {
  if (line.words.size() != 2 || line.words[0] != "verify") {
    fmt::print(stderr, "tarn: tarn trail verify TRAIL\n");
    return 2;
  }
  auto target = FindTarget(line.flags, line.environment);
  if (!target.ok()) return Complain(target.error().message);
  const auto client = AwsClient::Make(std::move(*target));
  if (!client.ok()) return Complain(client.error().message);
  const auto report = Verify(*client, line.words[1]);
  if (!report.ok()) return Complain(report.error().message);
  for (const std::string& problem : report->problems) fmt::print("{}\n", problem);
  fmt::print("{}/{} digest files valid\n{}/{} log files valid\n", report->digests,
             report->digests + report->digests_invalid, report->files, report->files + report->files_invalid);
  return report->ok() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace tarn::cli

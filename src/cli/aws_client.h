// Signed calls to a running lake: S3's REST and the JSON services, as the command line needs them.
//
// Where the lake is and who asks comes from flags, then TARN_ENDPOINT / AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID …, then the
// root-credentials file of a lake on this machine (--data, TARN_DATA, ./lake).
// Errors: kNoCredentials, kCallFailed (the service's own code and message), http's.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/client.h"
#include "json/json.h"

namespace tarn::cli {

inline constexpr Reason kNoCredentials{"cli.NoCredentials", Code::kPermissionDenied};
inline constexpr Reason kCallFailed{"cli.CallFailed", Code::kInvalidArgument};

struct Target {
  std::string endpoint = "http://127.0.0.1:4566";
  std::string region = "us-east-1";
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  std::string from;  // where the credentials were found, for messages
};

// `flags` may hold "endpoint", "region", "data".
Result<Target> FindTarget(const std::map<std::string, std::string>& flags,
                          const std::map<std::string, std::string>& environment);

class AwsClient {
 public:
  static Result<AwsClient> Make(Target target);

  // Calls one operation of a JSON 1.1 service ("athena", "glue").
  Result<json::Value> Call(std::string_view service, std::string_view operation, const json::Value& input) const;
  // One S3 request; `path` is "/bucket/key" with the key as it is, `query` of names and values as they are.
  struct S3Request {
    std::string method = "GET";
    std::string path = "/";
    std::vector<std::pair<std::string, std::string>> query;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::function<Result<size_t>(std::span<char>)> source;  // instead of `body`
    uint64_t length = 0;
  };
  // A status of 300 and more becomes the error of its XML body.
  Result<http::ClientResponse> S3(const S3Request& request, const http::ClientSink& sink = nullptr) const;
  // "000000000000 (arn…)" of sts:GetCallerIdentity: account and ARN.
  Result<std::pair<std::string, std::string>> WhoAmI() const;

  const Target& target() const { return target_; }
  const http::Url& url() const { return url_; }

 private:
  AwsClient(Target target, http::Url url) : target_(std::move(target)), url_(std::move(url)) {}
  void Sign(http::ClientRequest& request, std::string_view service, std::string_view payload_hash) const;

  Target target_;
  http::Url url_;
};

// The text of the first <name>…</name>, unescaped; "" without one.
std::string XmlText(std::string_view xml, std::string_view name);
// The texts between each <name> and </name>.
std::vector<std::string> XmlAll(std::string_view xml, std::string_view name);

}  // namespace tarn::cli

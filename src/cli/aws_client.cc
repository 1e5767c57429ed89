#include "cli/aws_client.h"

#include <fmt/format.h>

#include <fstream>

#include "api/protocol/auth/sign.h"
#include "api/protocol/auth/sigv4.h"
#include "base/hash.h"
#include "base/strings.h"
#include "base/time.h"

namespace tarn::cli {
namespace {

namespace protocol = api::protocol;

std::string TargetPrefix(std::string_view service) {
  if (service == "athena") return "AmazonAthena";
  if (service == "cloudtrail") return "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101";
  return "AWSGlue";
}

// The [default] part of a credentials file.
bool ReadCredentials(const std::string& path, Target& target) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const size_t equals = line.find('=');
    if (equals == std::string::npos) continue;
    const std::string_view name = Trim(std::string_view(line).substr(0, equals));
    const std::string value(Trim(std::string_view(line).substr(equals + 1)));
    if (name == "aws_access_key_id") target.access_key_id = value;
    if (name == "aws_secret_access_key") target.secret_access_key = value;
  }
  target.from = path;
  return !target.access_key_id.empty() && !target.secret_access_key.empty();
}

std::string Unescape(std::string text) {
  constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
      {"&lt;", "<"},   {"&gt;", ">"},   {"&quot;", "\""}, {"&apos;", "'"},
      {"&#xd;", "\r"}, {"&#xA;", "\n"}, {"&amp;", "&"}};
  for (const auto& [entity, plain] : kEntities) {
    for (size_t at = 0; (at = text.find(entity, at)) != std::string::npos; at += plain.size()) {
      text.replace(at, entity.size(), plain);
    }
  }
  return text;
}

}  // namespace

std::vector<std::string> XmlAll(std::string_view xml, std::string_view name) {
  std::vector<std::string> texts;
  const std::string open = fmt::format("<{}>", name);
  const std::string close = fmt::format("</{}>", name);
  for (size_t at = 0; (at = xml.find(open, at)) != std::string_view::npos;) {
    at += open.size();
    const size_t end = xml.find(close, at);
    if (end == std::string_view::npos) break;
    texts.emplace_back(xml.substr(at, end - at));
    at = end + close.size();
  }
  return texts;
}

std::string XmlText(std::string_view xml, std::string_view name) {
  auto texts = XmlAll(xml, name);
  return texts.empty() ? "" : Unescape(std::move(texts[0]));
}

Result<Target> FindTarget(const std::map<std::string, std::string>& flags,
                          const std::map<std::string, std::string>& environment) {
  const auto first = [&](std::initializer_list<std::string> names, std::string otherwise) {
    for (const std::string& name : names) {
      const auto found = environment.find(name);
      if (found != environment.end() && !found->second.empty()) return found->second;
    }
    return otherwise;
  };
  const auto flag = [&](const std::string& name, std::string otherwise) {
    const auto found = flags.find(name);
    return found != flags.end() ? found->second : otherwise;
  };
  Target target;
  target.endpoint = flag("endpoint", first({"TARN_ENDPOINT", "AWS_ENDPOINT_URL"}, target.endpoint));
  target.region = flag("region", first({"TARN_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"}, target.region));
  if (!flags.contains("data")) {
    target.access_key_id = first({"AWS_ACCESS_KEY_ID", "TARN_ROOT_ACCESS_KEY_ID"}, "");
    target.secret_access_key = first({"AWS_SECRET_ACCESS_KEY", "TARN_ROOT_SECRET_ACCESS_KEY"}, "");
    target.session_token = first({"AWS_SESSION_TOKEN"}, "");
    target.from = "the environment";
    if (!target.access_key_id.empty() && !target.secret_access_key.empty()) return target;
    const std::string file = first({"AWS_SHARED_CREDENTIALS_FILE"}, "");
    if (!file.empty() && ReadCredentials(file, target)) return target;
  }
  const std::string data = flag("data", first({"TARN_DATA"}, "lake"));
  if (ReadCredentials(data + "/root-credentials", target)) return target;
  return Fail(kNoCredentials,
              fmt::format("no credentials: {}/root-credentials cannot be read. Set AWS_ACCESS_KEY_ID and "
                          "AWS_SECRET_ACCESS_KEY, or tell the lake's directory by --data DIR",
                          data));
}

Result<AwsClient> AwsClient::Make(Target target) {
  TARN_TRY(http::Url url, http::Url::Parse(target.endpoint));
  return AwsClient(std::move(target), std::move(url));
}

void AwsClient::Sign(http::ClientRequest& request, std::string_view service, std::string_view payload_hash) const {
  if (!target_.session_token.empty()) request.headers.Set("X-Amz-Security-Token", target_.session_token);
  std::vector<protocol::Field> fields = {{"Host", url_.Authority()}};
  for (const auto& field : request.headers) fields.push_back({field.name, field.value});
  const size_t mark = request.target.find('?');
  const std::string_view target = request.target;
  protocol::SignHeaders({.method = request.method,
                         .path = target.substr(0, mark),
                         .query = mark == std::string::npos ? std::string_view() : target.substr(mark + 1),
                         .payload_hash = payload_hash,
                         .access_key_id = target_.access_key_id,
                         .secret_access_key = target_.secret_access_key,
                         .region = target_.region,
                         .service = service,
                         .now = SystemClock().Now()},
                        fields);
  for (auto& field : fields) {
    if (field.name != "Host") request.headers.Set(field.name, std::move(field.value));
  }
}

Result<json::Value> AwsClient::Call(std::string_view service, std::string_view operation,
                                    const json::Value& input) const {
  http::ClientRequest request;
  request.method = "POST";
  request.body = json::Write(input);
  request.headers.Set("Content-Type", "application/x-amz-json-1.1");
  request.headers.Set("X-Amz-Target", fmt::format("{}.{}", TargetPrefix(service), operation));
  Sign(request, service, Hex(Sha256(request.body)));
  TARN_TRY(const auto response, http::Fetch(url_, request));
  TARN_TRY(json::Value answer, json::Parse(response.body.empty() ? "{}" : response.body));
  if (response.status == 200) return answer;
  std::string_view message = answer.StringOr("message", "");
  if (message.empty()) message = answer.StringOr("Message", response.body);
  std::string_view code = answer.StringOr("__type", "error");
  return Fail(kCallFailed, fmt::format("{}: {}", code.substr(code.find('#') + 1), message));
}

Result<http::ClientResponse> AwsClient::S3(const S3Request& request, const http::ClientSink& sink) const {
  http::ClientRequest out;
  out.method = request.method;
  out.target = PercentEncode(request.path, /*keep_slash=*/true);
  for (size_t i = 0; i < request.query.size(); ++i) {
    out.target += fmt::format("{}{}={}", i == 0 ? '?' : '&', PercentEncode(request.query[i].first),
                              PercentEncode(request.query[i].second));
  }
  for (const auto& [name, value] : request.headers) out.headers.Add(name, value);
  out.body = request.body;
  out.source = request.source;
  out.length = request.length;
  Sign(out, "s3", request.source ? std::string(protocol::kUnsignedPayload) : Hex(Sha256(request.body)));
  TARN_TRY(auto response, http::Fetch(url_, out, sink));
  if (response.status / 100 == 2) return response;
  const std::string code = XmlText(response.body, "Code");
  return Fail(kCallFailed, code.empty()
                               ? fmt::format("{} {}: status {}", request.method, request.path, response.status)
                               : fmt::format("{}: {} ({})", code, XmlText(response.body, "Message"), request.path));
}

Result<std::pair<std::string, std::string>> AwsClient::WhoAmI() const {
  http::ClientRequest request;
  request.method = "POST";
  request.body = "Action=GetCallerIdentity&Version=2011-06-15";
  request.headers.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  Sign(request, "sts", Hex(Sha256(request.body)));
  TARN_TRY(const auto response, http::Fetch(url_, request));
  if (response.status != 200) {
    return Fail(kCallFailed, fmt::format("{}: {}", XmlText(response.body, "Code"), XmlText(response.body, "Message")));
  }
  return std::pair(XmlText(response.body, "Account"), XmlText(response.body, "Arn"));
}

}  // namespace tarn::cli

#include "server/webhooks.h"

#include <fmt/format.h>

#include <utility>

#include "api/s3/events/notifications.h"
#include "http/client.h"

namespace tarn::server {
namespace {

constexpr int kTimeoutSeconds = 30;

inline constexpr Reason kRefused{"server.WebhookRefused", Code::kUnavailable};

// "http://host:80/path?x" as the client wants it.
struct Address {
  http::Url url;
  std::string target;
};
Result<Address> ParseAddress(const std::string& text) {
  const size_t scheme = text.find("://");
  const size_t slash = scheme == text.npos ? text.npos : text.find_first_of("/?", scheme + 3);
  Address address;
  TARN_TRY(address.url, http::Url::Parse(text.substr(0, slash)));
  address.target = slash == text.npos ? "/" : text.substr(slash);
  if (address.target.front() != '/') address.target.insert(0, "/");
  return address;
}

Status Post(const Address& address, std::string message) {
  http::ClientRequest request;
  request.method = "POST";
  request.target = address.target;
  request.headers.Add("Content-Type", "application/json");
  request.body = std::move(message);
  request.timeout_seconds = kTimeoutSeconds;
  TARN_TRY(const auto response, http::Fetch(address.url, request));
  if (response.status / 100 == 2) return Ok();
  return Fail(kRefused, fmt::format("{} answered {}", address.url.Authority(), response.status));
}

}  // namespace

Status ReadWebhooks(const toml::table& file, const std::string& path, Options& options) {
  const toml::array* tables = file["webhook"].as_array();
  if (tables == nullptr) return Ok();
  for (const toml::node& node : *tables) {
    const toml::table* table = node.as_table();
    if (table == nullptr) return Fail(kBadOption, path + ": each [[webhook]] is a table");
    WebhookOptions webhook{(*table)["arn"].value_or(std::string()), (*table)["url"].value_or(std::string())};
    if (!webhook.arn.starts_with("arn:") || !ParseAddress(webhook.url).ok()) {
      return Fail(kBadOption, path + ": each [[webhook]] needs an arn and a url (http://host:port/path)");
    }
    options.webhooks.push_back(std::move(webhook));
  }
  return Ok();
}

std::unique_ptr<events::Courier> MakeS3Courier(kv::Store& kv, object::Store& objects, const Options& options) {
  std::vector<events::Target> targets;
  for (const WebhookOptions& webhook : options.webhooks) {
    targets.push_back({.name = webhook.arn, .send = [&objects, webhook](const std::string& event) -> Status {
                         TARN_TRY(const Address address, ParseAddress(webhook.url));
                         TARN_TRY(std::string message, api::s3::MessageFor(objects, event, webhook.arn));
                         return Post(address, std::move(message));
                       }});
  }
  return std::make_unique<events::Courier>(
      kv, std::string(api::s3::kEventStream),
      [&objects](const std::string& event) { return api::s3::TargetsOf(objects, event); }, std::move(targets));
}

}  // namespace tarn::server

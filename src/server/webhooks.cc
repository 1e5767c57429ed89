#include "server/webhooks.h"

#include <fmt/format.h>

#include <utility>

#include "api/s3/events/notifications.h"
#include "http/client.h"

namespace tarn::server {
namespace {

constexpr int kTimeoutSeconds = 30;

inline constexpr Reason kRefused{"server.WebhookRefused", Code::kUnavailable};

Status Post(const http::Location& address, std::string message) {
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
    if (!webhook.arn.starts_with("arn:") || !http::Location::Parse(webhook.url).ok()) {
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
                         TARN_TRY(const http::Location address, http::Location::Parse(webhook.url));
                         TARN_TRY(std::string message, api::s3::MessageFor(objects, event, webhook.arn));
                         return Post(address, std::move(message));
                       }});
  }
  return std::make_unique<events::Courier>(
      kv, std::string(api::s3::kEventStream),
      [&objects](const std::string& event) { return api::s3::TargetsOf(objects, event); }, std::move(targets));
}

}  // namespace tarn::server

#include "server/sign_in/oidc_options.h"

#include <fmt/format.h>

#include <utility>

#include "http/client.h"

namespace tarn::server {
namespace {

Result<federation::IssuerOptions> ReadIssuer(const toml::table& table, const std::string& path) {
  federation::IssuerOptions issuer;
  for (const auto& [key, node] : table) {
    if (key == "url" && node.is_string()) {
      issuer.url = node.as_string()->get();
    } else if (key == "audiences" && node.is_array()) {
      for (const auto& each : *node.as_array()) {
        if (!each.is_string()) return Fail(kBadOption, fmt::format("{}: [[oidc]] audiences are texts", path));
        issuer.audiences.push_back(each.as_string()->get());
      }
    } else {
      return Fail(kBadOption, fmt::format("{}: [[oidc]] has url and audiences, not '{}'", path, key.str()));
    }
  }
  const auto place = http::Location::Parse(issuer.url);
  if (!place.ok()) return Fail(kBadOption, fmt::format("{}: [[oidc]] url: {}", path, place.error().message));
  const std::string& host = place->url.host;
  const bool near = host == "localhost" || host == "::1" || host.starts_with("127.");
  if (!place->url.tls && !near) {
    return Fail(kBadOption, fmt::format("{}: [[oidc]] url {} must begin with https://", path, issuer.url));
  }
  if (issuer.audiences.empty()) {
    return Fail(kBadOption, fmt::format("{}: [[oidc]] {} needs audiences", path, issuer.url));
  }
  return issuer;
}

}  // namespace

Status ReadOidc(const toml::table& file, const std::string& path, Options& options) {
  const auto* const list = file["oidc"].as_array();
  if (list == nullptr) return Ok();
  for (const auto& each : *list) {
    if (!each.is_table()) return Fail(kBadOption, fmt::format("{}: oidc is a list of tables: [[oidc]]", path));
    TARN_TRY(auto issuer, ReadIssuer(*each.as_table(), path));
    options.issuers.push_back(std::move(issuer));
  }
  return Ok();
}

}  // namespace tarn::server

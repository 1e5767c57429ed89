#include "server/doors/issuers.h"

#include <string>
#include <string_view>
#include <utility>

#include "federation/token_signer.h"
#include "iam/account/outbound.h"
#include "iam/errors.h"
#include "json/json.h"

namespace tarn::server {
namespace {

constexpr std::string_view kPrefix = "/_tarn/issuers/";
constexpr std::string_view kDiscovery = "/.well-known/openid-configuration";
constexpr std::string_view kKeys = "/.well-known/jwks.json";

json::Value Texts(std::initializer_list<const char*> texts) {
  json::Array array;
  for (const char* text : texts) array.emplace_back(text);
  return array;
}

std::string Discovery(const iam::OutboundIssuer& issuer) {
  return json::Write(
      json::Value(json::Object{{"issuer", issuer.url},
                               {"jwks_uri", issuer.url + std::string(kKeys)},
                               {"response_types_supported", Texts({"id_token"})},
                               {"subject_types_supported", Texts({"public"})},
                               {"id_token_signing_alg_values_supported", Texts({"RS256", "ES384"})},
                               {"claims_supported", Texts({"sub", "aud", "exp", "iat", "iss", "jti"})}}));
}

Result<std::string> KeysOf(const iam::Iam& iam, const iam::OutboundIssuer& issuer) {
  json::Writer writer;
  writer.BeginObject().Key("keys").BeginArray();
  for (const auto& [algorithm, sealed] : issuer.sealed_keys) {
    TARN_TRY(const std::string pem, iam::OutboundKey(iam, issuer, algorithm));
    TARN_TRY(const std::string jwk, federation::PublicJwk(algorithm, pem));
    writer.Raw(jwk);
  }
  writer.EndArray().EndObject();
  return writer.Take();
}

Result<std::string> Find(const iam::Iam& iam, std::string_view path) {
  const bool keys = path.ends_with(kKeys);
  const std::string_view document = keys ? kKeys : kDiscovery;
  if (!path.starts_with(kPrefix) || !path.ends_with(document) || path.size() < kPrefix.size() + document.size()) {
    return Fail(iam::kNoSuchEntity, "There is no such document.");
  }
  path.remove_prefix(kPrefix.size());
  path.remove_suffix(document.size());
  TARN_TRY(const auto issuer, iam::FindOutboundById(iam, std::string(path)));
  return keys ? KeysOf(iam, issuer) : Discovery(issuer);
}

Task<Done> Answer(const iam::Iam& iam, WorkerPool& pool, http::Request& request, http::ResponseWriter& response) {
  http::ResponseHead head;
  std::string body;
  if (request.method != "GET" && request.method != "HEAD") {
    head.status = 405;
    head.headers.Add("Allow", "GET, HEAD");
  } else {
    Result<std::string> found =
        co_await Offload(pool, [&]() -> Result<std::string> { return Find(iam, request.path()); });
    if (found.ok()) {
      body = *std::move(found);
      head.headers.Add("Content-Type", "application/json");
      head.headers.Add("Cache-Control", "public, max-age=300");
    } else {
      head.status = found.Is(iam::kNoSuchEntity) ? 404 : 503;
    }
  }
  (void)co_await response.Send(std::move(head), std::move(body));
  co_return Done{};
}

}  // namespace

http::Handler IssuersHandler(const iam::Iam& iam, WorkerPool& pool) {
  return [&](http::Request& request, http::ResponseWriter& response) { return Answer(iam, pool, request, response); };
}

}  // namespace tarn::server

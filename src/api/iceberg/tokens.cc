// OAuth2 client credentials: the client is an access key. A token names the key and its end, sealed with the key's
// secret, so that nothing is kept and a key that is gone takes its tokens along.
#include <fmt/format.h>

#include "api/iceberg/exchange.h"
#include "base/hash.h"
#include "base/strings.h"

namespace tarn::api::iceberg_rest {
namespace {

constexpr int64_t kTokenSeconds = 3600;
constexpr std::string_view kClientCredentials = "client_credentials";
constexpr std::string_view kTokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
constexpr std::string_view kAccessToken = "urn:ietf:params:oauth:token-type:access_token";
constexpr std::string_view kPurpose = "tarn iceberg token ";

std::string Seal(const identity::Credential& credential, std::string_view claim) {
  return Hex(HmacSha256(credential.secret, std::string(kPurpose) + std::string(claim)));
}

std::string MakeToken(const identity::Credential& credential, Timestamp now) {
  const std::string claim =
      fmt::format("{}.{}", credential.caller.access_key_id, now.micros / kMicrosPerSecond + kTokenSeconds);
  return fmt::format("{}.{}", claim, Seal(credential, claim));
}

// RFC 6749, 5.2.
Answer Refusal(int status, std::string_view error, std::string_view description) {
  return Answer{.status = status,
                .body = json::Write(json::Object{{"error", error}, {"error_description", description}})};
}

// "Basic base64(id:secret)", as clients may send instead of form fields.
void TakeBasic(const Asked& asked, Pairs& form) {
  const std::string_view header = asked.headers->Get("authorization");
  if (!header.starts_with("Basic ")) return;
  const auto text = Unbase64(Trim(header.substr(6)));
  const size_t colon = text ? text->find(':') : std::string::npos;
  if (colon == std::string::npos) return;
  form["client_id"] = text->substr(0, colon);
  form["client_secret"] = text->substr(colon + 1);
}

}  // namespace

Result<identity::Caller> CallerOfToken(identity::CredentialSource& credentials, std::string_view token, Timestamp now) {
  const Error bad = Fail(kNotAuthorized, "the token is not valid, get one at /v1/oauth/tokens");
  const size_t seal = token.rfind('.');
  if (seal == std::string_view::npos) return bad;
  const std::string_view claim = token.substr(0, seal);
  const size_t dot = claim.rfind('.');
  if (dot == std::string_view::npos) return bad;
  const auto end = ParseI64(claim.substr(dot + 1));
  const auto credential = credentials.FindKey(claim.substr(0, dot), "");
  if (!end || !credential.ok()) return bad;
  if (!ConstantTimeEqual(Seal(**credential, claim), token.substr(seal + 1))) return bad;
  if (*end <= now.micros / kMicrosPerSecond) return Fail(kNotAuthorized, "the token has expired");
  return (*credential)->caller;
}

Result<Answer> PostToken(const Asked& asked) {
  Pairs form = PairsOf(asked.body);
  TakeBasic(asked, form);
  identity::CredentialSource& credentials = *asked.parts->credentials;
  const Timestamp now = asked.parts->clock->Now();
  std::string key_id;
  if (form["grant_type"] == kClientCredentials) {
    const auto credential = credentials.FindKey(form["client_id"], "");
    if (!credential.ok() || !ConstantTimeEqual((*credential)->secret, form["client_secret"])) {
      return Refusal(401, "invalid_client", "the client id and secret are those of an access key of the lake");
    }
    key_id = form["client_id"];
  } else if (form["grant_type"] == kTokenExchange) {
    const auto caller = CallerOfToken(credentials, form["subject_token"], now);
    if (!caller.ok()) return Refusal(401, "invalid_client", caller.error().message);
    key_id = caller->access_key_id;
  } else {
    return Refusal(400, "unsupported_grant_type", "client_credentials and token exchange are served");
  }
  TARN_TRY(const auto credential, credentials.FindKey(key_id, ""));
  return Answer{.body = json::Write(json::Object{{"access_token", MakeToken(*credential, now)},
                                                 {"token_type", "bearer"},
                                                 {"expires_in", kTokenSeconds},
                                                 {"issued_token_type", kAccessToken}})};
}

}  // namespace tarn::api::iceberg_rest

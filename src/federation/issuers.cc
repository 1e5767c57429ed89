#include "federation/issuers.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "federation/errors.h"
#include "http/client.h"

namespace tarn::federation {
namespace {

constexpr int64_t kKeptMicros = 3600 * kMicrosPerSecond;
constexpr int64_t kAskAgainMicros = 10 * kMicrosPerSecond;
constexpr int64_t kSkewMicros = 300 * kMicrosPerSecond;
constexpr size_t kIssuersMax = 1000;
constexpr size_t kAnswerBytesMax = size_t{1} << 20;
constexpr int kTimeoutSeconds = 5;

Error Unreachable(const std::string& why) {
  return Fail(kUnreachable, "Could not reach the identity provider: " + why);
}

Error NoKeys() {
  return Fail(kInvalidToken,
              "Couldn't retrieve verification key from your identity provider,  please reference "
              "AssumeRoleWithWebIdentity documentation for requirements");
}

using Thumbprints = std::vector<std::string>;

Result<std::string> Get(const std::string& url, const Thumbprints& thumbprints) {
  const auto place = http::Location::Parse(url);
  if (!place.ok()) return NoKeys();
  http::ClientRequest request;
  request.target = place->target;
  request.headers.Add("Accept", "application/json");
  request.timeout_seconds = kTimeoutSeconds;
  request.thumbprints = thumbprints;
  std::string body;
  const auto answer = http::Fetch(place->url, request, [&](std::string_view piece) -> Status {
    if (body.size() + piece.size() > kAnswerBytesMax) return Fail(http::kBadResponse, "its answer is too long");
    body += piece;
    return Ok();
  });
  if (answer.Is(http::kUntrusted)) {
    return Fail(kInvalidToken, "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint");
  }
  if (!answer.ok()) return Unreachable("no answer from " + place->url.host);
  if (answer->status >= 500) return Unreachable("status " + std::to_string(answer->status));
  if (answer->status != 200) return NoKeys();
  return body;
}

Result<KeySet> Ask(const std::string& issuer, const Thumbprints& thumbprints) {
  std::string base = issuer;
  while (base.ends_with('/')) base.pop_back();
  TARN_TRY(const std::string text, Get(base + "/.well-known/openid-configuration", thumbprints));
  const auto discovery = json::Parse(text);
  if (!discovery.ok()) return NoKeys();
  const std::string keys(discovery->StringOr("jwks_uri", ""));
  // Another's document, or keys that come over a line which anybody may have changed.
  if (discovery->StringOr("issuer", "") != issuer) return NoKeys();
  if (!keys.starts_with("https://") && !(issuer.starts_with("http://") && keys.starts_with("http://"))) return NoKeys();
  TARN_TRY(const std::string jwks, Get(keys, thumbprints));
  auto parsed = KeySet::Parse(jwks);
  if (!parsed.ok()) return NoKeys();
  return parsed;
}

}  // namespace

Issuers::Issuers(const Clock& clock, std::vector<IssuerOptions> configured)
    : clock_(clock), configured_(std::move(configured)) {}

const IssuerOptions* Issuers::Configured(std::string_view url) const {
  const auto found = std::ranges::find(configured_, url, &IssuerOptions::url);
  return found == configured_.end() ? nullptr : &*found;
}

Result<std::shared_ptr<const KeySet>> Issuers::KeysOf(const std::string& url, const Jwt& jwt,
                                                      const std::vector<std::string>& thumbprints) {
  const Timestamp now = clock_.Now();
  std::string name = url;
  for (const std::string& thumbprint : thumbprints) name += " " + AsciiLower(thumbprint);
  {
    std::lock_guard lock(mutex_);
    const auto found = known_.find(name);
    if (found != known_.end()) {
      const int64_t age = now.micros - found->second.asked.micros;
      if (age < kKeptMicros && (found->second.keys->Holds(jwt) || age < kAskAgainMicros)) return found->second.keys;
    }
  }
  TARN_TRY(auto keys, Ask(url, thumbprints));
  auto kept = std::make_shared<const KeySet>(std::move(keys));
  std::lock_guard lock(mutex_);
  if (known_.size() >= kIssuersMax) known_.clear();
  known_[name] = {kept, now};
  return kept;
}

Status Issuers::Verify(const std::string& url, const Jwt& jwt, const std::vector<std::string>& thumbprints) {
  const Timestamp now = clock_.Now();
  const json::Value* const expiry = jwt.claims.Find("exp");
  if (expiry == nullptr || !expiry->AsDouble()) {
    return Fail(kInvalidToken, "Missing a required claim: exp");
  }
  const Timestamp end = Timestamp::FromSeconds(*expiry->AsDouble());
  if (end <= now) {
    return Fail(kExpiredToken, "Token expired: current date/time " + std::to_string(now.seconds()) +
                                   " must be before the expiration date/time " + std::to_string(end.seconds()));
  }
  const json::Value* const begin = jwt.claims.Find("nbf");
  if (begin != nullptr && begin->AsDouble() &&
      Timestamp::FromSeconds(*begin->AsDouble()).micros > now.micros + kSkewMicros) {
    return Fail(kInvalidToken, "The web identity token is not valid yet");
  }
  TARN_TRY(const auto keys, KeysOf(url, jwt, thumbprints));
  if (!keys->Holds(jwt)) return NoKeys();
  return keys->Verify(jwt);
}

}  // namespace tarn::federation

// JSON web tokens that an issuer signed, and the keys that tell whether it did. Pure.
//
// Taken: compact JWS with RS256, RS384, RS512, ES256, ES384 or ES512. Anything else ("none", HMAC) is no token. Errors:
// kInvalidToken. Threads: any; nothing changes once made. RFC 7515, 7517, 7518, 7519.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace tarn::federation {

struct Jwt {
  std::string algorithm;
  std::string key_id;  // "": the header names none
  json::Value claims;  // an object
  std::string signed_text;
  std::string signature;  // raw bytes
};

// Reads a token without judging its signature.
Result<Jwt> ParseJwt(std::string_view text);

std::string Base64Url(std::string_view bytes);  // without padding

// An issuer's public keys (a JWK set). Keys of unknown kinds are left out.
class KeySet {
 public:
  static Result<KeySet> Parse(std::string_view jwks);
  bool Holds(const Jwt& jwt) const;  // has a key that may have signed it
  Status Verify(const Jwt& jwt) const;

  struct Key;

 private:
  std::vector<std::shared_ptr<const Key>> keys_;
};

}  // namespace tarn::federation

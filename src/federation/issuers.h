// Issuers of web identity tokens (OpenID Connect): their keys, asked for and kept, and whether a token is theirs.
//
// Invariants: a token holds only if its issuer's present keys signed it and its time is now; keys are asked for again
// after an hour, and when a token names one that is not known (at most once in ten seconds). Where the machine's
// authorities do not know an issuer's certificate, its thumbprints vouch for it; keys that were got so are for those
// who named the same thumbprints. Blocks. Errors: kInvalidToken, kExpiredToken, kUnreachable. Threads: any. OpenID
// Connect Discovery 1.0.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "federation/jwt.h"

namespace tarn::federation {

// An issuer of the configuration, known in every account of the lake.
struct IssuerOptions {
  std::string url;                     // "https://id.example.org/realm"; "http://" too, for one on the same machine
  std::vector<std::string> audiences;  // at least one
};

class Issuers {
 public:
  // `clock` outlives it.
  Issuers(const Clock& clock, std::vector<IssuerOptions> configured);

  // The configured issuer of that URL; null when there is none.
  const IssuerOptions* Configured(std::string_view url) const;
  // Whether the issuer at `url` ("https://…", the token's iss) signed the token and its time is now. `thumbprints`
  // (SHA-1, hex) as http::ClientRequest has them.
  Status Verify(const std::string& url, const Jwt& jwt, const std::vector<std::string>& thumbprints);

 private:
  struct Known {
    std::shared_ptr<const KeySet> keys;
    Timestamp asked;
  };
  Result<std::shared_ptr<const KeySet>> KeysOf(const std::string& url, const Jwt& jwt,
                                               const std::vector<std::string>& thumbprints);

  const Clock& clock_;
  const std::vector<IssuerOptions> configured_;
  std::mutex mutex_;
  std::map<std::string, Known> known_;  // by URL and thumbprints
};

}  // namespace tarn::federation

// Outbound web identity federation: the issuer under whose name an account's callers get tokens for other services.
//
// Each works within the transaction of `rows`. Errors: iam/errors.h, in IAM's words.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "iam/iam.h"
#include "iam/rows.h"

namespace tarn::iam {

struct OutboundIssuer {
  std::string account;
  std::string id;   // UUID; of the issuer's documents
  std::string url;  // "iss" of tokens
  bool enabled = false;
  std::map<std::string, std::string> sealed_keys;  // by algorithm
};

// An account keeps its issuer for good: who trusts it once need not change anything when it is enabled again. `url` is
// told for an id; `keys` are in PEM by algorithm; both count the first time alone. Errors: kFeatureEnabled.
Result<OutboundIssuer> EnableOutbound(Rows& rows, const std::string& base_url,
                                      const std::map<std::string, std::string>& keys);
// Errors: kFeatureDisabled.
Status DisableOutbound(Rows& rows);
// Errors: kFeatureDisabled when it never was enabled.
Result<OutboundIssuer> FindOutbound(Rows& rows);
// By its id, of any account, for those who verify. Errors: kNoSuchEntity.
Result<OutboundIssuer> FindOutboundById(const Iam& iam, const std::string& id);
// The key for an algorithm, in PEM. Errors: identity::kDamaged, kNoSuchEntity.
Result<std::string> OutboundKey(const Iam& iam, const OutboundIssuer& issuer, const std::string& algorithm);

}  // namespace tarn::iam

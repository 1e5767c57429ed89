// OpenID Connect and SAML identity providers.
//
// Each works within the transaction of `rows`. Errors: iam/errors.h, in IAM's words.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "iam/model.h"
#include "iam/rows.h"

namespace tarn::iam {

struct NewOidcProvider {
  std::string url;
  std::vector<std::string> clients;
  std::vector<std::string> thumbprints;
  Tags tags;
};
Result<OidcProvider> CreateOidcProvider(Rows& rows, NewOidcProvider made);
// Errors: kNoSuchEntity.
Result<OidcProvider> GetOidcProvider(Rows& rows, const std::string& arn);
Status DeleteOidcProvider(Rows& rows, const std::string& arn);
Status AddOidcClient(Rows& rows, const std::string& arn, const std::string& client);
Status RemoveOidcClient(Rows& rows, const std::string& arn, const std::string& client);
Status SetOidcThumbprints(Rows& rows, const std::string& arn, const std::vector<std::string>& thumbprints);

struct SamlChange {
  std::optional<std::string> metadata;
  std::optional<Timestamp> valid_until;  // as the metadata has it
  std::string encryption;                // "Required", "Allowed"; empty: as it is
  std::string added_key;                 // PEM
  std::string removed_key;               // id
};
Result<SamlProvider> CreateSamlProvider(Rows& rows, const std::string& name, Tags tags, const SamlChange& first);
Result<SamlProvider> GetSamlProvider(Rows& rows, const std::string& arn);
Status UpdateSamlProvider(Rows& rows, const std::string& arn, const SamlChange& change);
// In PEM, what opens assertions that are encrypted for the provider. Errors: identity::kDamaged.
Result<std::vector<std::string>> PrivateKeysOf(const Iam& iam, const SamlProvider& provider);
Status DeleteSamlProvider(Rows& rows, const std::string& arn);

}  // namespace tarn::iam

#include "iam/account/providers.h"

#include <algorithm>

#include "base/random.h"
#include "base/strings.h"
#include "iam/credentials/x509.h"
#include "iam/iam.h"
#include "iam/quotas.h"

namespace tarn::iam {
namespace {

constexpr int64_t kSamlYears = 100;                 // what AWS tells for metadata without an end
constexpr std::string_view kRequired = "Required";  // every assertion is encrypted

Error Exceeds(std::string_view what, size_t limit) {
  return Fail(kLimitExceeded, "Cannot exceed quota for " + std::string(what) + ": " + std::to_string(limit));
}

Status CheckThumbprints(const std::vector<std::string>& thumbprints) {
  if (thumbprints.size() > quota::kThumbprintsPerProvider) {
    return Fail(kInvalidInput, "Thumbprint list must contain fewer than 5 entries.");
  }
  return Ok();
}

// "https://host/path" → "host/path"; nothing for what is no such URL.
std::optional<std::string> BareUrl(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!url.starts_with(scheme)) continue;
    url.remove_prefix(scheme.size());
    url = url.substr(0, url.find_first_of("?#"));
    if (url.empty() || url.starts_with('/')) return std::nullopt;
    return std::string(url);
  }
  return std::nullopt;
}

std::string NameIn(Rows& rows, const std::string& arn, std::string_view kind) {
  const std::string prefix = "arn:aws:iam::" + rows.account() + ":" + std::string(kind) + "/";
  return arn.starts_with(prefix) ? arn.substr(prefix.size()) : std::string();
}

}  // namespace

Result<OidcProvider> CreateOidcProvider(Rows& rows, NewOidcProvider made) {
  const auto url = BareUrl(made.url);
  if (!url) return Fail(kValidation, "Invalid Open ID Connect Provider URL");
  TARN_CHECK(CheckThumbprints(made.thumbprints));
  if (made.clients.size() > quota::kClientsPerProvider) {
    return Exceeds("ClientIdsPerOpenIdConnectProvider", quota::kClientsPerProvider);
  }
  TARN_TRY(const auto present, rows.Find<OidcProvider>(*url, true));
  if (present) return Fail(kAlreadyExists, "Provider with url https://" + *url + " already exists.");
  TARN_TRY(const auto all, rows.All<OidcProvider>());
  if (all.size() >= quota::kProviders) return Exceeds("OpenIdConnectProvidersPerAccount", quota::kProviders);
  OidcProvider provider;
  provider.account = rows.account();
  provider.url = *url;
  provider.clients = std::move(made.clients);
  provider.thumbprints = std::move(made.thumbprints);
  provider.created = rows.now();
  provider.tags = std::move(made.tags);
  rows.Put(provider);
  return provider;
}

Result<OidcProvider> GetOidcProvider(Rows& rows, const std::string& arn) {
  const std::string url = NameIn(rows, arn, "oidc-provider");
  TARN_TRY(auto found, rows.Find<OidcProvider>(url));
  if (!found) return Fail(kNoSuchEntity, "OpenIDConnect Provider not found for arn " + arn);
  return *std::move(found);
}

Status DeleteOidcProvider(Rows& rows, const std::string& arn) {
  const auto provider = GetOidcProvider(rows, arn);
  // What is not there any more is no error.
  if (provider.Is(kNoSuchEntity)) return Ok();
  if (!provider.ok()) return provider.error();
  rows.Erase(*provider);
  return Ok();
}

Status AddOidcClient(Rows& rows, const std::string& arn, const std::string& client) {
  TARN_TRY(OidcProvider provider, GetOidcProvider(rows, arn));
  if (std::ranges::find(provider.clients, client) != provider.clients.end()) return Ok();
  if (provider.clients.size() >= quota::kClientsPerProvider) {
    return Exceeds("ClientIdsPerOpenIdConnectProvider", quota::kClientsPerProvider);
  }
  provider.clients.push_back(client);
  rows.Put(provider);
  return Ok();
}

Status RemoveOidcClient(Rows& rows, const std::string& arn, const std::string& client) {
  TARN_TRY(OidcProvider provider, GetOidcProvider(rows, arn));
  std::erase(provider.clients, client);
  rows.Put(provider);
  return Ok();
}

Status SetOidcThumbprints(Rows& rows, const std::string& arn, const std::vector<std::string>& thumbprints) {
  TARN_CHECK(CheckThumbprints(thumbprints));
  TARN_TRY(OidcProvider provider, GetOidcProvider(rows, arn));
  provider.thumbprints = thumbprints;
  rows.Put(provider);
  return Ok();
}

namespace {

std::string SealNameOf(const std::string& key_id) { return "saml " + key_id; }

// Takes away and adds one key at most. Errors: kInvalidInput, kLimitExceeded.
Status ApplyKeys(Rows& rows, const SamlChange& change, SamlProvider& provider) {
  if (!change.added_key.empty() && !change.removed_key.empty()) {
    return Fail(kInvalidInput,
                "Unable to add and remove private keys in the same request. Set a value for only one of the two "
                "parameters.");
  }
  if (!change.removed_key.empty()) {
    if (provider.keys.erase(change.removed_key) == 0) {
      return Fail(kInvalidInput, "Failed to remove private key because the Key ID does not match a private key.");
    }
    provider.sealed_keys.erase(change.removed_key);
    if (provider.encryption == kRequired && provider.keys.empty()) {
      return Fail(kInvalidInput, "Failed to remove private key.");
    }
  }
  if (!change.added_key.empty()) {
    TARN_CHECK(CheckRsaPrivateKey(change.added_key));
    if (provider.keys.size() >= quota::kSamlPrivateKeys) {
      return Fail(kLimitExceeded, "Private key limit of " + std::to_string(quota::kSamlPrivateKeys) + " is reached.");
    }
    const std::string id = AsciiUpper(RandomText(24, kUpperAlphanumeric));
    provider.keys[id] = rows.now();
    provider.sealed_keys[id] = rows.iam().box().Seal(SealNameOf(id), change.added_key);
  }
  return Ok();
}

Status Apply(Rows& rows, const SamlChange& change, SamlProvider& provider) {
  if (change.metadata) {
    provider.metadata = *change.metadata;
    provider.valid_until = change.valid_until.value_or(rows.now().Plus(kSamlYears * 365 * kMicrosPerDay));
  }
  if (!change.encryption.empty()) provider.encryption = change.encryption;
  TARN_CHECK(ApplyKeys(rows, change, provider));
  if (provider.encryption == kRequired && provider.keys.empty()) {
    return Fail(kInvalidInput,
                "Unable to set assertion encryption mode to Required because no private key is provided.");
  }
  return Ok();
}

}  // namespace

Result<SamlProvider> CreateSamlProvider(Rows& rows, const std::string& name, Tags tags, const SamlChange& first) {
  TARN_TRY(const auto present, rows.Find<SamlProvider>(name, true));
  if (present) return Fail(kAlreadyExists, "Provider with name " + name + " already exists.");
  TARN_TRY(const auto all, rows.All<SamlProvider>());
  if (all.size() >= quota::kProviders) return Exceeds("SAMLProvidersPerAccount", quota::kProviders);
  SamlProvider provider;
  provider.account = rows.account();
  provider.name = name;
  provider.id = RandomText(32, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
  provider.created = rows.now();
  provider.tags = std::move(tags);
  TARN_CHECK(Apply(rows, first, provider));
  rows.Put(provider);
  return provider;
}

Result<SamlProvider> GetSamlProvider(Rows& rows, const std::string& arn) {
  TARN_TRY(auto found, rows.Find<SamlProvider>(NameIn(rows, arn, "saml-provider")));
  if (!found) return Fail(kNoSuchEntity, "Manifest not found for arn " + arn);
  return *std::move(found);
}

Status UpdateSamlProvider(Rows& rows, const std::string& arn, const SamlChange& change) {
  if (!change.metadata && change.encryption.empty() && change.added_key.empty() && change.removed_key.empty()) {
    return Fail(kInvalidInput,
                "Unable to update identity provider. No updates are defined for metadata or encryption assertion.");
  }
  TARN_TRY(SamlProvider provider, GetSamlProvider(rows, arn));
  TARN_CHECK(Apply(rows, change, provider));
  rows.Put(provider);
  return Ok();
}

Result<std::vector<std::string>> PrivateKeysOf(const Iam& iam, const SamlProvider& provider) {
  std::vector<std::string> keys;
  keys.reserve(provider.sealed_keys.size());
  for (const auto& [id, sealed] : provider.sealed_keys) {
    TARN_TRY(std::string key, iam.box().Open(SealNameOf(id), sealed));
    keys.push_back(std::move(key));
  }
  return keys;
}

Status DeleteSamlProvider(Rows& rows, const std::string& arn) {
  TARN_TRY(const SamlProvider provider, GetSamlProvider(rows, arn));
  rows.Erase(provider);
  return Ok();
}

}  // namespace tarn::iam

// OpenID Connect and SAML identity providers.
#include "iam/account/providers.h"

#include "api/iam/convert.h"
#include "api/iam/rules.h"
#include "federation/saml.h"

namespace tarn::api::iam {
namespace {

using domain::OidcProvider;
using domain::SamlProvider;
using Type = Subject::Type;

Result<gen::CreateOpenIDConnectProviderResponse> CreateOpenIDConnectProvider(
    IamService& service, const protocol::Call& call, const gen::CreateOpenIDConnectProviderRequest& in) {
  domain::NewOidcProvider made;
  made.url = *in.url;
  made.clients = in.client_id_list.value_or(std::vector<std::string>());
  made.thumbprints = in.thumbprint_list.value_or(std::vector<std::string>());
  TARN_TRY(made.tags, domain::MakeTags(ToList(in.tags)));
  gen::CreateOpenIDConnectProviderResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const OidcProvider provider, domain::CreateOidcProvider(rows, made));
    out.open_id_connect_provider_arn = provider.Arn();
    out.tags = TagsUnlessNone(provider.tags);
    return Ok();
  }));
  return out;
}

Result<gen::GetOpenIDConnectProviderResponse> GetOpenIDConnectProvider(IamService& service, const protocol::Call& call,
                                                                       const gen::GetOpenIDConnectProviderRequest& in) {
  gen::GetOpenIDConnectProviderResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const OidcProvider provider, domain::GetOidcProvider(rows, *in.open_id_connect_provider_arn));
    out.url = provider.url;
    out.client_id_list = provider.clients;
    out.thumbprint_list = provider.thumbprints;
    out.create_date = provider.created;
    out.tags = ToWire(provider.tags);
    return Ok();
  }));
  return out;
}

Result<gen::ListOpenIDConnectProvidersResponse> ListOpenIDConnectProviders(
    IamService& service, const protocol::Call& call, const gen::ListOpenIDConnectProvidersRequest&) {
  gen::ListOpenIDConnectProvidersResponse out;
  out.open_id_connect_provider_list.emplace();
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto all, rows.All<OidcProvider>());
    for (const OidcProvider& provider : all) out.open_id_connect_provider_list->emplace_back().arn = provider.Arn();
    return Ok();
  }));
  return out;
}

Result<gen::DeleteOpenIDConnectProviderResponse> DeleteOpenIDConnectProvider(
    IamService& service, const protocol::Call& call, const gen::DeleteOpenIDConnectProviderRequest& in) {
  TARN_CHECK(service.Change(
      call, [&](domain::Rows& rows) { return domain::DeleteOidcProvider(rows, *in.open_id_connect_provider_arn); }));
  return gen::DeleteOpenIDConnectProviderResponse{};
}

Result<gen::AddClientIDToOpenIDConnectProviderResponse> AddClientIDToOpenIDConnectProvider(
    IamService& service, const protocol::Call& call, const gen::AddClientIDToOpenIDConnectProviderRequest& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::AddOidcClient(rows, *in.open_id_connect_provider_arn, *in.client_id);
  }));
  return gen::AddClientIDToOpenIDConnectProviderResponse{};
}

Result<gen::RemoveClientIDFromOpenIDConnectProviderResponse> RemoveClientIDFromOpenIDConnectProvider(
    IamService& service, const protocol::Call& call, const gen::RemoveClientIDFromOpenIDConnectProviderRequest& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::RemoveOidcClient(rows, *in.open_id_connect_provider_arn, *in.client_id);
  }));
  return gen::RemoveClientIDFromOpenIDConnectProviderResponse{};
}

Result<gen::UpdateOpenIDConnectProviderThumbprintResponse> UpdateOpenIDConnectProviderThumbprint(
    IamService& service, const protocol::Call& call, const gen::UpdateOpenIDConnectProviderThumbprintRequest& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::SetOidcThumbprints(rows, *in.open_id_connect_provider_arn, *in.thumbprint_list);
  }));
  return gen::UpdateOpenIDConnectProviderThumbprintResponse{};
}

// Errors: kInvalidInput for metadata that is none.
template <class In>
Result<domain::SamlChange> ChangeOf(const In& in) {
  domain::SamlChange change;
  change.metadata = in.saml_metadata_document;
  if (change.metadata) {
    const auto read = federation::SamlMetadata::Parse(*change.metadata);
    if (!read.ok()) return Fail(domain::kInvalidInput, read.error().message);
    change.valid_until = read->valid_until;
  }
  change.encryption = Text(in.assertion_encryption_mode);
  change.added_key = Text(in.add_private_key);
  if constexpr (requires { in.remove_private_key; }) change.removed_key = Text(in.remove_private_key);
  return change;
}

Result<gen::CreateSAMLProviderResponse> CreateSAMLProvider(IamService& service, const protocol::Call& call,
                                                           const gen::CreateSAMLProviderRequest& in) {
  TARN_TRY(const domain::Tags tags, domain::MakeTags(ToList(in.tags)));
  TARN_TRY(const domain::SamlChange change, ChangeOf(in));
  gen::CreateSAMLProviderResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const SamlProvider provider, domain::CreateSamlProvider(rows, *in.name, tags, change));
    out.saml_provider_arn = provider.Arn();
    out.tags = TagsUnlessNone(tags);
    return Ok();
  }));
  return out;
}

Result<gen::GetSAMLProviderResponse> GetSAMLProvider(IamService& service, const protocol::Call& call,
                                                     const gen::GetSAMLProviderRequest& in) {
  gen::GetSAMLProviderResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const SamlProvider provider, domain::GetSamlProvider(rows, *in.saml_provider_arn));
    out.saml_provider_uuid = provider.id;
    out.saml_metadata_document = provider.metadata;
    out.create_date = provider.created;
    out.valid_until = provider.valid_until;
    out.tags = TagsUnlessNone(provider.tags);
    if (!provider.encryption.empty()) out.assertion_encryption_mode = provider.encryption;
    for (const auto& [id, added] : provider.keys) {
      if (!out.private_key_list) out.private_key_list.emplace();
      gen::SAMLPrivateKey& key = out.private_key_list->emplace_back();
      key.key_id = id;
      key.timestamp = added;
    }
    return Ok();
  }));
  return out;
}

Result<gen::ListSAMLProvidersResponse> ListSAMLProviders(IamService& service, const protocol::Call& call,
                                                         const gen::ListSAMLProvidersRequest&) {
  gen::ListSAMLProvidersResponse out;
  out.saml_provider_list.emplace();
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto all, rows.All<SamlProvider>());
    for (const SamlProvider& provider : all) {
      gen::SAMLProviderListEntry& entry = out.saml_provider_list->emplace_back();
      entry.arn = provider.Arn();
      entry.valid_until = provider.valid_until;
      entry.create_date = provider.created;
    }
    return Ok();
  }));
  return out;
}

Result<gen::UpdateSAMLProviderResponse> UpdateSAMLProvider(IamService& service, const protocol::Call& call,
                                                           const gen::UpdateSAMLProviderRequest& in) {
  TARN_TRY(const domain::SamlChange change, ChangeOf(in));
  TARN_CHECK(service.Change(
      call, [&](domain::Rows& rows) { return domain::UpdateSamlProvider(rows, *in.saml_provider_arn, change); }));
  gen::UpdateSAMLProviderResponse out;
  out.saml_provider_arn = in.saml_provider_arn;
  return out;
}

Result<gen::DeleteSAMLProviderResponse> DeleteSAMLProvider(IamService& service, const protocol::Call& call,
                                                           const gen::DeleteSAMLProviderRequest& in) {
  TARN_CHECK(service.Change(
      call, [&](domain::Rows& rows) { return domain::DeleteSamlProvider(rows, *in.saml_provider_arn); }));
  return gen::DeleteSAMLProviderResponse{};
}

}  // namespace

Operations ProviderOperations() {
  return {
      IamBind<&CreateOpenIDConnectProvider, Type::kOidc>("CreateOpenIDConnectProvider"),
      IamBind<&GetOpenIDConnectProvider, Type::kOidc>("GetOpenIDConnectProvider"),
      IamBind<&ListOpenIDConnectProviders, Type::kNone>("ListOpenIDConnectProviders"),
      IamBind<&DeleteOpenIDConnectProvider, Type::kOidc>("DeleteOpenIDConnectProvider"),
      IamBind<&AddClientIDToOpenIDConnectProvider, Type::kOidc>("AddClientIDToOpenIDConnectProvider"),
      IamBind<&RemoveClientIDFromOpenIDConnectProvider, Type::kOidc>("RemoveClientIDFromOpenIDConnectProvider"),
      IamBind<&UpdateOpenIDConnectProviderThumbprint, Type::kOidc>("UpdateOpenIDConnectProviderThumbprint"),
      IamBind<&CreateSAMLProvider, Type::kSaml>("CreateSAMLProvider"),
      IamBind<&GetSAMLProvider, Type::kSaml>("GetSAMLProvider"),
      IamBind<&ListSAMLProviders, Type::kNone>("ListSAMLProviders"),
      IamBind<&UpdateSAMLProvider, Type::kSaml>("UpdateSAMLProvider"),
      IamBind<&DeleteSAMLProvider, Type::kSaml>("DeleteSAMLProvider"),
  };
}

}  // namespace tarn::api::iam

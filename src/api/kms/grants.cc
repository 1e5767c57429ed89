#include "api/kms/convert.h"
#include "api/kms/kms_service.h"

namespace tarn::api::kms {
namespace {

constexpr size_t kGrantsUsual = 50;
constexpr size_t kGrantsMost = 100;

gen::ListGrantsResponse ToPage(const keys::Page<keys::Keys::KeyGrant>& page) {
  gen::ListGrantsResponse out;
  out.grants.emplace();
  for (const auto& [key, grant] : page.items) out.grants->push_back(ToWire(key, grant));
  out.next_marker = ToMarker(page.next);
  out.truncated = out.next_marker.has_value();
  return out;
}

}  // namespace

Result<gen::CreateGrantResponse> KmsService::CreateGrant(const protocol::Call& call,
                                                         const gen::CreateGrantRequest& in) {
  TARN_CHECK(CheckGrantTokens(keys_, in.grant_tokens));
  keys::Grant grant;
  grant.name = Text(in.name);
  grant.grantee = Text(in.grantee_principal ? in.grantee_principal : in.grantee_service_principal);
  grant.retiring = Text(in.retiring_principal ? in.retiring_principal : in.retiring_service_principal);
  if (grant.grantee.empty()) {
    return Fail(
        kInvalidInput,
        "1 validation error detected: Value null at 'granteePrincipal' failed to satisfy constraint: Member must "
        "not be null");
  }
  grant.operations = *in.operations;
  if (in.constraints) {
    grant.context_subset = in.constraints->encryption_context_subset;
    grant.context_equals = in.constraints->encryption_context_equals;
    if (in.constraints->source_arn) return Fail(kNotSupported, "Constraints.SourceArn is not supported.");
  }
  TARN_TRY(auto made, keys_.CreateGrant(UseOf(call, in.dry_run), *in.key_id, std::move(grant)));
  return gen::CreateGrantResponse{.grant_token = std::move(made.token), .grant_id = std::move(made.id)};
}

Result<gen::ListGrantsResponse> KmsService::ListGrants(const protocol::Call& call, const gen::ListGrantsRequest& in) {
  TARN_TRY(const std::string after, FromMarker(in.marker));
  const std::string& grantee = Text(in.grantee_principal ? in.grantee_principal : in.grantee_service_principal);
  TARN_TRY(const auto page, keys_.ListGrants(UseOf(call), *in.key_id, Text(in.grant_id), grantee, after,
                                             PageSize(in.limit, kGrantsUsual, kGrantsMost)));
  return ToPage(page);
}

Result<gen::ListGrantsResponse> KmsService::ListRetirableGrants(const protocol::Call& call,
                                                                const gen::ListRetirableGrantsRequest& in) {
  TARN_TRY(const std::string after, FromMarker(in.marker));
  const std::string& principal = Text(in.retiring_principal ? in.retiring_principal : in.retiring_service_principal);
  if (principal.empty()) {
    return Fail(kInvalidInput,
                "1 validation error detected: Value null at 'retiringPrincipal' failed to satisfy constraint: Member "
                "must not be null");
  }
  TARN_TRY(const auto page,
           keys_.ListRetirableGrants(UseOf(call), principal, after, PageSize(in.limit, kGrantsUsual, kGrantsMost)));
  return ToPage(page);
}

Result<gen::RevokeGrantResponse> KmsService::RevokeGrant(const protocol::Call& call,
                                                         const gen::RevokeGrantRequest& in) {
  TARN_CHECK(keys_.RevokeGrant(UseOf(call, in.dry_run), *in.key_id, *in.grant_id));
  return gen::RevokeGrantResponse{};
}

Result<gen::RetireGrantResponse> KmsService::RetireGrant(const protocol::Call& call,
                                                         const gen::RetireGrantRequest& in) {
  const keys::Use use = UseOf(call, in.dry_run);
  if (in.grant_token) {
    TARN_CHECK(keys_.RetireGrantByToken(use, *in.grant_token));
  } else if (in.key_id && in.grant_id) {
    TARN_CHECK(keys_.RetireGrant(use, *in.key_id, *in.grant_id));
  } else {
    return Fail(kInvalidInput, "Either grantToken or keyId and grantId must be specified.");
  }
  return gen::RetireGrantResponse{};
}

}  // namespace tarn::api::kms

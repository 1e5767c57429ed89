#include "api/kms/convert.h"
#include "api/kms/kms_service.h"

namespace tarn::api::kms {

Result<gen::CreateAliasResponse> KmsService::CreateAlias(const protocol::Call& call,
                                                         const gen::CreateAliasRequest& in) {
  TARN_CHECK(keys_.CreateAlias(UseOf(call), *in.alias_name, *in.target_key_id));
  return gen::CreateAliasResponse{};
}

Result<gen::UpdateAliasResponse> KmsService::UpdateAlias(const protocol::Call& call,
                                                         const gen::UpdateAliasRequest& in) {
  TARN_CHECK(keys_.UpdateAlias(UseOf(call), *in.alias_name, *in.target_key_id));
  return gen::UpdateAliasResponse{};
}

Result<gen::DeleteAliasResponse> KmsService::DeleteAlias(const protocol::Call& call,
                                                         const gen::DeleteAliasRequest& in) {
  TARN_CHECK(keys_.DeleteAlias(UseOf(call), *in.alias_name));
  return gen::DeleteAliasResponse{};
}

Result<gen::ListAliasesResponse> KmsService::ListAliases(const protocol::Call& call,
                                                         const gen::ListAliasesRequest& in) {
  TARN_TRY(const std::string after, FromMarker(in.marker));
  TARN_TRY(const auto page, keys_.ListAliases(UseOf(call), Text(in.key_id), after, PageSize(in.limit, 50, 100)));
  gen::ListAliasesResponse out;
  out.aliases.emplace();
  for (const keys::Alias& alias : page.items) {
    out.aliases->push_back({.alias_name = alias.name,
                            .alias_arn = keys::AliasArn(call.scope, alias.name),
                            .target_key_id = alias.key_id,
                            .creation_date = alias.created,
                            .last_updated_date = alias.updated});
  }
  out.next_marker = ToMarker(page.next);
  out.truncated = out.next_marker.has_value();
  return out;
}

}  // namespace tarn::api::kms

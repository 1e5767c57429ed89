#include "api/kms/convert.h"

#include "base/hash.h"

namespace tarn::api::kms {

const keys::EncryptionContext& ContextOf(const std::optional<keys::EncryptionContext>& context) {
  static const keys::EncryptionContext kNone;
  return context ? *context : kNone;
}

std::optional<std::vector<std::string>> UnlessEmpty(std::vector<std::string> items) {
  if (items.empty()) return std::nullopt;
  return items;
}

namespace {

gen::MultiRegionKey Related(const keys::Key& key, const std::string& region) {
  return {.arn = keys::KeyArn({key.scope.account, region}, key.id), .region = region};
}

}  // namespace

gen::KeyMetadata ToWire(const keys::Key& key) {
  gen::KeyMetadata out;
  out.aws_account_id = key.scope.account;
  out.key_id = key.id;
  out.arn = key.Arn();
  out.creation_date = key.created;
  out.enabled = key.enabled();
  out.description = key.description;
  out.key_usage = keys::NameOf(key.usage);
  out.key_state = keys::NameOf(key.state);
  out.deletion_date = key.deletion;
  out.origin = keys::NameOf(key.origin);
  if (key.origin == keys::Origin::kExternal && key.material > 0 && key.state != keys::State::kPendingImport) {
    out.valid_to = key.expiry;
    out.expiration_model = key.expiry ? "KEY_MATERIAL_EXPIRES" : "KEY_MATERIAL_DOES_NOT_EXPIRE";
  }
  out.key_manager = key.manager == keys::Manager::kAws ? "AWS" : "CUSTOMER";
  out.key_spec = keys::NameOf(key.spec);
  out.customer_master_key_spec = out.key_spec;
  out.encryption_algorithms = UnlessEmpty(keys::EncryptionAlgorithms(key.spec, key.usage));
  out.signing_algorithms = UnlessEmpty(keys::SigningAlgorithms(key.spec, key.usage));
  out.mac_algorithms = UnlessEmpty(keys::MacAlgorithms(key.spec, key.usage));
  out.key_agreement_algorithms = UnlessEmpty(keys::KeyAgreementAlgorithms(key.spec, key.usage));
  out.multi_region = key.multi_region();
  if (key.multi_region()) {
    gen::MultiRegionConfiguration& related = out.multi_region_configuration.emplace();
    related.multi_region_key_type = key.is_primary() ? "PRIMARY" : "REPLICA";
    related.primary_key = Related(key, key.primary_region);
    related.replica_keys.emplace();
    for (const std::string& region : key.replica_regions) related.replica_keys->push_back(Related(key, region));
  }
  if (key.state == keys::State::kPendingReplicaDeletion) {
    out.pending_deletion_window_in_days = static_cast<int32_t>(key.deletion_days);
  }
  if (keys::IsSymmetric(key.spec) && !key.material_id.empty()) out.current_key_material_id = key.material_id;
  return out;
}

gen::GrantListEntry ToWire(const keys::Key& key, const keys::Grant& grant) {
  gen::GrantListEntry out;
  out.key_id = key.Arn();
  out.grant_id = grant.id;
  if (!grant.name.empty()) out.name = grant.name;
  out.creation_date = grant.created;
  out.grantee_principal = grant.grantee;
  if (!grant.retiring.empty()) out.retiring_principal = grant.retiring;
  out.issuing_account = grant.issuer;
  out.operations = grant.operations;
  if (grant.context_subset || grant.context_equals || !grant.source_arn.empty()) {
    gen::GrantConstraints& constraints = out.constraints.emplace();
    constraints.encryption_context_subset = grant.context_subset;
    constraints.encryption_context_equals = grant.context_equals;
    if (!grant.source_arn.empty()) constraints.source_arn = grant.source_arn;
  }
  return out;
}

Result<keys::Tags> FromWire(const std::optional<std::vector<gen::Tag>>& tags) {
  keys::Tags out;
  if (!tags) return out;
  for (const gen::Tag& tag : *tags) {
    if (!out.emplace(Text(tag.tag_key), Text(tag.tag_value)).second) return Fail(keys::kTag, "Duplicate tag keys");
  }
  return out;
}

Status CheckGrantTokens(const keys::Keys& keys, const std::optional<std::vector<std::string>>& tokens) {
  if (!tokens) return Ok();
  for (const std::string& token : *tokens) TARN_CHECK(keys.CheckGrantToken(token));
  return Ok();
}

Result<keys::Spec> SpecOf(const std::string& name) {
  const auto spec = keys::SpecNamed(name);
  if (!spec) return Fail(kNotSupported, "KeySpec " + name + " is not supported.");
  return *spec;
}

Result<std::string> FromMarker(const std::optional<std::string>& marker) {
  if (!marker) return std::string();
  auto text = Unbase64(*marker);
  if (!text || text->empty()) return Fail(kInvalidMarker, "");
  return std::move(*text);
}

std::optional<std::string> ToMarker(const std::string& next) {
  if (next.empty()) return std::nullopt;
  return Base64(next);
}

}  // namespace tarn::api::kms

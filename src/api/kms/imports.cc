// Imported key material.
#include "api/kms/convert.h"
#include "api/kms/kms_service.h"

namespace tarn::api::kms {
namespace {

constexpr int64_t kExpiryDaysMax = 365;

// The moment at which the material expires; nothing when it does not.
Result<std::optional<Timestamp>> ExpiryOf(const gen::ImportKeyMaterialRequest& in, Timestamp now) {
  const bool expires = Text(in.expiration_model) != "KEY_MATERIAL_DOES_NOT_EXPIRE";
  if (expires && !in.valid_to) {
    return Fail(kInvalidInput, "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES");
  }
  if (!expires && in.valid_to) {
    return Fail(kInvalidInput, "A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE");
  }
  if (!expires) return std::optional<Timestamp>();
  if (*in.valid_to <= now || *in.valid_to > now.Plus(kExpiryDaysMax * kMicrosPerDay)) {
    return Fail(kInvalidInput, "The validTo date must be in the future and at most 365 days from now.");
  }
  return in.valid_to;
}

// Only symmetric keys' material has an id that is told.
std::optional<std::string> MaterialId(const keys::Imported& imported) {
  if (!keys::IsSymmetric(imported.key.spec) || imported.material_id.empty()) return std::nullopt;
  return imported.material_id;
}

}  // namespace

Result<gen::GetParametersForImportResponse> KmsService::GetParametersForImport(
    const protocol::Call& call, const gen::GetParametersForImportRequest& in) {
  TARN_TRY(const keys::Spec wrapping, SpecOf(*in.wrapping_key_spec));
  TARN_TRY(auto made, keys_.GetImportParameters(UseOf(call), *in.key_id, *in.wrapping_algorithm, wrapping));
  return gen::GetParametersForImportResponse{.key_id = std::move(made.key_arn),
                                             .import_token = std::move(made.token),
                                             .public_key = std::move(made.public_key),
                                             .parameters_valid_to = made.valid_to};
}

Result<gen::ImportKeyMaterialResponse> KmsService::ImportKeyMaterial(const protocol::Call& call,
                                                                     const gen::ImportKeyMaterialRequest& in) {
  keys::ImportRequest request;
  TARN_TRY(request.expiry, ExpiryOf(in, clock_.Now()));
  request.token = *in.import_token;
  request.wrapped = *in.encrypted_key_material;
  if (in.import_type) request.is_new = *in.import_type == "NEW_KEY_MATERIAL";
  request.description = Text(in.key_material_description);
  request.material_id = Text(in.key_material_id);
  TARN_TRY(const keys::Imported imported, keys_.Import(UseOf(call), *in.key_id, request));
  return gen::ImportKeyMaterialResponse{.key_id = imported.key.Arn(), .key_material_id = MaterialId(imported)};
}

Result<gen::DeleteImportedKeyMaterialResponse> KmsService::DeleteImportedKeyMaterial(
    const protocol::Call& call, const gen::DeleteImportedKeyMaterialRequest& in) {
  TARN_TRY(const keys::Imported deleted, keys_.DeleteImported(UseOf(call), *in.key_id, Text(in.key_material_id)));
  return gen::DeleteImportedKeyMaterialResponse{.key_id = deleted.key.Arn(), .key_material_id = MaterialId(deleted)};
}

}  // namespace tarn::api::kms

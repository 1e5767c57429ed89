#include "api/kms/convert.h"
#include "api/kms/kms_service.h"

namespace tarn::api::kms {
namespace {

constexpr int32_t kRotationDays = 365;
constexpr size_t kRotationsUsual = 100;
constexpr size_t kRotationsMost = 1000;

gen::RotationsListEntry ToWire(const keys::Key& key, const keys::MaterialInfo& info) {
  gen::RotationsListEntry out;
  out.key_id = key.Arn();
  out.key_material_id = info.id;
  if (!info.description.empty()) out.key_material_description = info.description;
  if (key.origin == keys::Origin::kExternal) {
    out.import_state = info.present ? "IMPORTED" : "PENDING_IMPORT";
    if (info.present) out.expiration_model = info.expiry ? "KEY_MATERIAL_EXPIRES" : "KEY_MATERIAL_DOES_NOT_EXPIRE";
    out.valid_to = info.expiry;
  }
  out.key_material_state = info.pending ? "PENDING_ROTATION" : info.version == key.material ? "CURRENT" : "NON_CURRENT";
  if (info.rotation != keys::MaterialInfo::Rotation::kFirst && !info.pending) {
    out.rotation_date = info.since;
    out.rotation_type = info.rotation == keys::MaterialInfo::Rotation::kAutomatic ? "AUTOMATIC" : "ON_DEMAND";
  }
  return out;
}

}  // namespace

Result<gen::EnableKeyRotationResponse> KmsService::EnableKeyRotation(const protocol::Call& call,
                                                                     const gen::EnableKeyRotationRequest& in) {
  TARN_CHECK(keys_.EnableRotation(UseOf(call), *in.key_id, in.rotation_period_in_days.value_or(kRotationDays)));
  return gen::EnableKeyRotationResponse{};
}

Result<gen::DisableKeyRotationResponse> KmsService::DisableKeyRotation(const protocol::Call& call,
                                                                       const gen::DisableKeyRotationRequest& in) {
  TARN_CHECK(keys_.DisableRotation(UseOf(call), *in.key_id));
  return gen::DisableKeyRotationResponse{};
}

Result<gen::GetKeyRotationStatusResponse> KmsService::GetKeyRotationStatus(const protocol::Call& call,
                                                                           const gen::GetKeyRotationStatusRequest& in) {
  TARN_TRY(const keys::Key key, keys_.RotationStatus(UseOf(call), *in.key_id));
  gen::GetKeyRotationStatusResponse out;
  out.key_id = key.Arn();
  out.key_rotation_enabled = key.rotation_days > 0;
  if (key.rotation_days > 0) {
    out.rotation_period_in_days = static_cast<int32_t>(key.rotation_days);
    out.next_rotation_date = key.next_rotation;
  }
  return out;
}

Result<gen::RotateKeyOnDemandResponse> KmsService::RotateKeyOnDemand(const protocol::Call& call,
                                                                     const gen::RotateKeyOnDemandRequest& in) {
  TARN_TRY(const keys::Key key, keys_.Rotate(UseOf(call), *in.key_id));
  return gen::RotateKeyOnDemandResponse{.key_id = key.Arn()};
}

Result<gen::ListKeyRotationsResponse> KmsService::ListKeyRotations(const protocol::Call& call,
                                                                   const gen::ListKeyRotationsRequest& in) {
  TARN_TRY(const std::string after, FromMarker(in.marker));
  TARN_TRY(const auto materials, keys_.ListMaterials(UseOf(call), *in.key_id));
  const bool all = in.include_key_material && *in.include_key_material == "ALL_KEY_MATERIAL";
  const size_t limit = PageSize(in.limit, kRotationsUsual, kRotationsMost);
  gen::ListKeyRotationsResponse out;
  out.rotations.emplace();
  bool begun = after.empty();
  for (const keys::MaterialInfo& info : materials.versions) {
    const bool rotated = info.rotation != keys::MaterialInfo::Rotation::kFirst && !info.pending;
    if (begun && (all || rotated)) {
      if (out.rotations->size() == limit) {
        out.next_marker = ToMarker(*out.rotations->back().key_material_id);
        break;
      }
      out.rotations->push_back(ToWire(materials.key, info));
    }
    begun = begun || info.id == after;
  }
  out.truncated = out.next_marker.has_value();
  return out;
}

}  // namespace tarn::api::kms

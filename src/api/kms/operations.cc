// Every operation of operations.txt with its IAM action. The resource is the key, whose policy and grants the domain
// asks with what it loaded for the call (keys/session.h): the dispatcher only makes sure that somebody known calls.
#include "api/kms/gen/operations.h"

#include "api/kms/error_rows.h"
#include "api/kms/kms_service.h"

namespace tarn::api::kms {

using protocol::AnyResource;
using protocol::Bind;
using protocol::WorkClass;

const protocol::ServiceDesc& KmsService::model() const { return gen::kService; }

std::span<const protocol::ErrorRow> KmsService::errors() const { return ErrorRows(); }

std::span<const protocol::Operation> KmsService::operations() const {
  // Making RSA keys takes up to seconds.
  static const protocol::Operation kOperations[] = {
      Bind<&KmsService::CancelKeyDeletion>("CancelKeyDeletion", "kms:CancelKeyDeletion", AnyResource),
      Bind<&KmsService::CreateKey>("CreateKey", "kms:CreateKey", AnyResource, {.work = WorkClass::kData}),
      Bind<&KmsService::DescribeKey>("DescribeKey", "kms:DescribeKey", AnyResource),
      Bind<&KmsService::DisableKey>("DisableKey", "kms:DisableKey", AnyResource),
      Bind<&KmsService::EnableKey>("EnableKey", "kms:EnableKey", AnyResource),
      Bind<&KmsService::GetKeyPolicy>("GetKeyPolicy", "kms:GetKeyPolicy", AnyResource),
      Bind<&KmsService::ListKeyPolicies>("ListKeyPolicies", "kms:ListKeyPolicies", AnyResource),
      Bind<&KmsService::ListKeys>("ListKeys", "kms:ListKeys", AnyResource),
      Bind<&KmsService::ListResourceTags>("ListResourceTags", "kms:ListResourceTags", AnyResource),
      Bind<&KmsService::PutKeyPolicy>("PutKeyPolicy", "kms:PutKeyPolicy", AnyResource),
      Bind<&KmsService::ReplicateKey>("ReplicateKey", "kms:ReplicateKey", AnyResource),
      Bind<&KmsService::ScheduleKeyDeletion>("ScheduleKeyDeletion", "kms:ScheduleKeyDeletion", AnyResource),
      Bind<&KmsService::TagResource>("TagResource", "kms:TagResource", AnyResource),
      Bind<&KmsService::UntagResource>("UntagResource", "kms:UntagResource", AnyResource),
      Bind<&KmsService::UpdateKeyDescription>("UpdateKeyDescription", "kms:UpdateKeyDescription", AnyResource),
      Bind<&KmsService::UpdatePrimaryRegion>("UpdatePrimaryRegion", "kms:UpdatePrimaryRegion", AnyResource),
      Bind<&KmsService::Decrypt>("Decrypt", "kms:Decrypt", AnyResource),
      Bind<&KmsService::Encrypt>("Encrypt", "kms:Encrypt", AnyResource),
      Bind<&KmsService::GenerateDataKey>("GenerateDataKey", "kms:GenerateDataKey", AnyResource),
      Bind<&KmsService::GenerateDataKeyPair>("GenerateDataKeyPair", "kms:GenerateDataKeyPair", AnyResource,
                                             {.work = WorkClass::kData}),
      Bind<&KmsService::GenerateDataKeyPairWithoutPlaintext>("GenerateDataKeyPairWithoutPlaintext",
                                                             "kms:GenerateDataKeyPairWithoutPlaintext", AnyResource,
                                                             {.work = WorkClass::kData}),
      Bind<&KmsService::GenerateDataKeyWithoutPlaintext>("GenerateDataKeyWithoutPlaintext",
                                                         "kms:GenerateDataKeyWithoutPlaintext", AnyResource),
      Bind<&KmsService::GenerateRandom>("GenerateRandom", "kms:GenerateRandom", AnyResource),
      Bind<&KmsService::ReEncrypt>("ReEncrypt", "kms:ReEncrypt", AnyResource),
      Bind<&KmsService::DeriveSharedSecret>("DeriveSharedSecret", "kms:DeriveSharedSecret", AnyResource),
      Bind<&KmsService::GenerateMac>("GenerateMac", "kms:GenerateMac", AnyResource),
      Bind<&KmsService::GetPublicKey>("GetPublicKey", "kms:GetPublicKey", AnyResource),
      Bind<&KmsService::Sign>("Sign", "kms:Sign", AnyResource),
      Bind<&KmsService::Verify>("Verify", "kms:Verify", AnyResource),
      Bind<&KmsService::VerifyMac>("VerifyMac", "kms:VerifyMac", AnyResource),
      Bind<&KmsService::CreateAlias>("CreateAlias", "kms:CreateAlias", AnyResource),
      Bind<&KmsService::DeleteAlias>("DeleteAlias", "kms:DeleteAlias", AnyResource),
      Bind<&KmsService::ListAliases>("ListAliases", "kms:ListAliases", AnyResource),
      Bind<&KmsService::UpdateAlias>("UpdateAlias", "kms:UpdateAlias", AnyResource),
      Bind<&KmsService::CreateGrant>("CreateGrant", "kms:CreateGrant", AnyResource),
      Bind<&KmsService::ListGrants>("ListGrants", "kms:ListGrants", AnyResource),
      Bind<&KmsService::ListRetirableGrants>("ListRetirableGrants", "kms:ListRetirableGrants", AnyResource),
      Bind<&KmsService::RetireGrant>("RetireGrant", "kms:RetireGrant", AnyResource),
      Bind<&KmsService::RevokeGrant>("RevokeGrant", "kms:RevokeGrant", AnyResource),
      Bind<&KmsService::DisableKeyRotation>("DisableKeyRotation", "kms:DisableKeyRotation", AnyResource),
      Bind<&KmsService::EnableKeyRotation>("EnableKeyRotation", "kms:EnableKeyRotation", AnyResource),
      Bind<&KmsService::GetKeyRotationStatus>("GetKeyRotationStatus", "kms:GetKeyRotationStatus", AnyResource),
      Bind<&KmsService::ListKeyRotations>("ListKeyRotations", "kms:ListKeyRotations", AnyResource),
      Bind<&KmsService::RotateKeyOnDemand>("RotateKeyOnDemand", "kms:RotateKeyOnDemand", AnyResource),
      Bind<&KmsService::DeleteImportedKeyMaterial>("DeleteImportedKeyMaterial", "kms:DeleteImportedKeyMaterial",
                                                   AnyResource),
      Bind<&KmsService::GetParametersForImport>("GetParametersForImport", "kms:GetParametersForImport", AnyResource,
                                                {.work = WorkClass::kData}),
      Bind<&KmsService::ImportKeyMaterial>("ImportKeyMaterial", "kms:ImportKeyMaterial", AnyResource),
      Bind<&KmsService::ConnectCustomKeyStore>("ConnectCustomKeyStore", "kms:ConnectCustomKeyStore", AnyResource),
      Bind<&KmsService::CreateCustomKeyStore>("CreateCustomKeyStore", "kms:CreateCustomKeyStore", AnyResource),
      Bind<&KmsService::DeleteCustomKeyStore>("DeleteCustomKeyStore", "kms:DeleteCustomKeyStore", AnyResource),
      Bind<&KmsService::DescribeCustomKeyStores>("DescribeCustomKeyStores", "kms:DescribeCustomKeyStores", AnyResource),
      Bind<&KmsService::DisconnectCustomKeyStore>("DisconnectCustomKeyStore", "kms:DisconnectCustomKeyStore",
                                                  AnyResource),
      Bind<&KmsService::UpdateCustomKeyStore>("UpdateCustomKeyStore", "kms:UpdateCustomKeyStore", AnyResource),
  };
  return kOperations;
}

}  // namespace tarn::api::kms

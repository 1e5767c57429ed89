// Every operation of operations.txt with its IAM action. The resource is the key, whose policy and grants the domain
// asks with what it loaded for the call (keys/session.h): the dispatcher only makes sure that somebody known calls.
#include "api/kms/gen/operations.h"

#include "api/kms/error_rows.h"
#include "api/kms/kms_service.h"

namespace tarn::api::kms {

using protocol::AnyResource;
using protocol::Bind;
using protocol::Call;
using protocol::WorkClass;

namespace {

// The domain asks for the key, with its policy and grants.
constexpr auto OfTheKey = [](const Call&, const auto&) { return std::vector<identity::Check>(); };

// What is done to an alias is asked of the alias here, and of its key by the domain.
constexpr auto OfTheAlias = [](const Call& call, const auto& in) {
  return keys::AliasArn(call.scope, in.alias_name.value_or(""));
};

}  // namespace

const protocol::ServiceDesc& KmsService::model() const { return gen::kService; }

std::span<const protocol::ErrorRow> KmsService::errors() const { return ErrorRows(); }

std::span<const protocol::Operation> KmsService::operations() const {
  // Making RSA keys takes up to seconds.
  static const protocol::Operation kOperations[] = {
      Bind<&KmsService::CancelKeyDeletion>("CancelKeyDeletion", "kms:CancelKeyDeletion", OfTheKey),
      Bind<&KmsService::CreateKey>("CreateKey", "kms:CreateKey", AnyResource, {.work = WorkClass::kData}),
      Bind<&KmsService::DescribeKey>("DescribeKey", "kms:DescribeKey", OfTheKey),
      Bind<&KmsService::DisableKey>("DisableKey", "kms:DisableKey", OfTheKey),
      Bind<&KmsService::EnableKey>("EnableKey", "kms:EnableKey", OfTheKey),
      Bind<&KmsService::GetKeyPolicy>("GetKeyPolicy", "kms:GetKeyPolicy", OfTheKey),
      Bind<&KmsService::ListKeyPolicies>("ListKeyPolicies", "kms:ListKeyPolicies", OfTheKey),
      Bind<&KmsService::ListKeys>("ListKeys", "kms:ListKeys", AnyResource),
      Bind<&KmsService::ListResourceTags>("ListResourceTags", "kms:ListResourceTags", OfTheKey),
      Bind<&KmsService::PutKeyPolicy>("PutKeyPolicy", "kms:PutKeyPolicy", OfTheKey),
      Bind<&KmsService::ReplicateKey>("ReplicateKey", "kms:ReplicateKey", OfTheKey),
      Bind<&KmsService::ScheduleKeyDeletion>("ScheduleKeyDeletion", "kms:ScheduleKeyDeletion", OfTheKey),
      Bind<&KmsService::TagResource>("TagResource", "kms:TagResource", OfTheKey),
      Bind<&KmsService::UntagResource>("UntagResource", "kms:UntagResource", OfTheKey),
      Bind<&KmsService::UpdateKeyDescription>("UpdateKeyDescription", "kms:UpdateKeyDescription", OfTheKey),
      Bind<&KmsService::UpdatePrimaryRegion>("UpdatePrimaryRegion", "kms:UpdatePrimaryRegion", OfTheKey),
      Bind<&KmsService::Decrypt>("Decrypt", "kms:Decrypt", OfTheKey),
      Bind<&KmsService::Encrypt>("Encrypt", "kms:Encrypt", OfTheKey),
      Bind<&KmsService::GenerateDataKey>("GenerateDataKey", "kms:GenerateDataKey", OfTheKey),
      Bind<&KmsService::GenerateDataKeyPair>("GenerateDataKeyPair", "kms:GenerateDataKeyPair", OfTheKey,
                                             {.work = WorkClass::kData}),
      Bind<&KmsService::GenerateDataKeyPairWithoutPlaintext>("GenerateDataKeyPairWithoutPlaintext",
                                                             "kms:GenerateDataKeyPairWithoutPlaintext", OfTheKey,
                                                             {.work = WorkClass::kData}),
      Bind<&KmsService::GenerateDataKeyWithoutPlaintext>("GenerateDataKeyWithoutPlaintext",
                                                         "kms:GenerateDataKeyWithoutPlaintext", OfTheKey),
      Bind<&KmsService::GenerateRandom>("GenerateRandom", "kms:GenerateRandom", AnyResource),
      Bind<&KmsService::ReEncrypt>("ReEncrypt", "kms:ReEncrypt", OfTheKey),
      Bind<&KmsService::DeriveSharedSecret>("DeriveSharedSecret", "kms:DeriveSharedSecret", OfTheKey),
      Bind<&KmsService::GenerateMac>("GenerateMac", "kms:GenerateMac", OfTheKey),
      Bind<&KmsService::GetPublicKey>("GetPublicKey", "kms:GetPublicKey", OfTheKey),
      Bind<&KmsService::Sign>("Sign", "kms:Sign", OfTheKey),
      Bind<&KmsService::Verify>("Verify", "kms:Verify", OfTheKey),
      Bind<&KmsService::VerifyMac>("VerifyMac", "kms:VerifyMac", OfTheKey),
      Bind<&KmsService::CreateAlias>("CreateAlias", "kms:CreateAlias", OfTheAlias),
      Bind<&KmsService::DeleteAlias>("DeleteAlias", "kms:DeleteAlias", OfTheAlias),
      Bind<&KmsService::ListAliases>("ListAliases", "kms:ListAliases", AnyResource),
      Bind<&KmsService::UpdateAlias>("UpdateAlias", "kms:UpdateAlias", OfTheAlias),
      Bind<&KmsService::CreateGrant>("CreateGrant", "kms:CreateGrant", OfTheKey),
      Bind<&KmsService::ListGrants>("ListGrants", "kms:ListGrants", OfTheKey),
      Bind<&KmsService::ListRetirableGrants>("ListRetirableGrants", "kms:ListRetirableGrants", AnyResource),
      Bind<&KmsService::RetireGrant>("RetireGrant", "kms:RetireGrant", OfTheKey),
      Bind<&KmsService::RevokeGrant>("RevokeGrant", "kms:RevokeGrant", OfTheKey),
      Bind<&KmsService::DisableKeyRotation>("DisableKeyRotation", "kms:DisableKeyRotation", OfTheKey),
      Bind<&KmsService::EnableKeyRotation>("EnableKeyRotation", "kms:EnableKeyRotation", OfTheKey),
      Bind<&KmsService::GetKeyRotationStatus>("GetKeyRotationStatus", "kms:GetKeyRotationStatus", OfTheKey),
      Bind<&KmsService::ListKeyRotations>("ListKeyRotations", "kms:ListKeyRotations", OfTheKey),
      Bind<&KmsService::RotateKeyOnDemand>("RotateKeyOnDemand", "kms:RotateKeyOnDemand", OfTheKey),
      Bind<&KmsService::DeleteImportedKeyMaterial>("DeleteImportedKeyMaterial", "kms:DeleteImportedKeyMaterial",
                                                   OfTheKey),
      Bind<&KmsService::GetParametersForImport>("GetParametersForImport", "kms:GetParametersForImport", OfTheKey,
                                                {.work = WorkClass::kData}),
      Bind<&KmsService::ImportKeyMaterial>("ImportKeyMaterial", "kms:ImportKeyMaterial", OfTheKey),
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

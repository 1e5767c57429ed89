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

#define TARN_KMS_ROW(Operation, ...) \
  Bind<&KmsService::Operation>(#Operation, "kms:" #Operation, AnyResource, {__VA_ARGS__})

std::span<const protocol::Operation> KmsService::operations() const {
  // Making RSA keys takes up to seconds.
  static const protocol::Operation kOperations[] = {
      TARN_KMS_ROW(CancelKeyDeletion),
      TARN_KMS_ROW(CreateKey, .work = WorkClass::kData),
      TARN_KMS_ROW(DescribeKey),
      TARN_KMS_ROW(DisableKey),
      TARN_KMS_ROW(EnableKey),
      TARN_KMS_ROW(GetKeyPolicy),
      TARN_KMS_ROW(ListKeyPolicies),
      TARN_KMS_ROW(ListKeys),
      TARN_KMS_ROW(ListResourceTags),
      TARN_KMS_ROW(PutKeyPolicy),
      TARN_KMS_ROW(ReplicateKey),
      TARN_KMS_ROW(ScheduleKeyDeletion),
      TARN_KMS_ROW(TagResource),
      TARN_KMS_ROW(UntagResource),
      TARN_KMS_ROW(UpdateKeyDescription),
      TARN_KMS_ROW(UpdatePrimaryRegion),
      TARN_KMS_ROW(Decrypt),
      TARN_KMS_ROW(Encrypt),
      TARN_KMS_ROW(GenerateDataKey),
      TARN_KMS_ROW(GenerateDataKeyPair, .work = WorkClass::kData),
      TARN_KMS_ROW(GenerateDataKeyPairWithoutPlaintext, .work = WorkClass::kData),
      TARN_KMS_ROW(GenerateDataKeyWithoutPlaintext),
      TARN_KMS_ROW(GenerateRandom),
      TARN_KMS_ROW(ReEncrypt),
      TARN_KMS_ROW(DeriveSharedSecret),
      TARN_KMS_ROW(GenerateMac),
      TARN_KMS_ROW(GetPublicKey),
      TARN_KMS_ROW(Sign),
      TARN_KMS_ROW(Verify),
      TARN_KMS_ROW(VerifyMac),
      TARN_KMS_ROW(CreateAlias),
      TARN_KMS_ROW(DeleteAlias),
      TARN_KMS_ROW(ListAliases),
      TARN_KMS_ROW(UpdateAlias),
      TARN_KMS_ROW(CreateGrant),
      TARN_KMS_ROW(ListGrants),
      TARN_KMS_ROW(ListRetirableGrants),
      TARN_KMS_ROW(RetireGrant),
      TARN_KMS_ROW(RevokeGrant),
      TARN_KMS_ROW(DisableKeyRotation),
      TARN_KMS_ROW(EnableKeyRotation),
      TARN_KMS_ROW(GetKeyRotationStatus),
      TARN_KMS_ROW(ListKeyRotations),
      TARN_KMS_ROW(RotateKeyOnDemand),
      TARN_KMS_ROW(DeleteImportedKeyMaterial),
      TARN_KMS_ROW(GetParametersForImport, .work = WorkClass::kData),
      TARN_KMS_ROW(ImportKeyMaterial),
      TARN_KMS_ROW(ConnectCustomKeyStore),
      TARN_KMS_ROW(CreateCustomKeyStore),
      TARN_KMS_ROW(DeleteCustomKeyStore),
      TARN_KMS_ROW(DescribeCustomKeyStores),
      TARN_KMS_ROW(DisconnectCustomKeyStore),
      TARN_KMS_ROW(UpdateCustomKeyStore),
  };
  return kOperations;
}

#undef TARN_KMS_ROW

}  // namespace tarn::api::kms

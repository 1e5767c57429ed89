// AWS KMS's wire face: keys, their policies, aliases, grants and rotation, and what is encrypted and signed with them.
// Decodes nothing, stores nothing: each handler is a domain call or two between two conversions.
//
// Threads: any; handlers block.
#pragma once

#include <span>
#include <string>

#include "api/kms/gen/shapes.h"
#include "api/protocol/service.h"
#include "base/time.h"
#include "keys/keys.h"

namespace tarn::api::kms {

#define TARN_KMS_HANDLER(Operation) \
  Result<gen::Operation##Response> Operation(const protocol::Call& call, const gen::Operation##Request& in)

class KmsService : public protocol::Service {
 public:
  // `keys` and `clock` outlive the service.
  KmsService(keys::Keys& keys, const Clock& clock) : keys_(keys), clock_(clock) {}

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override;
  std::span<const protocol::ErrorRow> errors() const override;

  TARN_KMS_HANDLER(CancelKeyDeletion);
  TARN_KMS_HANDLER(CreateKey);
  TARN_KMS_HANDLER(DescribeKey);
  TARN_KMS_HANDLER(DisableKey);
  TARN_KMS_HANDLER(EnableKey);
  TARN_KMS_HANDLER(GetKeyPolicy);
  TARN_KMS_HANDLER(ListKeyPolicies);
  TARN_KMS_HANDLER(ListKeys);
  TARN_KMS_HANDLER(ListResourceTags);
  TARN_KMS_HANDLER(PutKeyPolicy);
  TARN_KMS_HANDLER(ReplicateKey);
  TARN_KMS_HANDLER(ScheduleKeyDeletion);
  TARN_KMS_HANDLER(TagResource);
  TARN_KMS_HANDLER(UntagResource);
  TARN_KMS_HANDLER(UpdateKeyDescription);
  TARN_KMS_HANDLER(UpdatePrimaryRegion);

  TARN_KMS_HANDLER(Decrypt);
  TARN_KMS_HANDLER(Encrypt);
  TARN_KMS_HANDLER(GenerateDataKey);
  TARN_KMS_HANDLER(GenerateDataKeyPair);
  TARN_KMS_HANDLER(GenerateDataKeyPairWithoutPlaintext);
  TARN_KMS_HANDLER(GenerateDataKeyWithoutPlaintext);
  TARN_KMS_HANDLER(GenerateRandom);
  TARN_KMS_HANDLER(ReEncrypt);

  TARN_KMS_HANDLER(DeriveSharedSecret);
  TARN_KMS_HANDLER(GenerateMac);
  TARN_KMS_HANDLER(GetPublicKey);
  TARN_KMS_HANDLER(Sign);
  TARN_KMS_HANDLER(Verify);
  TARN_KMS_HANDLER(VerifyMac);

  TARN_KMS_HANDLER(CreateAlias);
  TARN_KMS_HANDLER(DeleteAlias);
  TARN_KMS_HANDLER(ListAliases);
  TARN_KMS_HANDLER(UpdateAlias);

  TARN_KMS_HANDLER(CreateGrant);
  TARN_KMS_HANDLER(ListGrants);
  Result<gen::ListGrantsResponse> ListRetirableGrants(const protocol::Call& call,
                                                      const gen::ListRetirableGrantsRequest& in);
  TARN_KMS_HANDLER(RetireGrant);
  TARN_KMS_HANDLER(RevokeGrant);

  TARN_KMS_HANDLER(DisableKeyRotation);
  TARN_KMS_HANDLER(EnableKeyRotation);
  TARN_KMS_HANDLER(GetKeyRotationStatus);
  TARN_KMS_HANDLER(ListKeyRotations);
  TARN_KMS_HANDLER(RotateKeyOnDemand);

  TARN_KMS_HANDLER(DeleteImportedKeyMaterial);
  TARN_KMS_HANDLER(GetParametersForImport);
  TARN_KMS_HANDLER(ImportKeyMaterial);

  TARN_KMS_HANDLER(ConnectCustomKeyStore);
  TARN_KMS_HANDLER(CreateCustomKeyStore);
  TARN_KMS_HANDLER(DeleteCustomKeyStore);
  TARN_KMS_HANDLER(DescribeCustomKeyStores);
  TARN_KMS_HANDLER(DisconnectCustomKeyStore);
  TARN_KMS_HANDLER(UpdateCustomKeyStore);

 private:
  keys::Keys& keys_;
  const Clock& clock_;
};

#undef TARN_KMS_HANDLER

}  // namespace tarn::api::kms

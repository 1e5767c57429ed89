// Signatures, message authentication codes, public keys and key agreement.
#include "api/kms/convert.h"
#include "api/kms/kms_service.h"

namespace tarn::api::kms {
namespace {

Result<bool> IsDigest(const std::optional<std::string>& type) {
  if (type && *type == "EXTERNAL_MU") return Fail(kNotSupported, "MessageType EXTERNAL_MU is not supported.");
  return type && *type == "DIGEST";
}

}  // namespace

Result<gen::SignResponse> KmsService::Sign(const protocol::Call& call, const gen::SignRequest& in) {
  TARN_CHECK(CheckGrantTokens(keys_, in.grant_tokens));
  TARN_TRY(const bool digest, IsDigest(in.message_type));
  TARN_TRY(auto made, keys_.Sign(UseOf(call, in.dry_run), *in.key_id, *in.signing_algorithm, *in.message, digest));
  return gen::SignResponse{
      .key_id = std::move(made.key_arn), .signature = std::move(made.bytes), .signing_algorithm = in.signing_algorithm};
}

Result<gen::VerifyResponse> KmsService::Verify(const protocol::Call& call, const gen::VerifyRequest& in) {
  TARN_CHECK(CheckGrantTokens(keys_, in.grant_tokens));
  TARN_TRY(const bool digest, IsDigest(in.message_type));
  TARN_TRY(std::string arn, keys_.Verify(UseOf(call, in.dry_run), *in.key_id, *in.signing_algorithm, *in.message,
                                         digest, *in.signature));
  return gen::VerifyResponse{
      .key_id = std::move(arn), .signature_valid = true, .signing_algorithm = in.signing_algorithm};
}

Result<gen::GenerateMacResponse> KmsService::GenerateMac(const protocol::Call& call,
                                                         const gen::GenerateMacRequest& in) {
  TARN_CHECK(CheckGrantTokens(keys_, in.grant_tokens));
  TARN_TRY(auto made, keys_.GenerateMac(UseOf(call, in.dry_run), *in.key_id, *in.mac_algorithm, *in.message));
  return gen::GenerateMacResponse{
      .mac = std::move(made.bytes), .mac_algorithm = in.mac_algorithm, .key_id = std::move(made.key_arn)};
}

Result<gen::VerifyMacResponse> KmsService::VerifyMac(const protocol::Call& call, const gen::VerifyMacRequest& in) {
  TARN_CHECK(CheckGrantTokens(keys_, in.grant_tokens));
  TARN_TRY(std::string arn,
           keys_.VerifyMac(UseOf(call, in.dry_run), *in.key_id, *in.mac_algorithm, *in.message, *in.mac));
  return gen::VerifyMacResponse{.key_id = std::move(arn), .mac_valid = true, .mac_algorithm = in.mac_algorithm};
}

Result<gen::GetPublicKeyResponse> KmsService::GetPublicKey(const protocol::Call& call,
                                                           const gen::GetPublicKeyRequest& in) {
  TARN_CHECK(CheckGrantTokens(keys_, in.grant_tokens));
  TARN_TRY(auto found, keys_.GetPublicKey(UseOf(call), *in.key_id));
  const keys::Key& key = found.key;
  gen::GetPublicKeyResponse out;
  out.key_id = key.Arn();
  out.public_key = std::move(found.der);
  out.key_spec = keys::NameOf(key.spec);
  out.customer_master_key_spec = out.key_spec;
  out.key_usage = keys::NameOf(key.usage);
  out.encryption_algorithms = UnlessEmpty(keys::EncryptionAlgorithms(key.spec, key.usage));
  out.signing_algorithms = UnlessEmpty(keys::SigningAlgorithms(key.spec, key.usage));
  out.key_agreement_algorithms = UnlessEmpty(keys::KeyAgreementAlgorithms(key.spec, key.usage));
  return out;
}

Result<gen::DeriveSharedSecretResponse> KmsService::DeriveSharedSecret(const protocol::Call& call,
                                                                       const gen::DeriveSharedSecretRequest& in) {
  TARN_CHECK(RefuseRecipient(in.recipient));
  TARN_CHECK(CheckGrantTokens(keys_, in.grant_tokens));
  TARN_TRY(auto made, keys_.DeriveSharedSecret(UseOf(call, in.dry_run), *in.key_id, *in.public_key));
  return gen::DeriveSharedSecretResponse{.key_id = made.key.Arn(),
                                         .shared_secret = std::move(made.secret),
                                         .key_agreement_algorithm = in.key_agreement_algorithm,
                                         .key_origin = std::string(keys::NameOf(made.key.origin))};
}

}  // namespace tarn::api::kms

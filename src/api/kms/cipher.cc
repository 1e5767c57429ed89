// Encrypting, decrypting, and data keys.
#include "api/kms/convert.h"
#include "api/kms/kms_service.h"
#include "base/random.h"

namespace tarn::api::kms {
namespace {

constexpr std::string_view kSymmetric = "SYMMETRIC_DEFAULT";

std::string AlgorithmOf(const std::optional<std::string>& algorithm) {
  return algorithm.value_or(std::string(kSymmetric));
}

// Only symmetric keys' material has an id that is told.
std::optional<std::string> MaterialId(const std::string& algorithm, const std::string& id) {
  if (algorithm != kSymmetric) return std::nullopt;
  return id;
}

// A dry run may go without a ciphertext in AWS; here it is needed.
Status CheckBlob(const std::optional<std::string>& blob, const std::optional<std::vector<std::string>>& modifiers) {
  if (modifiers && !modifiers->empty()) return Fail(kNotSupported, "DryRunModifiers is not supported.");
  if (blob) return Ok();
  return Fail(kInvalidInput,
              "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member must "
              "not be null");
}

template <typename In>
Result<size_t> DataKeyBytes(const In& in) {
  if (in.key_spec.has_value() == in.number_of_bytes.has_value()) {
    return Fail(kInvalidInput, "Please specify either number of bytes or key spec.");
  }
  if (in.number_of_bytes) return static_cast<size_t>(*in.number_of_bytes);
  return *in.key_spec == "AES_128" ? size_t{16} : size_t{32};
}

Result<keys::Spec> PairSpecOf(const std::string& name) {
  auto spec = SpecOf(name);
  if (!spec.ok()) return Fail(kNotSupported, "KeyPairSpec " + name + " is not supported.");
  return spec;
}

}  // namespace

Result<gen::EncryptResponse> KmsService::Encrypt(const protocol::Call& call, const gen::EncryptRequest& in) {
  TARN_CHECK(CheckGrantTokens(keys_, in.grant_tokens));
  const std::string algorithm = AlgorithmOf(in.encryption_algorithm);
  TARN_TRY(auto sealed, keys_.Encrypt(UseOf(call, in.dry_run), *in.key_id, ContextOf(in.encryption_context),
                                      *in.plaintext, {.algorithm = algorithm}));
  return gen::EncryptResponse{.ciphertext_blob = std::move(sealed.ciphertext),
                              .key_id = std::move(sealed.key_arn),
                              .encryption_algorithm = algorithm};
}

Result<gen::DecryptResponse> KmsService::Decrypt(const protocol::Call& call, const gen::DecryptRequest& in) {
  TARN_CHECK(RefuseRecipient(in.recipient));
  TARN_CHECK(CheckGrantTokens(keys_, in.grant_tokens));
  TARN_CHECK(CheckBlob(in.ciphertext_blob, in.dry_run_modifiers));
  const std::string algorithm = AlgorithmOf(in.encryption_algorithm);
  TARN_TRY(auto opened, keys_.Decrypt(UseOf(call, in.dry_run), *in.ciphertext_blob, ContextOf(in.encryption_context),
                                      Text(in.key_id), {.algorithm = algorithm}));
  return gen::DecryptResponse{.key_id = std::move(opened.key_arn),
                              .plaintext = std::move(opened.plaintext),
                              .encryption_algorithm = algorithm,
                              .key_material_id = MaterialId(algorithm, opened.material_id)};
}

Result<gen::ReEncryptResponse> KmsService::ReEncrypt(const protocol::Call& call, const gen::ReEncryptRequest& in) {
  TARN_CHECK(CheckGrantTokens(keys_, in.grant_tokens));
  TARN_CHECK(CheckBlob(in.ciphertext_blob, in.dry_run_modifiers));
  const std::string from = AlgorithmOf(in.source_encryption_algorithm);
  const std::string to = AlgorithmOf(in.destination_encryption_algorithm);
  TARN_TRY(auto opened, keys_.Decrypt(UseOf(call), *in.ciphertext_blob, ContextOf(in.source_encryption_context),
                                      Text(in.source_key_id), {.algorithm = from, .operation = "ReEncryptFrom"}));
  TARN_TRY(auto sealed,
           keys_.Encrypt(UseOf(call, in.dry_run), *in.destination_key_id, ContextOf(in.destination_encryption_context),
                         opened.plaintext, {.algorithm = to, .operation = "ReEncryptTo"}));
  return gen::ReEncryptResponse{.ciphertext_blob = std::move(sealed.ciphertext),
                                .source_key_id = std::move(opened.key_arn),
                                .key_id = std::move(sealed.key_arn),
                                .source_encryption_algorithm = from,
                                .destination_encryption_algorithm = to,
                                .source_key_material_id = MaterialId(from, opened.material_id),
                                .destination_key_material_id = MaterialId(to, sealed.material_id)};
}

Result<gen::GenerateDataKeyResponse> KmsService::GenerateDataKey(const protocol::Call& call,
                                                                 const gen::GenerateDataKeyRequest& in) {
  TARN_CHECK(RefuseRecipient(in.recipient));
  TARN_CHECK(CheckGrantTokens(keys_, in.grant_tokens));
  TARN_TRY(const size_t bytes, DataKeyBytes(in));
  TARN_TRY(auto made,
           keys_.GenerateDataKey(UseOf(call, in.dry_run), *in.key_id, ContextOf(in.encryption_context), bytes));
  return gen::GenerateDataKeyResponse{.ciphertext_blob = std::move(made.ciphertext),
                                      .plaintext = std::move(made.plaintext),
                                      .key_id = std::move(made.key_arn),
                                      .key_material_id = std::move(made.material_id)};
}

Result<gen::GenerateDataKeyWithoutPlaintextResponse> KmsService::GenerateDataKeyWithoutPlaintext(
    const protocol::Call& call, const gen::GenerateDataKeyWithoutPlaintextRequest& in) {
  TARN_CHECK(CheckGrantTokens(keys_, in.grant_tokens));
  size_t bytes = 32;
  if (in.key_spec || in.number_of_bytes) {
    TARN_TRY(bytes, DataKeyBytes(in));
  }
  TARN_TRY(auto made, keys_.GenerateDataKey(UseOf(call, in.dry_run), *in.key_id, ContextOf(in.encryption_context),
                                            bytes, "GenerateDataKeyWithoutPlaintext"));
  return gen::GenerateDataKeyWithoutPlaintextResponse{.ciphertext_blob = std::move(made.ciphertext),
                                                      .key_id = std::move(made.key_arn),
                                                      .key_material_id = std::move(made.material_id)};
}

Result<gen::GenerateDataKeyPairResponse> KmsService::GenerateDataKeyPair(const protocol::Call& call,
                                                                         const gen::GenerateDataKeyPairRequest& in) {
  TARN_CHECK(RefuseRecipient(in.recipient));
  TARN_CHECK(CheckGrantTokens(keys_, in.grant_tokens));
  TARN_TRY(const keys::Spec spec, PairSpecOf(*in.key_pair_spec));
  TARN_TRY(auto made,
           keys_.GenerateDataKeyPair(UseOf(call, in.dry_run), *in.key_id, ContextOf(in.encryption_context), spec));
  return gen::GenerateDataKeyPairResponse{.private_key_ciphertext_blob = std::move(made.encrypted.ciphertext),
                                          .private_key_plaintext = std::move(made.private_key),
                                          .public_key = std::move(made.public_key),
                                          .key_id = std::move(made.encrypted.key_arn),
                                          .key_pair_spec = in.key_pair_spec,
                                          .key_material_id = std::move(made.encrypted.material_id)};
}

Result<gen::GenerateDataKeyPairWithoutPlaintextResponse> KmsService::GenerateDataKeyPairWithoutPlaintext(
    const protocol::Call& call, const gen::GenerateDataKeyPairWithoutPlaintextRequest& in) {
  TARN_CHECK(CheckGrantTokens(keys_, in.grant_tokens));
  TARN_TRY(const keys::Spec spec, PairSpecOf(*in.key_pair_spec));
  TARN_TRY(auto made, keys_.GenerateDataKeyPair(UseOf(call, in.dry_run), *in.key_id, ContextOf(in.encryption_context),
                                                spec, "GenerateDataKeyPairWithoutPlaintext"));
  return gen::GenerateDataKeyPairWithoutPlaintextResponse{
      .private_key_ciphertext_blob = std::move(made.encrypted.ciphertext),
      .public_key = std::move(made.public_key),
      .key_id = std::move(made.encrypted.key_arn),
      .key_pair_spec = in.key_pair_spec,
      .key_material_id = std::move(made.encrypted.material_id)};
}

Result<gen::GenerateRandomResponse> KmsService::GenerateRandom(const protocol::Call&,
                                                               const gen::GenerateRandomRequest& in) {
  TARN_CHECK(RefuseRecipient(in.recipient));
  if (in.custom_key_store_id) {
    return Fail(kNoSuchKeyStore, "Custom key store " + *in.custom_key_store_id + " does not exist.");
  }
  if (!in.number_of_bytes) return Fail(kInvalidInput, "NumberOfBytes is required.");
  return gen::GenerateRandomResponse{.plaintext = RandomBytes(static_cast<size_t>(*in.number_of_bytes))};
}

}  // namespace tarn::api::kms

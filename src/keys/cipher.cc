// The data path: encrypting and decrypting under keys.
#include <algorithm>

#include "base/random.h"
#include "keys/ciphertext.h"
#include "keys/crypto/secret_key.h"
#include "keys/key_specs.h"
#include "keys/session.h"

namespace tarn::keys {
namespace {

constexpr std::string_view kSymmetric = "SYMMETRIC_DEFAULT";
constexpr size_t kPlaintextMax = 4096;
constexpr size_t kContextBytesMax = 8192;

Status CheckAlgorithm(const Key& key, std::string_view algorithm) {
  const auto served = EncryptionAlgorithms(key.spec, key.usage);
  if (std::ranges::find(served, algorithm) != served.end()) return Ok();
  return Fail(kInvalidKeyUsage, "Algorithm " + std::string(algorithm) + " is incompatible with key spec " +
                                    std::string(NameOf(key.spec)) + ".");
}

Status CheckContext(const EncryptionContext& context, std::string_view algorithm) {
  if (context.empty()) return Ok();
  if (algorithm != kSymmetric) {
    return Fail(kInvalidInput, "EncryptionContext cannot be used with asymmetric encryption algorithms.");
  }
  size_t bytes = 0;
  for (const auto& [key, value] : context) bytes += key.size() + value.size();
  return bytes <= kContextBytesMax ? Ok() : Fail(kInvalidInput, "EncryptionContext is too large.");
}

std::string SealUnder(const Key& key, const Secret& secret, const EncryptionContext& context,
                      std::string_view plaintext) {
  const std::string head =
      EncodeHead({.account = key.scope.account, .key_id = key.id, .material = static_cast<uint32_t>(key.material)});
  return head + Seal(secret.bytes, AssociatedData(head, context), plaintext);
}

}  // namespace

Result<Key> Keys::Describe(const Use& use, std::string_view key, std::string_view operation) {
  const auto txn = store_.Begin();
  Session session(*this, *txn, use, false);
  auto entry = session.Open(key, {.name = operation, .takes_alias = operation == "DescribeKey"});
  if (entry.Is(kNotFound) && key.starts_with("alias/aws/")) {
    TARN_TRY(const Key made, ManagedKey(use.scope, key.substr(10)));
    return Describe(use, made.id, operation);
  }
  if (!entry.ok()) return entry.error();
  Key found = (*entry)->key;
  found.state = session.StateOf(found);
  return found;
}

Result<Encrypted> Keys::Encrypt(const Use& use, std::string_view key, const EncryptionContext& context,
                                std::string_view plaintext, const CipherOptions& options) {
  const std::string_view operation = options.operation.empty() ? "Encrypt" : options.operation;
  TARN_CHECK(CheckContext(context, options.algorithm));
  const auto txn = store_.Begin();
  Session session(*this, *txn, use, false);
  auto opened = session.Open(key, {.name = operation}, context);
  if (opened.Is(kNotFound) && key.starts_with("alias/aws/")) {
    TARN_TRY(const Key made, ManagedKey(use.scope, key.substr(10)));
    return Encrypt(use, made.id, context, plaintext, options);
  }
  if (!opened.ok()) return opened.error();
  const Entry& entry = **opened;
  if (entry.key.usage != Usage::kEncryptDecrypt) return WrongUsage(entry.key, operation);
  TARN_CHECK(CheckAlgorithm(entry.key, options.algorithm));
  TARN_CHECK(session.CheckUsable(entry.key));
  const size_t bytes_max = IsRsa(entry.key.spec) ? OaepBytesMax(entry.key.spec, options.algorithm) : kPlaintextMax;
  if (plaintext.size() > bytes_max && options.algorithm != kSymmetric) {
    return Fail(kInvalidInput, "Algorithm " + std::string(options.algorithm) + " and key spec " +
                                   std::string(NameOf(entry.key.spec)) + " cannot encrypt data larger than " +
                                   std::to_string(bytes_max) + " bytes.");
  }
  TARN_TRY(const auto secret, session.Open(entry, entry.key.material));
  TARN_CHECK(session.CheckDryRun());
  Encrypted out{.ciphertext = {}, .key_arn = entry.key.Arn(), .material_id = entry.key.material_id};
  if (secret->pair) {
    TARN_TRY(out.ciphertext, secret->pair->Encrypt(options.algorithm, plaintext));
  } else {
    out.ciphertext = SealUnder(entry.key, *secret, context, plaintext);
  }
  return out;
}

Result<Decrypted> Keys::Decrypt(const Use& use, std::string_view ciphertext, const EncryptionContext& context,
                                std::string_view expected_key, const CipherOptions& options) {
  const std::string_view operation = options.operation.empty() ? "Decrypt" : options.operation;
  TARN_CHECK(CheckContext(context, options.algorithm));
  const auto txn = store_.Begin();
  Session session(*this, *txn, use, false);
  const bool symmetric = options.algorithm == kSymmetric;
  const std::optional<Ciphertext> parsed = symmetric ? ParseCiphertext(ciphertext) : std::nullopt;
  std::shared_ptr<const Entry> entry;
  if (!expected_key.empty()) {
    TARN_TRY(const KeyName name, session.Resolve(expected_key, {.name = operation}));
    TARN_TRY(entry, session.Load(name.scope, name.id));
    if (parsed && (parsed->head.key_id != name.id || parsed->head.account != name.scope.account)) {
      return Fail(kIncorrectKey, "The key ID in the request does not identify a CMK that can perform this operation.");
    }
    TARN_CHECK(session.Authorize(*entry, {.name = operation}, context, name.alias));
  } else if (!symmetric) {
    return Fail(kInvalidInput, "KeyId is required to decrypt with an asymmetric key.");
  } else if (!parsed) {
    return Fail(kInvalidCiphertext, "");
  } else {
    TARN_TRY(entry, session.Load({parsed->head.account, use.scope.region}, parsed->head.key_id));
    TARN_CHECK(session.Authorize(*entry, {.name = operation}, context));
  }
  const Key& key = entry->key;
  if (key.usage != Usage::kEncryptDecrypt) return WrongUsage(key, operation);
  TARN_CHECK(CheckAlgorithm(key, options.algorithm));
  if (symmetric && !parsed) return Fail(kInvalidCiphertext, "");
  TARN_CHECK(session.CheckUsable(key));
  TARN_TRY(const auto secret, session.Open(*entry, symmetric ? parsed->head.material : key.material));
  Decrypted out{.plaintext = {}, .key_arn = key.Arn(), .material_id = key.material_id};
  if (secret->pair) {
    TARN_TRY(out.plaintext, secret->pair->Decrypt(options.algorithm, ciphertext));
  } else {
    TARN_TRY(out.plaintext, Unseal(secret->bytes, AssociatedData(parsed->head_bytes, context), parsed->sealed));
    out.material_id = secret->id;
  }
  TARN_CHECK(session.CheckDryRun());
  return out;
}

Result<DataKey> Keys::GenerateDataKey(const Use& use, std::string_view key, const EncryptionContext& context,
                                      size_t bytes, std::string_view operation) {
  DataKey out;
  out.plaintext = RandomBytes(bytes);
  TARN_TRY(Encrypted sealed, Encrypt(use, key, context, out.plaintext, {.operation = operation}));
  out.ciphertext = std::move(sealed.ciphertext);
  out.key_arn = std::move(sealed.key_arn);
  out.material_id = std::move(sealed.material_id);
  return out;
}

Result<DataKeyPair> Keys::GenerateDataKeyPair(const Use& use, std::string_view key, const EncryptionContext& context,
                                              Spec pair, std::string_view operation) {
  // Nothing is made for someone who may not have it.
  {
    const Use trial{use.scope, use.caller, use.via_service, true};
    auto may = Encrypt(trial, key, context, "", {.operation = operation});
    if (!may.Is(kDryRun) || use.dry_run) return may.error();
  }
  DataKeyPair out;
  TARN_TRY(const auto made, KeyPair::Generate(pair));
  TARN_TRY(out.public_key, made->PublicKey());
  TARN_TRY(out.private_key, made->Pkcs8());
  TARN_TRY(out.encrypted, Encrypt(use, key, context, out.private_key, {.operation = operation}));
  return out;
}

}  // namespace tarn::keys

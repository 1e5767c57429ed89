// What asymmetric and HMAC keys do: signatures, codes, public keys, shared secrets.
#include <algorithm>

#include "base/hash.h"
#include "keys/crypto/secret_key.h"
#include "keys/key_specs.h"
#include "keys/session.h"

namespace tarn::keys {
namespace {

Status CheckAlgorithm(const Key& key, const std::vector<std::string>& served, std::string_view algorithm) {
  if (std::ranges::find(served, algorithm) != served.end()) return Ok();
  return Fail(kInvalidKeyUsage, "Algorithm " + std::string(algorithm) + " is incompatible with key spec " +
                                    std::string(NameOf(key.spec)) + ".");
}

struct Ready {
  std::shared_ptr<const Entry> entry;
  std::shared_ptr<const Secret> secret;
};

// The key, found fit for the operation, allowed, enabled and opened.
Result<Ready> Prepare(Session& session, std::string_view name, std::string_view operation, Usage usage) {
  Ready ready;
  TARN_TRY(ready.entry, session.Open(name, {.name = operation}));
  const Key& key = ready.entry->key;
  if (key.usage != usage) return WrongUsage(key, operation);
  TARN_CHECK(session.CheckUsable(key));
  TARN_TRY(ready.secret, session.Open(*ready.entry, key.material));
  return ready;
}

Status CheckMessage(std::string_view algorithm, std::string_view message, bool is_digest) {
  if (algorithm.starts_with("ED25519_SHA")) {
    if (!is_digest) return Ok();
    return Fail(kInvalidInput, "Algorithm " + std::string(algorithm) + " cannot be used with MessageType DIGEST.");
  }
  if (!is_digest || message.size() == DigestBytes(algorithm)) return Ok();
  return Fail(kInvalidInput, "Digest is invalid length for algorithm " + std::string(algorithm) + ".");
}

}  // namespace

Result<Keys::Signed> Keys::Sign(const Use& use, std::string_view key, std::string_view algorithm,
                                std::string_view message, bool is_digest) {
  const auto txn = store_.Begin();
  Session session(*this, *txn, use, false);
  TARN_TRY(const Ready ready, Prepare(session, key, "Sign", Usage::kSignVerify));
  const Key& found = ready.entry->key;
  TARN_CHECK(CheckAlgorithm(found, SigningAlgorithms(found.spec, found.usage), algorithm));
  TARN_CHECK(CheckMessage(algorithm, message, is_digest));
  TARN_CHECK(session.CheckDryRun());
  TARN_TRY(std::string signature, ready.secret->pair->Sign(algorithm, message, is_digest));
  return Signed{found.Arn(), std::move(signature)};
}

Result<std::string> Keys::Verify(const Use& use, std::string_view key, std::string_view algorithm,
                                 std::string_view message, bool is_digest, std::string_view signature) {
  const auto txn = store_.Begin();
  Session session(*this, *txn, use, false);
  TARN_TRY(const Ready ready, Prepare(session, key, "Verify", Usage::kSignVerify));
  const Key& found = ready.entry->key;
  TARN_CHECK(CheckAlgorithm(found, SigningAlgorithms(found.spec, found.usage), algorithm));
  TARN_CHECK(CheckMessage(algorithm, message, is_digest));
  TARN_TRY(const bool valid, ready.secret->pair->Verify(algorithm, message, is_digest, signature));
  if (!valid) return Fail(kInvalidSignature, "");
  TARN_CHECK(session.CheckDryRun());
  return found.Arn();
}

Result<Keys::Signed> Keys::GenerateMac(const Use& use, std::string_view key, std::string_view algorithm,
                                       std::string_view message) {
  const auto txn = store_.Begin();
  Session session(*this, *txn, use, false);
  TARN_TRY(const Ready ready, Prepare(session, key, "GenerateMac", Usage::kGenerateVerifyMac));
  const Key& found = ready.entry->key;
  TARN_CHECK(CheckAlgorithm(found, MacAlgorithms(found.spec, found.usage), algorithm));
  TARN_CHECK(session.CheckDryRun());
  return Signed{found.Arn(), Mac(algorithm, ready.secret->bytes, message)};
}

Result<std::string> Keys::VerifyMac(const Use& use, std::string_view key, std::string_view algorithm,
                                    std::string_view message, std::string_view mac) {
  const auto txn = store_.Begin();
  Session session(*this, *txn, use, false);
  TARN_TRY(const Ready ready, Prepare(session, key, "VerifyMac", Usage::kGenerateVerifyMac));
  const Key& found = ready.entry->key;
  TARN_CHECK(CheckAlgorithm(found, MacAlgorithms(found.spec, found.usage), algorithm));
  if (!ConstantTimeEqual(Mac(algorithm, ready.secret->bytes, message), mac)) return Fail(kInvalidMac, "");
  TARN_CHECK(session.CheckDryRun());
  return found.Arn();
}

Result<Keys::PublicKey> Keys::GetPublicKey(const Use& use, std::string_view key) {
  const auto txn = store_.Begin();
  Session session(*this, *txn, use, false);
  TARN_TRY(const auto entry, session.Open(key, {.name = "GetPublicKey"}));
  const Key& found = entry->key;
  if (!IsAsymmetric(found.spec)) {
    return Fail(kUnsupported, found.Arn() + " key spec is " + std::string(NameOf(found.spec)) +
                                  " which is not valid for GetPublicKey.");
  }
  TARN_CHECK(session.CheckUsable(found));
  TARN_TRY(const auto secret, session.Open(*entry, found.material));
  TARN_TRY(std::string der, secret->pair->PublicKey());
  return PublicKey{found, std::move(der)};
}

Result<Keys::SharedSecret> Keys::DeriveSharedSecret(const Use& use, std::string_view key, std::string_view public_key) {
  const auto txn = store_.Begin();
  Session session(*this, *txn, use, false);
  TARN_TRY(const Ready ready, Prepare(session, key, "DeriveSharedSecret", Usage::kKeyAgreement));
  TARN_TRY(std::string secret, ready.secret->pair->Agree(public_key));
  TARN_CHECK(session.CheckDryRun());
  return SharedSecret{ready.entry->key, std::move(secret)};
}

}  // namespace tarn::keys

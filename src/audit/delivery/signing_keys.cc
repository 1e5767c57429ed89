#include "audit/delivery/signing_keys.h"

#include "audit/errors.h"
#include "audit/keys.h"
#include "base/hash.h"
#include "keys/crypto/key_pair.h"
#include "keys/crypto/secret_key.h"

namespace tarn::audit {
namespace {

constexpr int64_t kValidMicros = 365 * kMicrosPerDay;
constexpr std::string_view kAlgorithm = "RSASSA_PKCS1_V1_5_SHA_256";
// SubjectPublicKeyInfo of a 2048-bit RSA key: a header of this length, then the key as PKCS #1.
constexpr size_t kInfoHeaderBytes = 24;

}  // namespace

Result<std::vector<SigningKey>> SigningKeys::List(const Scope& scope) const {
  std::vector<SigningKey> found;
  const kv::Key space = ScopeKey(kSigningSpace, scope.account, scope.region);
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto pairs, txn.PeekScan(space.bytes(), space.End(), 1000));
    for (const kv::KeyValue& pair : pairs) {
      auto key = DecodeRecord<SigningKey>(pair.value);
      if (!key) return Fail(kDamaged, "a signing key's record is damaged");
      found.push_back(std::move(*key));
    }
    return Ok();
  }));
  return found;
}

Result<SigningKey> SigningKeys::Current(const Scope& scope) {
  TARN_TRY(const auto present, List(scope));
  const Timestamp now = clock_.Now();
  if (!present.empty() && present.back().until > now) return present.back();
  TARN_TRY(const auto pair, keys::KeyPair::Generate(keys::Spec::kRsa2048));
  TARN_TRY(const std::string secret, pair->Pkcs8());
  TARN_TRY(const std::string info, pair->PublicKey());
  SigningKey made;
  made.public_key = info.substr(kInfoHeaderBytes);
  made.fingerprint = Hex(Md5(made.public_key));
  made.from = now;
  made.until = now.Plus(kValidMicros);
  made.sealed = keys::Seal(sealing_key_, made.fingerprint, secret);
  SigningKey kept = made;
  const kv::Key space = ScopeKey(kSigningSpace, scope.account, scope.region);
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    // Another may have been quicker.
    TARN_TRY(const auto newest, txn.Scan(space.bytes(), space.End(), 1, true));
    kept = made;
    if (!newest.empty()) {
      auto other = DecodeRecord<SigningKey>(newest[0].value);
      if (!other) return Fail(kDamaged, "a signing key's record is damaged");
      if (other->until > now) {
        kept = std::move(*other);
        return Ok();
      }
    }
    txn.Put(kv::Key(space).Number(static_cast<uint64_t>(made.from.micros)).Take(), EncodeRecord(made));
    return Ok();
  }));
  return kept;
}

Result<std::string> SigningKeys::Sign(const SigningKey& key, std::string_view text) const {
  const auto secret = keys::Unseal(sealing_key_, key.fingerprint, key.sealed);
  if (!secret.ok()) return Fail(kDamaged, "a signing key cannot be unsealed");
  TARN_TRY(const auto pair, keys::KeyPair::FromPkcs8(keys::Spec::kRsa2048, *secret));
  return pair->Sign(kAlgorithm, text, false);
}

}  // namespace tarn::audit

// Keys whose material comes from outside.
#include <algorithm>

#include "base/hash.h"
#include "keys/crypto/secret_key.h"
#include "keys/key_specs.h"
#include "keys/session.h"

namespace tarn::keys {
namespace {

constexpr std::string_view kTokenName = "tarn kms import token";
constexpr size_t kMacMaterialMax = 128;

Result<ImportToken> OpenToken(std::string_view token_key, std::string_view sealed, const Key& key, Timestamp now) {
  const auto record = Unseal(token_key, kTokenName, sealed);
  if (!record.ok()) return Fail(kInvalidImportToken, "");
  TARN_TRY(ImportToken token, Decode<ImportToken>(*record));
  if (token.account != key.scope.account || token.region != key.scope.region || token.key_id != key.id) {
    return Fail(kInvalidImportToken, "");
  }
  if (token.expiry <= now) return Fail(kExpiredImportToken, "");
  return token;
}

Result<std::string> Unwrap(const ImportToken& token, std::string_view wrapped) {
  TARN_TRY(const auto pair, KeyPair::FromPkcs8(token.wrapping, token.private_key));
  const std::string hash = token.algorithm.ends_with("SHA_256") ? "RSAES_OAEP_SHA_256" : "RSAES_OAEP_SHA_1";
  if (!token.algorithm.starts_with("RSA_AES_KEY_WRAP")) return pair->Decrypt(hash, wrapped);
  const size_t rsa_bytes = RsaBits(token.wrapping) / 8;
  if (wrapped.size() <= rsa_bytes) return Fail(kInvalidCiphertext, "");
  TARN_TRY(std::string wrapping_key, pair->Decrypt(hash, wrapped.substr(0, rsa_bytes)));
  auto material = UnwrapKey(wrapping_key, wrapped.substr(rsa_bytes));
  Wipe(wrapping_key);
  return material;
}

Status CheckMaterial(Spec spec, std::string_view material) {
  bool fits = false;
  if (IsAsymmetric(spec)) {
    fits = KeyPair::FromPkcs8(spec, material).ok();
  } else if (IsHmac(spec)) {
    fits = material.size() >= MaterialBytes(spec) && material.size() <= kMacMaterialMax;
  } else {
    fits = material.size() == MaterialBytes(spec);
  }
  if (fits) return Ok();
  return Fail(kIncorrectKeyMaterial,
              "The key material is not valid for a key of spec " + std::string(NameOf(spec)) + ".");
}

// The first expiry of what is present, and the state that follows from what is present.
void Settle(Key& key, const std::vector<StoredMaterial>& materials) {
  key.expiry.reset();
  bool whole = false;
  for (const StoredMaterial& material : materials) {
    const MaterialInfo& info = material.info;
    if (info.version == key.material) whole = true;
    if (info.present && info.expiry && (!key.expiry || *info.expiry < *key.expiry)) key.expiry = info.expiry;
  }
  const bool gone = std::ranges::any_of(materials, [](const auto& m) { return !m.info.present; });
  if (key.state == State::kPendingImport && whole && !gone) key.state = State::kEnabled;
  if ((key.state == State::kEnabled || key.state == State::kDisabled) && gone) key.state = State::kPendingImport;
}

}  // namespace

Result<ImportParameters> Keys::GetImportParameters(const Use& use, std::string_view key, std::string_view algorithm,
                                                   Spec wrapping_key) {
  Key found;
  Timestamp now;
  {
    const auto txn = store_.Begin();
    Session session(*this, *txn, use, false);
    TARN_TRY(const auto entry, session.Open(key, Owners("GetParametersForImport")));
    found = entry->key;
    now = session.now();
    if (found.origin != Origin::kExternal) return WrongOrigin(found);
    TARN_CHECK(session.CheckNotPendingDeletion(found));
  }
  if (algorithm == "RSAES_PKCS1_V1_5" || !IsRsa(wrapping_key)) {
    return Fail(kUnsupported, "Wrapping with " + std::string(algorithm) + " under " +
                                  std::string(NameOf(wrapping_key)) + " is not supported.");
  }
  if (IsRsa(found.spec) && !algorithm.starts_with("RSA_AES_KEY_WRAP")) {
    return Fail(kInvalidInput, "WrappingAlgorithm " + std::string(algorithm) + " is not compatible with KeySpec " +
                                   std::string(NameOf(found.spec)));
  }
  TARN_TRY(const auto pair, KeyPair::Generate(wrapping_key));
  ImportToken token{.account = found.scope.account,
                    .region = found.scope.region,
                    .key_id = found.id,
                    .algorithm = std::string(algorithm),
                    .expiry = now.Plus(kMicrosPerDay),
                    .private_key = {},
                    .wrapping = wrapping_key};
  TARN_TRY(token.private_key, pair->Pkcs8());
  ImportParameters out{.key_arn = found.Arn(),
                       .token = Seal(token_key_, kTokenName, EncodeRecord(token)),
                       .public_key = {},
                       .valid_to = token.expiry};
  TARN_TRY(out.public_key, pair->PublicKey());
  return out;
}

Result<Imported> Keys::Import(const Use& use, std::string_view key, const ImportRequest& request) {
  Imported out;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    TARN_TRY(const auto entry, session.Open(key, Owners("ImportKeyMaterial")));
    Key after = entry->key;
    if (after.origin != Origin::kExternal) return WrongOrigin(after);
    TARN_CHECK(session.CheckNotPendingDeletion(after));
    TARN_TRY(const ImportToken token, OpenToken(token_key_, request.token, after, session.now()));
    TARN_TRY(std::string material, Unwrap(token, request.wrapped));
    TARN_CHECK(CheckMaterial(after.spec, material));
    const std::string id = MaterialId(after.id, material);
    if (!request.material_id.empty() && request.material_id != id) {
      return Fail(kIncorrectKeyMaterial, "The key material is not the one of the given KeyMaterialId.");
    }
    TARN_TRY(auto present, session.Materials(after));
    MaterialInfo info{.version = 0, .id = {}, .since = session.now(), .description = request.description};
    if (const auto same = std::ranges::find(present, id, [](const auto& m) { return m.info.id; });
        same != present.end()) {
      info = same->info;
      info.present = true;
      if (!request.description.empty()) info.description = request.description;
    } else {
      const bool is_new = request.is_new.value_or(present.empty());
      if (!is_new || (!present.empty() && !IsSymmetric(after.spec))) {
        return Fail(kIncorrectKeyMaterial,
                    "The key material is not the same key material that was previously imported into this KMS key.");
      }
      const auto pending = std::ranges::find_if(present, [](const auto& m) { return m.info.pending; });
      if (pending != present.end()) {
        return Fail(kInvalidState, "New key material (id: " + id + ") cannot be imported into KMS key " + after.Arn() +
                                       ", because another key material (id: " + pending->info.id +
                                       ") is pending rotation.");
      }
      info.version = ++after.materials;
      info.pending = !present.empty();
      if (!info.pending) {
        after.material = info.version;
        after.material_id = id;
      }
    }
    info.expiry = request.expiry;
    session.SaveMaterial(after, info, material);
    Wipe(material);
    TARN_TRY(present, session.Materials(after));
    Settle(after, present);
    session.Save(entry->key, after);
    out = {after, id};
    return Ok();
  }));
  return out;
}

Result<Imported> Keys::DeleteImported(const Use& use, std::string_view key, const std::string& material_id) {
  Imported out;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    TARN_TRY(const auto entry, session.Open(key, Owners("DeleteImportedKeyMaterial")));
    Key after = entry->key;
    if (after.origin != Origin::kExternal) return WrongOrigin(after);
    out = {after, material_id.empty() ? after.material_id : material_id};
    TARN_TRY(auto present, session.Materials(after));
    const auto found = std::ranges::find(present, out.material_id, [](const auto& m) { return m.info.id; });
    if (found == present.end()) {
      if (material_id.empty()) return Ok();  // there was none
      return Fail(kNotFound, "Key material " + material_id + " does not exist in KMS key " + after.Arn());
    }
    if (found->info.pending) {
      txn.Delete(MaterialKey(after.scope.account, after.id, found->info.version));
      present.erase(found);
    } else {
      found->sealed.clear();
      found->info.present = false;
      found->info.expiry.reset();
      session.SaveMaterialInfo(after, *found);
    }
    Settle(after, present);
    session.Save(entry->key, after);
    out.key = after;
    return Ok();
  }));
  return out;
}

}  // namespace tarn::keys

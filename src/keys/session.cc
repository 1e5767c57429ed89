#include "keys/session.h"

#include <algorithm>

#include "base/hash.h"
#include "base/random.h"
#include "base/strings.h"
#include "keys/ciphertext.h"
#include "keys/crypto/secret_key.h"
#include "keys/key_specs.h"

namespace tarn::keys {
namespace {

constexpr size_t kRowsMax = 100'000;
constexpr std::string_view kMaterialIdLabel = "tarn kms material id";

std::optional<Timestamp> NextDue(const Key& key) {
  std::optional<Timestamp> due;
  for (const auto& at : {key.deletion, key.expiry, key.next_rotation}) {
    if (at && (!due || *at < *due)) due = at;
  }
  return due;
}

}  // namespace

std::string KeyArn(const Scope& scope, std::string_view id) {
  return "arn:aws:kms:" + scope.region + ":" + scope.account + ":key/" + std::string(id);
}
std::string AliasArn(const Scope& scope, std::string_view alias) {
  return "arn:aws:kms:" + scope.region + ":" + scope.account + ":" + std::string(alias);
}
std::string Key::Arn() const { return KeyArn(scope, id); }

std::string MaterialId(std::string_view key_id, std::string_view secret) {
  return Hex(HmacSha256(secret, std::string(kMaterialIdLabel) + std::string(key_id)));
}

Error KeyNotFound(const Scope& scope, std::string_view id) {
  return Fail(kNotFound, "Key '" + KeyArn(scope, id) + "' does not exist");
}
Error AliasNotFound(const Scope& scope, std::string_view alias) {
  return Fail(kNotFound, "Alias " + AliasArn(scope, alias) + " is not found.");
}
Error WrongUsage(const Key& key, std::string_view operation) {
  if (operation.starts_with("ReEncrypt")) operation = "ReEncrypt";
  return Fail(kInvalidKeyUsage, key.Arn() + " key usage is " + std::string(NameOf(key.usage)) +
                                    " which is not valid for " + std::string(operation) + ".");
}
Error WrongOrigin(const Key& key) {
  return Fail(kUnsupported,
              key.Arn() + " origin is " + std::string(NameOf(key.origin)) + " which is not valid for this operation.");
}

Result<KeyName> Session::ResolveAlias(const Scope& scope, std::string_view alias) {
  TARN_TRY(const auto row, Get(AliasKey(scope, alias)));
  if (!row) return AliasNotFound(scope, alias);
  TARN_TRY(Alias found, Decode<Alias>(*row));
  return KeyName{scope, std::move(found.key_id), std::string(alias)};
}

Result<KeyName> Session::ResolveArn(std::string_view arn, const Operation& operation) {
  const auto parts = Split(arn, ':');
  if (parts.size() != 6 || parts[2] != "kms") return Fail(kInvalidArn, "Invalid arn " + std::string(arn));
  if (parts[3] != use_.scope.region) return Fail(kNotFound, "Invalid arn " + std::string(parts[3]));
  const Scope scope{std::string(parts[4]), std::string(parts[3])};
  if (parts[5].starts_with("alias/")) {
    if (!operation.takes_alias) return Fail(kInvalidArn, "Invalid arn " + std::string(arn));
    return ResolveAlias(scope, parts[5]);
  }
  if (!parts[5].starts_with("key/")) return Fail(kInvalidArn, "Invalid arn " + std::string(arn));
  const std::string_view id = parts[5].substr(4);
  if (!IsUuid(id) && !IsMultiRegionId(id)) return Fail(kNotFound, "Invalid keyId '" + std::string(id) + "'");
  return KeyName{scope, std::string(id), {}};
}

Result<KeyName> Session::Resolve(std::string_view name, const Operation& operation) {
  if (name.starts_with("arn:")) return ResolveArn(name, operation);
  if (IsUuid(name) || IsMultiRegionId(name)) return KeyName{use_.scope, std::string(name), {}};
  if (!operation.takes_alias) return Fail(kNotFound, "Invalid keyId " + std::string(name));
  if (name.starts_with("alias/")) return ResolveAlias(use_.scope, name);
  return Fail(kNotFound, "Invalid keyId '" + std::string(name) + "'");
}

Result<std::shared_ptr<const Entry>> Session::Load(const Scope& scope, const std::string& id) {
  const std::string row = KeyKey(scope, id);
  TARN_TRY(auto record, Get(row));
  if (!record) return KeyNotFound(scope, id);
  std::shared_ptr<const Entry> entry = keys_.cache_->Find(row, *record);
  if (!entry) {
    auto made = std::make_shared<Entry>();
    TARN_TRY(made->key, Decode<Key>(*record));
    made->key.scope = scope;
    made->key.id = id;
    TARN_TRY(const auto policy, txn_.PeekGet(PolicyKey(scope, id)));
    if (!policy) return Fail(kDamaged, "a KMS key without a policy");
    TARN_TRY(made->policy, ParsePolicy(*policy));
    made->record = std::move(*record);
    entry = made;
    keys_.cache_->Put(row, entry);
  }
  if (entry->key.deletion && *entry->key.deletion <= now_) return KeyNotFound(scope, id);
  return entry;
}

Result<std::shared_ptr<const Entry>> Session::Open(std::string_view name, const Operation& operation,
                                                   const EncryptionContext& context) {
  TARN_TRY(const KeyName found, Resolve(name, operation));
  TARN_TRY(auto entry, Load(found.scope, found.id));
  TARN_CHECK(Authorize(*entry, operation, context, found.alias));
  return entry;
}

Result<std::shared_ptr<const Secret>> Session::Open(const Entry& entry, int64_t version) {
  {
    const std::lock_guard lock(entry.mutex);
    if (const auto it = entry.secrets.find(version); it != entry.secrets.end()) return it->second;
  }
  const Key& key = entry.key;
  const std::string row = MaterialKey(key.scope.account, key.id, version);
  TARN_TRY(const auto record, txn_.PeekGet(row));
  if (!record) return Fail(kInvalidCiphertext, "");
  TARN_TRY(const StoredMaterial material, Decode<StoredMaterial>(*record));
  if (material.sealed.empty()) return Fail(kInvalidState, key.Arn() + " is pending import.");
  auto secret = std::make_shared<Secret>();
  secret->id = material.info.id;
  TARN_TRY(secret->bytes, keys_.box_.Open(row, material.sealed));
  if (IsAsymmetric(key.spec)) {
    TARN_TRY(secret->pair, KeyPair::FromPkcs8(key.spec, secret->bytes));
  }
  const std::lock_guard lock(entry.mutex);
  return entry.secrets.emplace(version, std::move(secret)).first->second;
}

Result<std::optional<StoredMaterial>> Session::Material(const Key& key, int64_t version) {
  TARN_TRY(const auto record, Get(MaterialKey(key.scope.account, key.id, version)));
  if (!record) return std::optional<StoredMaterial>();
  TARN_TRY(StoredMaterial material, Decode<StoredMaterial>(*record));
  return std::optional<StoredMaterial>(std::move(material));
}

Result<std::vector<StoredMaterial>> Session::Materials(const Key& key) {
  std::vector<StoredMaterial> out;
  TARN_TRY(const auto rows, Scan(MaterialsKey(key.scope.account, key.id), kRowsMax));
  for (const kv::KeyValue& row : rows) {
    TARN_TRY(StoredMaterial material, Decode<StoredMaterial>(row.value));
    out.push_back(std::move(material));
  }
  return out;
}

Result<std::vector<kv::KeyValue>> Session::Scan(const kv::Key& prefix, size_t limit, const std::string& after) {
  std::string begin = prefix.bytes();
  if (!after.empty()) begin = kv::Key(prefix).Text(after).Take() + '\0';
  return writes_ ? txn_.Scan(begin, prefix.End(), limit) : txn_.PeekScan(begin, prefix.End(), limit);
}

State Session::StateOf(const Key& key) const {
  if (key.state == State::kEnabled && key.expiry && *key.expiry <= now_) return State::kPendingImport;
  return key.state;
}

Status Session::CheckUsable(const Key& key) const {
  switch (StateOf(key)) {
    case State::kEnabled:
      return Ok();
    case State::kDisabled:
      return Fail(kDisabled, key.Arn() + " is disabled.");
    case State::kPendingImport:
      return Fail(kInvalidState, key.Arn() + " is pending import.");
    case State::kPendingReplicaDeletion:
      return Fail(kInvalidState, key.Arn() + " is pending replica deletion.");
    case State::kPendingDeletion:
      break;
  }
  return Fail(kInvalidState, key.Arn() + " is pending deletion.");
}

Status Session::CheckNotPendingDeletion(const Key& key) const {
  const bool pending = key.state == State::kPendingDeletion || key.state == State::kPendingReplicaDeletion;
  return pending ? CheckUsable(key) : Ok();
}

Status Session::CheckDryRun() const {
  if (!use_.dry_run) return Ok();
  return Fail(kDryRun, "The request would have succeeded, but the DryRun option is set.");
}

void Session::Save(const Key& before, Key after) {
  const std::optional<Timestamp> was = NextDue(before);
  const std::optional<Timestamp> is = NextDue(after);
  if (was != is) {
    if (was) txn_.Delete(DueKey(*was, before.scope, before.id));
    if (is) txn_.Put(DueKey(*is, after.scope, after.id), "");
  }
  after.changes = before.changes + 1;
  txn_.Put(KeyKey(after.scope, after.id), EncodeRecord(after));
}

void Session::SaveNew(const Key& key) {
  if (const auto due = NextDue(key)) txn_.Put(DueKey(*due, key.scope, key.id), "");
  txn_.Put(KeyKey(key.scope, key.id), EncodeRecord(key));
}

std::string Session::SaveMaterial(const Key& key, MaterialInfo info, std::string_view secret) {
  const std::string row = MaterialKey(key.scope.account, key.id, info.version);
  info.id = MaterialId(key.id, secret);
  std::string id = info.id;
  txn_.Put(row, EncodeRecord(StoredMaterial{std::move(info), keys_.box_.Seal(row, secret)}));
  return id;
}

void Session::SaveMaterialInfo(const Key& key, const StoredMaterial& material) {
  txn_.Put(MaterialKey(key.scope.account, key.id, material.info.version), EncodeRecord(material));
}

Status Session::Erase(const Key& key) {
  if (const auto due = NextDue(key)) txn_.Delete(DueKey(*due, key.scope, key.id));
  txn_.Delete(KeyKey(key.scope, key.id));
  txn_.Delete(PolicyKey(key.scope, key.id));
  txn_.Delete(TagsKey(key.scope, key.id));
  TARN_TRY(const auto aliases, Scan(AliasesOfKey(key.scope, key.id), kRowsMax));
  for (const kv::KeyValue& row : aliases) {
    kv::KeyReader reader(row.key);
    for (int i = 0; i < 5; ++i) (void)reader.Text();
    if (const auto name = reader.Text()) txn_.Delete(AliasKey(key.scope, *name));
    txn_.Delete(row.key);
  }
  TARN_TRY(const auto grants, Scan(GrantsKey(key.scope, key.id), kRowsMax));
  for (const kv::KeyValue& row : grants) {
    TARN_TRY(const Grant grant, Decode<Grant>(row.value));
    kv::KeyReader reader(row.key);
    for (int i = 0; i < 5; ++i) (void)reader.Text();
    if (!grant.retiring.empty()) {
      txn_.Delete(RetirableKey(key.scope, grant.retiring).Text(key.id).Text(reader.Text().value_or("")).Take());
    }
    txn_.Delete(row.key);
  }
  bool related_left = false;
  if (key.multi_region()) {
    TARN_CHECK(ChangeRelated(key, [&](Key& other) {
      related_left = related_left || other.scope.region != key.scope.region;
      std::erase(other.replica_regions, key.scope.region);
    }));
  }
  if (related_left) return Ok();
  TARN_TRY(const auto materials, Scan(MaterialsKey(key.scope.account, key.id), kRowsMax));
  for (const kv::KeyValue& row : materials) txn_.Delete(row.key);
  return Ok();
}

Status Session::ChangeRelated(const Key& key, const std::function<void(Key&)>& change) {
  std::vector<std::string> regions = key.replica_regions;
  regions.push_back(key.multi_region() ? key.primary_region : key.scope.region);
  for (const std::string& region : regions) {
    const Scope scope{key.scope.account, region};
    TARN_TRY(const auto record, txn_.Get(KeyKey(scope, key.id)));
    if (!record) continue;
    TARN_TRY(Key before, Decode<Key>(*record));
    before.scope = scope;
    before.id = key.id;
    Key after = before;
    change(after);
    Save(before, std::move(after));
  }
  return Ok();
}

}  // namespace tarn::keys

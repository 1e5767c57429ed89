// New material for keys, by schedule and on demand, and what is due on a clock.
#include <algorithm>

#include "base/log.h"
#include "base/random.h"
#include "keys/key_specs.h"
#include "keys/session.h"
#include "kv/pages.h"

namespace tarn::keys {
namespace {

constexpr int64_t kOnDemandMax = 25;
constexpr size_t kDuePerScan = 256;

// Only symmetric encryption keys whose material KMS makes rotate by schedule.
Status CheckRotates(const Key& key) {
  if (!IsSymmetric(key.spec)) return Fail(kUnsupported, "");
  if (key.origin != Origin::kAwsKms) return WrongOrigin(key);
  return Ok();
}

Status CheckPrimary(const Key& key) {
  if (!key.multi_region() || key.is_primary()) return Ok();
  return Fail(kUnsupported, key.Arn() + " is a multi-Region replica key: its rotation is its primary key's.");
}

// A multi-region key's material is of all related keys.
Status SaveRelated(Session& session, const Key& before, const Key& after) {
  session.Save(before, after);
  if (!before.multi_region()) return Ok();
  return session.ChangeRelated(before, [&](Key& other) {
    other.material = after.material;
    other.materials = after.materials;
    other.material_id = after.material_id;
    other.on_demand_rotations = after.on_demand_rotations;
    other.rotation_days = after.rotation_days;
    // The primary keeps the time.
    if (other.is_primary() && after.is_primary()) other.next_rotation = after.next_rotation;
  });
}

Status NewVersion(Session& session, Key& key, MaterialInfo::Rotation rotation) {
  TARN_TRY(const std::string secret, NewSecret(key.spec));
  key.material = ++key.materials;
  key.material_id = session.SaveMaterial(
      key, {.version = key.material, .id = {}, .rotation = rotation, .since = session.now()}, secret);
  return Ok();
}

// The imported version that waits for its rotation becomes the one that encrypts.
Status UsePending(Session& session, Key& key) {
  TARN_TRY(auto materials, session.Materials(key));
  const auto pending = std::ranges::find_if(materials, [](const auto& m) { return m.info.pending && m.info.present; });
  if (pending == materials.end()) {
    return Fail(kInvalidState, "No available key material pending rotation for the key: " + key.Arn() + ".");
  }
  pending->info.pending = false;
  pending->info.rotation = MaterialInfo::Rotation::kOnDemand;
  pending->info.since = session.now();
  session.SaveMaterialInfo(key, *pending);
  key.material = pending->info.version;
  key.material_id = pending->info.id;
  return Ok();
}

}  // namespace

Status Keys::EnableRotation(const Use& use, std::string_view key, int64_t days) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    TARN_TRY(const auto entry, session.Open(key, Owners("EnableKeyRotation")));
    TARN_CHECK(session.CheckUsable(entry->key));
    TARN_CHECK(CheckRotates(entry->key));
    TARN_CHECK(CheckPrimary(entry->key));
    Key after = entry->key;
    after.rotation_days = days;
    after.next_rotation = session.now().Plus(days * kMicrosPerDay);
    return SaveRelated(session, entry->key, after);
  });
}

Status Keys::DisableRotation(const Use& use, std::string_view key) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    TARN_TRY(const auto entry, session.Open(key, Owners("DisableKeyRotation")));
    TARN_CHECK(session.CheckUsable(entry->key));
    TARN_CHECK(CheckRotates(entry->key));
    TARN_CHECK(CheckPrimary(entry->key));
    Key after = entry->key;
    after.rotation_days = 0;
    after.next_rotation.reset();
    return SaveRelated(session, entry->key, after);
  });
}

Result<Key> Keys::RotationStatus(const Use& use, std::string_view key) {
  const auto txn = store_.Begin();
  Session session(*this, *txn, use, false);
  TARN_TRY(const auto entry, session.Open(key, {.name = "GetKeyRotationStatus", .takes_alias = false}));
  Key found = entry->key;
  if (!IsSymmetric(found.spec)) return found;  // never rotates by schedule
  if (found.multi_region() && !found.is_primary()) {
    TARN_TRY(const auto primary, session.Load({found.scope.account, found.primary_region}, found.id));
    found.next_rotation = primary->key.next_rotation;
  }
  if (!session.CheckNotPendingDeletion(found).ok()) {
    found.rotation_days = 0;
    found.next_rotation.reset();
  }
  return found;
}

Result<Key> Keys::Rotate(const Use& use, std::string_view key) {
  Key after;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    TARN_TRY(const auto entry, session.Open(key, Owners("RotateKeyOnDemand")));
    TARN_CHECK(session.CheckUsable(entry->key));
    if (!IsSymmetric(entry->key.spec)) return Fail(kUnsupported, "");
    TARN_CHECK(CheckPrimary(entry->key));
    after = entry->key;
    if (after.on_demand_rotations >= kOnDemandMax) {
      return Fail(kLimitExceeded,
                  "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can "
                  "be performed for this key: " +
                      after.Arn());
    }
    if (after.origin == Origin::kExternal) {
      TARN_CHECK(UsePending(session, after));
    } else {
      TARN_CHECK(NewVersion(session, after, MaterialInfo::Rotation::kOnDemand));
    }
    ++after.on_demand_rotations;
    return SaveRelated(session, entry->key, after);
  }));
  return after;
}

Result<Keys::Materials> Keys::ListMaterials(const Use& use, std::string_view key) {
  const auto txn = store_.Begin();
  Session session(*this, *txn, use, false);
  TARN_TRY(const auto entry, session.Open(key, Owners("ListKeyRotations")));
  if (!IsSymmetric(entry->key.spec)) return Fail(kUnsupported, "");
  TARN_TRY(const auto materials, session.Materials(entry->key));
  Materials out{entry->key, {}};
  for (const StoredMaterial& material : materials) {
    out.versions.push_back(material.info);
    const auto expiry = material.info.expiry;
    if (expiry && *expiry <= session.now()) out.versions.back().present = false;
  }
  return out;
}

namespace {

// Does what is due of one key at `now`. The key as stored; it may be gone or changed since.
Status DoDue(Session& session, Key key) {
  const Timestamp now = session.now();
  const Key before = key;
  if (key.deletion && *key.deletion <= now) {
    TARN_CHECK(session.Erase(key));
    if (!key.multi_region() || key.is_primary()) return Ok();
    const Scope primary{key.scope.account, key.primary_region};
    TARN_TRY(const auto record, session.txn().Get(KeyKey(primary, key.id)));
    if (!record) return Ok();
    TARN_TRY(Key last, Decode<Key>(*record));
    last.scope = primary;
    last.id = key.id;
    if (last.state != State::kPendingReplicaDeletion || !last.replica_regions.empty()) return Ok();
    const Key waiting = last;
    last.state = State::kPendingDeletion;
    last.deletion = now.Plus(last.deletion_days * kMicrosPerDay);
    session.Save(waiting, last);
    return Ok();
  }
  if (key.expiry && *key.expiry <= now) {
    TARN_TRY(auto materials, session.Materials(key));
    key.expiry.reset();
    for (StoredMaterial& material : materials) {
      if (!material.info.expiry || material.sealed.empty()) continue;
      if (*material.info.expiry > now) {
        if (!key.expiry || *material.info.expiry < *key.expiry) key.expiry = material.info.expiry;
        continue;
      }
      material.sealed.clear();
      material.info.present = false;
      session.SaveMaterialInfo(key, material);
      if (key.state == State::kEnabled || key.state == State::kDisabled) key.state = State::kPendingImport;
    }
  }
  if (key.next_rotation && *key.next_rotation <= now) {
    key.next_rotation = now.Plus(key.rotation_days * kMicrosPerDay);
    // A key that is not in use waits for its next turn.
    if (key.state == State::kEnabled) TARN_CHECK(NewVersion(session, key, MaterialInfo::Rotation::kAutomatic));
  }
  return SaveRelated(session, before, key);
}

}  // namespace

Status Keys::Sweep() {
  const kv::Key space = std::move(kv::Key("K").Text("d"));
  const std::string end = kv::Key(space).Number(static_cast<uint64_t>(clock_.Now().micros) + 1).Take();
  for (kv::Pages pages(space.bytes(), end, kDuePerScan); !pages.done();) {
    TARN_TRY(const auto rows, pages.Next(store_));
    for (const kv::KeyValue& row : rows) {
      kv::KeyReader reader(row.key);
      (void)reader.Text();
      (void)reader.Text();
      (void)reader.Number();
      Scope scope;
      scope.account = reader.Text().value_or("");
      scope.region = reader.Text().value_or("");
      const std::string id = reader.Text().value_or("");
      const identity::Caller owner = identity::RootOf(scope.account);
      TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
        Session session(*this, txn, {scope, owner}, true);
        TARN_TRY(const auto record, txn.Get(KeyKey(scope, id)));
        TARN_TRY(const auto due, txn.Get(row.key));
        if (!record || !due) {
          txn.Delete(row.key);
          return Ok();
        }
        TARN_TRY(Key key, Decode<Key>(*record));
        key.scope = scope;
        key.id = id;
        return DoDue(session, std::move(key));
      }));
      cache_->Drop(KeyKey(scope, id));
    }
  }
  return Ok();
}

}  // namespace tarn::keys

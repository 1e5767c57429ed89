// Multi-region keys: the same key, id and material, in several regions.
#include <algorithm>

#include "keys/key_specs.h"
#include "keys/session.h"

namespace tarn::keys {

Result<Keys::Replica> Keys::Replicate(const Use& use, std::string_view key, const std::string& region,
                                      const NewKey& settings) {
  Replica out;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    TARN_TRY(const auto entry, session.Open(key, Owners("ReplicateKey")));
    const Key& primary = entry->key;
    if (!primary.multi_region() || !primary.is_primary()) {
      return Fail(kUnsupported, primary.Arn() + " is not a multi-region primary key.");
    }
    TARN_CHECK(session.CheckUsable(primary));
    Key replica = primary;
    replica.scope.region = region;
    TARN_TRY(const auto present, txn.Get(KeyKey(replica.scope, replica.id)));
    if (present) return Fail(kAlreadyExists, "Key '" + replica.Arn() + "' already exists");
    replica.description = settings.description;
    replica.created = session.now();
    replica.next_rotation.reset();
    replica.changes = 0;
    if (replica.origin == Origin::kExternal) replica.state = State::kPendingImport;
    out.policy = settings.policy.empty() ? DefaultPolicy(primary.scope.account) : settings.policy;
    if (!settings.policy.empty()) {
      TARN_CHECK(CheckPolicy(*authorizer_, use, replica, settings.policy, settings.skip_lockout_check));
    }
    session.SaveNew(replica);
    txn.Put(PolicyKey(replica.scope, replica.id), out.policy);
    if (!settings.tags.empty()) txn.Put(TagsKey(replica.scope, replica.id), EncodeRecord(StoredTags{settings.tags}));
    std::vector<std::string> regions = primary.replica_regions;
    regions.push_back(region);
    std::ranges::sort(regions);
    replica.replica_regions = regions;
    // The new one is found among the related keys of the others only from now on.
    TARN_CHECK(session.ChangeRelated(replica, [&](Key& other) { other.replica_regions = regions; }));
    out.key = replica;
    return Ok();
  }));
  return out;
}

Status Keys::UpdatePrimaryRegion(const Use& use, std::string_view key, const std::string& region) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    TARN_TRY(const auto entry, session.Open(key, Owners("UpdatePrimaryRegion")));
    const Key old = entry->key;
    if (!old.multi_region() || !old.is_primary()) {
      return Fail(kUnsupported, old.Arn() + " is not a multi-region primary key.");
    }
    TARN_CHECK(session.CheckUsable(old));
    if (std::ranges::find(old.replica_regions, region) == old.replica_regions.end()) {
      return KeyNotFound({old.scope.account, region}, old.id);
    }
    std::vector<std::string> replicas = old.replica_regions;
    std::erase(replicas, region);
    replicas.push_back(old.primary_region);
    std::ranges::sort(replicas);
    return session.ChangeRelated(old, [&](Key& other) {
      other.primary_region = region;
      other.replica_regions = replicas;
      other.next_rotation = other.is_primary() ? old.next_rotation : std::nullopt;
    });
  });
}

}  // namespace tarn::keys

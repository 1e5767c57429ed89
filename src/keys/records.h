// Keys and records of KMS in kv: frozen once written, see docs/format/keys.md.
#pragma once

#include <string>
#include <string_view>

#include "base/record_fields.h"
#include "keys/errors.h"
#include "keys/key.h"
#include "kv/key.h"

namespace tarn::keys {

struct StoredMaterial {
  MaterialInfo info;
  std::string sealed;  // identity::SecretBox, named by MaterialKey; empty when deleted
};

struct StoredTags {
  Tags tags;
};

// What GetParametersForImport hands out, sealed, and ImportKeyMaterial takes back.
struct ImportToken {
  std::string account;
  std::string region;
  std::string key_id;
  std::string algorithm;
  Timestamp expiry;
  std::string private_key;  // PKCS #8
  Spec wrapping = Spec::kRsa2048;
};

template <class V>
void VisitFields(V&& visit, Key& k) {
  visit(1, k.description);
  visit(2, k.spec);
  visit(3, k.usage);
  visit(4, k.state);
  visit(5, k.origin);
  visit(6, k.manager);
  visit(7, k.created);
  visit(8, k.deletion);
  visit(9, k.deletion_days);
  visit(10, k.material);
  visit(11, k.materials);
  visit(12, k.material_id);
  visit(13, k.expiry);
  visit(14, k.on_demand_rotations);
  visit(15, k.rotation_days);
  visit(16, k.next_rotation);
  visit(17, k.primary_region);
  visit(18, k.replica_regions);
  visit(19, k.changes);
}

template <class V>
void VisitFields(V&& visit, MaterialInfo& m) {
  visit(1, m.version);
  visit(2, m.id);
  visit(3, m.rotation);
  visit(4, m.since);
  visit(5, m.pending);
  visit(6, m.present);
  visit(7, m.description);
  visit(8, m.expiry);
}

template <class V>
void VisitFields(V&& visit, StoredMaterial& m) {
  visit(1, m.info);
  visit(2, m.sealed);
}

template <class V>
void VisitFields(V&& visit, StoredTags& t) {
  visit(1, t.tags);
}

template <class V>
void VisitFields(V&& visit, Alias& a) {
  visit(1, a.key_id);
  visit(2, a.created);
  visit(3, a.updated);
}

template <class V>
void VisitFields(V&& visit, Grant& g) {
  visit(1, g.name);
  visit(2, g.created);
  visit(3, g.grantee);
  visit(4, g.retiring);
  visit(5, g.issuer);
  visit(6, g.operations);
  visit(7, g.context_subset);
  visit(8, g.context_equals);
  visit(9, g.source_arn);
}

template <class V>
void VisitFields(V&& visit, ImportToken& t) {
  visit(1, t.account);
  visit(2, t.region);
  visit(3, t.key_id);
  visit(4, t.algorithm);
  visit(5, t.expiry);
  visit(6, t.private_key);
  visit(7, t.wrapping);
}

// Rows of one account and region.
inline kv::Key ScopeKey(std::string_view kind, const Scope& scope) {
  return std::move(kv::Key("K").Text(kind).Text(scope.account).Text(scope.region));
}
inline std::string KeyKey(const Scope& scope, std::string_view id) { return ScopeKey("k", scope).Text(id).Take(); }
inline std::string PolicyKey(const Scope& scope, std::string_view id) { return ScopeKey("p", scope).Text(id).Take(); }
inline std::string TagsKey(const Scope& scope, std::string_view id) { return ScopeKey("t", scope).Text(id).Take(); }
inline std::string AliasKey(const Scope& scope, std::string_view name) {
  return ScopeKey("a", scope).Text(name).Take();
}
// The aliases of a key.
inline kv::Key AliasesOfKey(const Scope& scope, std::string_view id) {
  return std::move(ScopeKey("A", scope).Text(id));
}
inline kv::Key GrantsKey(const Scope& scope, std::string_view id) { return std::move(ScopeKey("g", scope).Text(id)); }
// The grants that a principal may retire: then the key's id and the grant's.
inline kv::Key RetirableKey(const Scope& scope, std::string_view principal) {
  return std::move(ScopeKey("r", scope).Text(principal));
}
// Related keys of several regions share their material.
inline kv::Key MaterialsKey(std::string_view account, std::string_view id) {
  return std::move(kv::Key("K").Text("m").Text(account).Text(id));
}
inline std::string MaterialKey(std::string_view account, std::string_view id, int64_t version) {
  return MaterialsKey(account, id).Number(static_cast<uint64_t>(version)).Take();
}
// When something is to be done to a key: its deletion, the expiry of its material, its rotation.
inline std::string DueKey(Timestamp at, const Scope& scope, std::string_view id) {
  return kv::Key("K")
      .Text("d")
      .Number(static_cast<uint64_t>(at.micros))
      .Text(scope.account)
      .Text(scope.region)
      .Text(id)
      .Take();
}

template <class T>
Result<T> Decode(std::string_view bytes) {
  std::optional<T> value = DecodeRecord<T>(bytes);
  if (!value) return Fail(kDamaged, "damaged KMS record");
  return std::move(*value);
}

}  // namespace tarn::keys

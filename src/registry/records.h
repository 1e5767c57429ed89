// Keys and records of the schema registry in kv: frozen once written, see docs/format/registry.md.
#pragma once

#include <string>
#include <string_view>

#include "base/record_fields.h"
#include "kv/key.h"
#include "registry/errors.h"
#include "registry/registry.h"

namespace tarn::registry {

// How much of its limits an account and region uses.
struct Usage {
  int64_t schemas = 0;
  int64_t versions = 0;
};

// Where the version of an id is.
struct Place {
  SchemaName schema;
  int64_t number = 0;
};

template <class V>
void VisitFields(V&& visit, Registry& r) {
  visit(1, r.name);
  visit(2, r.description);
  visit(3, r.create_time);
  visit(4, r.update_time);
  visit(5, r.tags);
}

template <class V>
void VisitFields(V&& visit, SchemaName& n) {
  visit(1, n.registry);
  visit(2, n.schema);
}

template <class V>
void VisitFields(V&& visit, Schema& s) {
  visit(1, s.name);
  visit(2, s.description);
  visit(3, s.format);
  visit(4, s.compatibility);
  visit(5, s.checkpoint);
  visit(6, s.latest);
  visit(7, s.next);
  visit(8, s.uid);
  visit(9, s.create_time);
  visit(10, s.update_time);
  visit(11, s.tags);
}

template <class V>
void VisitFields(V&& visit, Metadata& m) {
  visit(1, m.key);
  visit(2, m.value);
  visit(3, m.create_time);
}

template <class V>
void VisitFields(V&& visit, Version& v) {
  visit(1, v.id);
  visit(2, v.schema);
  visit(3, v.format);
  visit(4, v.number);
  visit(5, v.status);
  visit(6, v.definition);
  visit(7, v.create_time);
  visit(8, v.metadata);
}

template <class V>
void VisitFields(V&& visit, Usage& u) {
  visit(1, u.schemas);
  visit(2, u.versions);
}

template <class V>
void VisitFields(V&& visit, Place& p) {
  visit(1, p.schema);
  visit(2, p.number);
}

inline kv::Key KindKey(const Scope& scope, std::string_view kind) {
  return std::move(kv::Key("g").Text(scope.account).Text(scope.region).Text(kind));
}
inline std::string RegistryKey(const Scope& scope, std::string_view name) {
  return KindKey(scope, "r").Text(name).Take();
}
inline std::string SchemaKey(const Scope& scope, const SchemaName& name) {
  return KindKey(scope, "s").Text(name.registry).Text(name.schema).Take();
}
inline std::string VersionKey(const Scope& scope, std::string_view uid, int64_t number) {
  return KindKey(scope, "v").Text(uid).Descending(static_cast<uint64_t>(number)).Take();
}
inline std::string IdKey(const Scope& scope, std::string_view id) { return KindKey(scope, "i").Text(id).Take(); }
// The version of a canonical definition's SHA-256.
inline std::string DefinitionKey(const Scope& scope, std::string_view uid, std::string_view digest) {
  return KindKey(scope, "d").Text(uid).Text(digest).Take();
}
inline std::string UsageKey(const Scope& scope) { return KindKey(scope, "u").Take(); }

template <class T>
Result<T> Decode(std::string_view bytes) {
  std::optional<T> value = DecodeRecord<T>(bytes);
  if (!value) return Fail(kDamaged, "damaged schema registry record");
  return std::move(*value);
}

Error RegistryNotFound(std::string_view name);
Error SchemaNotFound(const SchemaName& name);

Result<Registry> LoadRegistry(kv::Txn& txn, const Scope& scope, std::string_view name);
Result<Schema> LoadSchema(kv::Txn& txn, const Scope& scope, const SchemaName& name);
// The one of an id, of a number, or the latest.
Result<Version> LoadVersion(kv::Txn& txn, const Scope& scope, const VersionName& name);
// Versions with from ≤ number ≤ to, newest first.
Result<std::vector<Version>> LoadVersions(kv::Txn& txn, const Scope& scope, const Schema& schema, int64_t from,
                                          int64_t to, size_t limit);
Result<Usage> LoadUsage(kv::Txn& txn, const Scope& scope);

// Within a transaction: adds a version to a schema, which is changed but not put.
Result<Version> AddVersion(kv::Txn& txn, const Scope& scope, Schema& schema, const std::string& definition,
                           const std::string& digest, Usage& usage, Timestamp now);
Status EraseVersion(kv::Txn& txn, const Scope& scope, const Schema& schema, const Version& version);
Status EraseSchema(kv::Txn& txn, const Scope& scope, const Schema& schema, Usage& usage);

void EditTags(Tags& tags, const Tags& add, const std::vector<std::string>& remove);
// What definitions are compared by. Errors: registry.InvalidInput, "Schema definition of AVRO data format is invalid:
// …".
Result<std::string> DigestOf(DataFormat format, const std::string& definition);

}  // namespace tarn::registry

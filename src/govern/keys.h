// Where governance's records lie in kv. Frozen: docs/format/govern.md.
#pragma once

#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/scope.h"
#include "govern/model.h"
#include "kv/key.h"

namespace tarn::govern {

inline constexpr std::string_view kSettingsKind = "s";
inline constexpr std::string_view kGrantKind = "g";
inline constexpr std::string_view kFilterKind = "f";
inline constexpr std::string_view kTagKind = "t";
inline constexpr std::string_view kAssignedKind = "a";
inline constexpr std::string_view kExpressionKind = "e";
inline constexpr std::string_view kLocationKind = "l";
inline constexpr std::string_view kOptInKind = "o";

// All records of a scope, read together.
inline kv::Key ScopeKey(const Scope& scope) { return std::move(kv::Key("lf").Text(scope.account).Text(scope.region)); }
inline kv::Key KindKey(const Scope& scope, std::string_view kind) { return std::move(ScopeKey(scope).Text(kind)); }

// What changes with each change; absent: nothing was ever governed there.
inline std::string VersionKey(const Scope& scope) {
  return kv::Key("lv").Text(scope.account).Text(scope.region).Take();
}
// The same of all registered locations, of every account and region.
inline std::string LocationsVersionKey() { return kv::Key("lv").Text("locations").Take(); }

// Names a resource whatever its database or table is called now: 32 bytes.
std::string ResourceId(Resource resource, std::string_view database_uid, std::string_view table_uid);

inline std::string GrantKey(const Scope& scope, const Grant& grant) {
  return KindKey(scope, kGrantKind)
      .Text(ResourceId(grant.resource, grant.database_uid, grant.table_uid))
      .Text(grant.principal)
      .Take();
}
inline std::string FilterKey(const Scope& scope, std::string_view table_uid, std::string_view name) {
  return KindKey(scope, kFilterKind).Text(table_uid).Text(name).Take();
}
inline std::string AssignedKey(const Scope& scope, std::string_view uid, std::string_view column) {
  return KindKey(scope, kAssignedKind).Text(uid).Text(column).Take();
}
inline std::string OptInKey(const Scope& scope, const OptIn& opt_in) {
  return KindKey(scope, kOptInKind)
      .Text(ResourceId(opt_in.resource, opt_in.database_uid, opt_in.table_uid))
      .Text(opt_in.principal)
      .Take();
}
inline std::string NamedKey(const Scope& scope, std::string_view kind, std::string_view name) {
  return KindKey(scope, kind).Text(name).Take();
}

}  // namespace tarn::govern

// Governor: whose the bytes at a place are (access.h says how it is meant).
#include "catalog/errors.h"
#include "catalog/keys.h"
#include "govern/answer/uri.h"
#include "govern/governor.h"

namespace tarn::govern {
namespace {

constexpr Permissions kOfRows = Bit(Permission::kSelect) | Bit(Permission::kInsert) | Bit(Permission::kDelete);
constexpr Permissions kOfDefinition = Bit(Permission::kDescribe) | Bit(Permission::kAlter) | Bit(Permission::kDrop);

}  // namespace

Result<Governor::Shared> Governor::SharedAt(kv::Txn& txn, const identity::Caller& caller, const Locations& locations,
                                            const std::string& folder, const Scope& scope, const catalog::Table& own) {
  Shared shared;
  const auto keep = [&](bool reads, bool inserts, bool deletes) {
    shared.reads = shared.reads && reads;
    shared.inserts = shared.inserts && inserts;
    shared.deletes = shared.deletes && deletes;
  };
  if (locations.Around(folder) == nullptr) {
    for (auto within = locations.by_prefix.lower_bound(folder); within != locations.by_prefix.end(); ++within) {
      if (!within->first.starts_with(folder)) break;
      if (!locations.Hold(within->first)) continue;
      TARN_TRY(const bool holds, HoldsLocation(txn, caller, within->second, within->first));
      keep(holds, holds, holds);
    }
  }
  TARN_TRY(const auto places, places_.Present());
  for (const auto& [other_folder, other] : places->Touching(folder)) {
    const bool is_own = other.scope == scope && other.database == own.database && other.table == own.name;
    // What both have is the folder that lies in the other.
    if (is_own || !locations.Hold(other_folder.size() > folder.size() ? other_folder : folder)) continue;
    const auto record = catalog::LoadTable(txn, other.scope, other.database, other.table);
    if (record.Is(catalog::kNoSuchTable) || record.Is(catalog::kNoSuchDatabase)) continue;  // dropped
    if (!record.ok()) return record.error();
    TARN_TRY(const TableAccess access, Granted(txn, caller, other.scope, other.database, other.table));
    keep(access.whole(), access.whole() && access.Has(Permission::kInsert),
         access.whole() && access.Has(Permission::kDelete));
  }
  return shared;
}

Result<TableAccess> Governor::OfTable(const identity::Caller& caller, const Scope& scope, std::string_view database,
                                      std::string_view table) {
  const auto txn = store_.Begin();
  TARN_TRY(TableAccess access, Granted(*txn, caller, scope, database, table));
  TARN_TRY(const auto locations, PresentLocations());
  if (!locations || locations->by_prefix.empty()) return access;
  const auto record = catalog::LoadTable(*txn, scope, database, table);
  if (record.Is(catalog::kNoSuchTable) || record.Is(catalog::kNoSuchDatabase)) return access;
  if (!record.ok()) return record.error();
  const std::string folder = catalog::FolderOf(record->location());
  if (folder.empty()) return access;
  TARN_TRY(const Shared shared, SharedAt(*txn, caller, *locations, folder, scope, *record));
  if (shared.reads && shared.inserts && shared.deletes) return access;
  if (!access.governed) {
    access = {.governed = true, .permissions = kOfRows | kOfDefinition, .all_columns = true, .columns = {}};
  }
  access.encroaches = true;
  // Who may not select but describe sees all columns' names: not one to whom some were hidden.
  if (!shared.reads) access.permissions &= access.whole() || !access.Has(Permission::kSelect) ? kOfDefinition : 0;
  if (!shared.inserts) access.permissions &= ~Bit(Permission::kInsert);
  if (!shared.deletes) access.permissions &= ~Bit(Permission::kDelete);
  return access;
}

Result<Access::Claims> Governor::OfPlace(const identity::Caller& caller, std::string_view uri) {
  const auto txn = store_.Begin();
  Claims claims{.registered = false, .data_access = true, .empty = false, .tables = {}};
  TARN_TRY(const auto locations, PresentLocations());
  if (!locations || locations->by_prefix.empty()) return claims;
  const std::string place = PlainUri(uri);
  if (const auto* const around = locations->Around(place); around != nullptr && locations->Hold(place)) {
    claims.registered = true;
    TARN_TRY(claims.data_access, HoldsLocation(*txn, caller, around->second, place));
    TARN_TRY(claims.administers, Administers(*txn, caller, around->second));
  }
  for (auto within = locations->by_prefix.lower_bound(place);
       place.ends_with('/') && within != locations->by_prefix.end(); ++within) {
    if (!within->first.starts_with(place)) break;
    if (!locations->Hold(within->first)) continue;
    TARN_TRY(const bool holds, HoldsLocation(*txn, caller, within->second, within->first));
    claims.data_access = claims.data_access && holds;
    TARN_TRY(const bool administers, Administers(*txn, caller, within->second));
    claims.administers = (claims.administers || !claims.registered) && (holds || administers);
    claims.registered = true;
  }
  if (!claims.registered) return claims;
  TARN_TRY(const auto places, places_.Present());
  for (const auto& [folder, table] : places->Touching(place)) {
    claims.tables.push_back({table.scope, table.database, table.table});
  }
  if (!claims.data_access && place.ends_with('/')) {
    claims.empty = true;
    if (files_ != nullptr) {
      TARN_TRY(const bool any, files_->HasAny(place));
      claims.empty = !any;
    }
  }
  return claims;
}

}  // namespace tarn::govern

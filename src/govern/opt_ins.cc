// Governor: principals for whom grants bind although IAM_ALLOWED_PRINCIPALS holds the resource (hybrid access).
#include "govern/errors.h"
#include "govern/governor.h"
#include "govern/keys.h"
#include "govern/records.h"

namespace tarn::govern {

Status Governor::CreateOptIn(const identity::Caller& caller, const Scope& scope, OptIn opt_in) {
  TARN_CHECK(CheckPrincipal(opt_in.principal));
  TARN_TRY(const bool may, IsAdmin(caller, scope));
  if (!may) return Fail(kAccessDenied, "Only a data lake administrator may opt principals in.");
  return Change(scope, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Place place, Find(txn, scope, opt_in.resource));
    opt_in.database_uid = place.database.uid;
    opt_in.table_uid = place.table.uid;
    opt_in.modified = clock_.Now();
    opt_in.updated_by = PrincipalOf(caller);
    txn.Put(OptInKey(scope, opt_in), EncodeRecord(opt_in));
    return Ok();
  });
}

Status Governor::DeleteOptIn(const identity::Caller& caller, const Scope& scope, OptIn opt_in) {
  TARN_TRY(const bool may, IsAdmin(caller, scope));
  if (!may) return Fail(kAccessDenied, "Only a data lake administrator may opt principals out.");
  return Change(scope, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Place place, Find(txn, scope, opt_in.resource));
    opt_in.database_uid = place.database.uid;
    opt_in.table_uid = place.table.uid;
    const std::string key = OptInKey(scope, opt_in);
    TARN_TRY(const auto present, txn.Get(key));
    if (!present) return Fail(kNotFound, "Lake Formation opt-in not found.");
    txn.Delete(key);
    return Ok();
  });
}

Result<std::vector<OptIn>> Governor::ListOptIns(const identity::Caller& caller, const Scope& scope,
                                                const std::string& principal, const std::optional<Resource>& resource) {
  TARN_TRY(const Who who, Known(caller, scope));
  TARN_TRY(const auto snapshot, SnapshotOf(scope));
  const bool sees_all = SeesAll(who, scope, *snapshot);
  std::vector<OptIn> found;
  std::string wanted;
  const auto txn = store_.Begin();
  if (resource) {
    const auto place = FindFor(*txn, who, scope, *resource, "");
    if (place.Is(kAccessDenied)) return found;
    if (!place.ok()) return place.error();
    wanted = ResourceId(*resource, place->database.uid, place->table.uid);
  }
  for (const OptIn& each : snapshot->opt_ins) {
    if (!sees_all && !who.Is(each.principal)) continue;
    if (!principal.empty() && each.principal != principal) continue;
    if (resource && ResourceId(each.resource, each.database_uid, each.table_uid) != wanted) continue;
    // What hung on a dropped resource is gone with it.
    const auto place = Find(*txn, scope, each.resource);
    if (!place.ok() || place->database.uid != each.database_uid || place->table.uid != each.table_uid) continue;
    found.push_back(each);
  }
  return found;
}

}  // namespace tarn::govern

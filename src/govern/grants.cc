// Governor: granting and revoking.
#include <fmt/core.h>

#include <algorithm>

#include "base/strings.h"
#include "catalog/keys.h"
#include "govern/errors.h"
#include "govern/governor.h"
#include "govern/keys.h"
#include "govern/records.h"
#include "govern/tags/classification.h"

namespace tarn::govern {
namespace {

Error NotAuthorized() {
  return Fail(kAccessDenied, "Resource does not exist or requester is not authorized to access requested permissions.");
}
Error Invalid() { return Fail(kInvalidInput, "Permissions modification is invalid."); }

bool Covers(Permissions held, Permissions wanted) {
  return (held & Bit(Permission::kAll)) != 0 || (wanted & ~held) == 0;
}

bool HasColumn(const catalog::Table& table, std::string_view name) {
  const std::string_view top = name.substr(0, name.find('.'));
  const auto is_it = [&](const catalog::Column& column) {
    return EqualsIgnoreCase(column.name, name) || EqualsIgnoreCase(column.name, top);
  };
  return std::ranges::any_of(table.columns(), is_it) || std::ranges::any_of(table.partition_keys, is_it);
}

Status CheckColumns(const catalog::Table& table, const Resource& resource) {
  for (const std::string& column : resource.columns) {
    if (!HasColumn(table, column)) {
      return Fail(kInvalidInput, fmt::format("Column(s) [{}] not found: cannot grant/revoke permission on non-existent "
                                             "column.",
                                             column));
    }
  }
  return Ok();
}

Status CheckTags(const Snapshot& snapshot, const std::vector<TagValues>& wanted) {
  for (const TagValues& each : wanted) {
    const auto found = snapshot.tags.find(each.key);
    const Tag* tag = nullptr;
    if (found != snapshot.tags.end()) {
      tag = &found->second;
    } else if (each.key == ClassificationTag().key) {
      tag = &ClassificationTag();
    }
    const bool is_known = tag != nullptr && std::ranges::all_of(each.values, [&](const std::string& value) {
                            return value == "*" || std::ranges::find(tag->values, value) != tag->values.end();
                          });
    if (!is_known) return Fail(kNotFound, "Tag or tag value does not exist.");
  }
  return Ok();
}

// What the resource names besides databases and tables must be there too.
Status CheckExists(const Snapshot& snapshot, const Resource& resource, const catalog::Table& table) {
  switch (resource.kind) {
    case Kind::kColumns:
      return CheckColumns(table, resource);
    case Kind::kFilter: {
      const auto filters = snapshot.filters.find(table.uid);
      if (filters == snapshot.filters.end() || !filters->second.contains(resource.name)) {
        return Fail(kInvalidInput, fmt::format("Cell Filter not found: {}", resource.name));
      }
      return Ok();
    }
    case Kind::kLocation: {
      const bool is_registered = std::ranges::any_of(snapshot.locations, [&](const auto& entry) {
        std::string_view within = entry.first;
        while (within.ends_with('/')) within.remove_suffix(1);
        return resource.location == entry.first || resource.location == within ||
               (resource.location.starts_with(within) && resource.location[within.size()] == '/');
      });
      if (!is_registered)
        return Fail(kInvalidInput, "The location is not registered: please register the S3 path first.");
      return Ok();
    }
    case Kind::kTag:
      return CheckTags(snapshot, {{resource.name, resource.values}});
    case Kind::kTagPolicy:
      if (!resource.name.empty() && !snapshot.expressions.contains(resource.name)) {
        return Fail(kNotFound, "LF-Tag expression not found.");
      }
      return CheckTags(snapshot, resource.expression);
    case Kind::kTagExpression:
      if (!snapshot.expressions.contains(resource.name)) return Fail(kNotFound, "LF-Tag expression not found.");
      return Ok();
    default:
      return Ok();
  }
}

Grant Named(const GrantSpec& spec, const std::string& database_uid, const std::string& table_uid) {
  Grant grant;
  grant.resource = spec.resource;
  grant.database_uid = database_uid;
  grant.table_uid = table_uid;
  grant.principal = spec.principal;
  return grant;
}

// The grant that holds for that principal there, by record or by birth.
Result<Grant> Held(kv::Txn& txn, const Scope& scope, const Snapshot& snapshot, Grant like,
                   const catalog::Database& database, const catalog::Table& table, bool* is_by_birth) {
  TARN_TRY(const auto record, txn.Get(GrantKey(scope, like)));
  *is_by_birth = false;
  if (record) {
    auto read = DecodeRecord<Grant>(*record);
    if (!read) return Fail(kDamaged, "a grant is damaged");
    return std::move(*read);
  }
  std::vector<Grant> born;
  if (like.resource.kind == Kind::kCatalog) born = snapshot.OnCatalog();
  if (like.resource.kind == Kind::kDatabase) born = snapshot.On(database);
  if (like.resource.kind == Kind::kTable && !like.table_uid.empty()) born = snapshot.On(table);
  for (const Grant& each : born) {
    if (each.principal != like.principal) continue;
    like.permissions = each.permissions;
    like.grantable = each.grantable;
    *is_by_birth = true;
  }
  return like;
}

Permissions Without(Permissions held, Permissions taken, Permissions everything) {
  if ((taken & Bit(Permission::kAll)) != 0) return 0;
  // A part of everything leaves the other parts.
  if (taken != 0 && (held & Bit(Permission::kAll)) != 0) held = (held | everything) & ~Bit(Permission::kAll);
  return held & ~taken;
}

}  // namespace

Result<bool> Governor::MayGrant(const Who& who, const Scope& scope, const Resource& resource, const Place& place,
                                Permissions permissions) {
  if (who.account == scope.account && who.acts_for_account) return true;
  TARN_TRY(const auto snapshot, SnapshotOf(scope));
  if (who.account == scope.account && snapshot->IsAdmin(who)) return true;
  Permissions grantable = 0;
  const auto add = [&](const Grant& grant) {
    if (who.Is(grant.principal)) grantable |= grant.grantable;
  };
  const auto wildcards = [&] {
    const auto found = snapshot->of_database.find(place.database.uid);
    if (found == snapshot->of_database.end()) return;
    for (const Grant* grant : found->second) {
      if (grant->resource.kind == Kind::kTable && grant->table_uid.empty()) add(*grant);
    }
  };
  if (resource.kind == Kind::kCatalog) {
    for (const Grant& grant : snapshot->OnCatalog()) add(grant);
  } else if (resource.kind == Kind::kDatabase) {
    for (const Grant& grant : snapshot->On(place.database)) add(grant);
  } else if (!place.database.uid.empty()) {
    wildcards();
    if (!place.table.uid.empty()) {
      for (const Grant& grant : snapshot->On(place.table)) add(grant);
    }
  }
  for (const Grant& grant : snapshot->grants) {
    if (grant.resource.kind != resource.kind || !who.Is(grant.principal)) continue;
    if (resource.kind == Kind::kColumns && grant.table_uid == place.table.uid && !grant.resource.all_columns &&
        !resource.all_columns && std::ranges::includes(grant.resource.columns, resource.columns)) {
      grantable |= grant.grantable;
    }
    if (resource.kind == Kind::kLocation && resource.location.starts_with(grant.resource.location)) {
      grantable |= grant.grantable;
    }
    const bool is_tag = resource.kind == Kind::kTag || resource.kind == Kind::kTagExpression;
    if (is_tag && grant.resource.name == resource.name) grantable |= grant.grantable;
    if (resource.kind == Kind::kTagPolicy && grant.resource == resource) grantable |= grant.grantable;
  }
  return Covers(grantable, permissions);
}

Status Governor::CheckGrant(const Who& who, const Scope& scope, const GrantSpec& spec, Place& place) {
  TARN_CHECK(CheckPrincipal(spec.principal));
  const Permissions all = spec.permissions | spec.grantable;
  if (all == 0 || (all & ~GrantableOn(spec.resource)) != 0) return Invalid();
  const auto txn = store_.Begin();
  auto found = Find(*txn, scope, spec.resource);
  if (!found.ok()) {
    // Only who manages the lake learns what is not there.
    TARN_TRY(const auto snapshot, SnapshotOf(scope));
    const bool manages = who.account == scope.account && (who.acts_for_account || snapshot->IsAdmin(who));
    if (found.Is(kNotFound) && !manages) return NotAuthorized();
    return found.error();
  }
  place = std::move(*found);
  TARN_TRY(const bool may, MayGrant(who, scope, spec.resource, place, all));
  if (!may) return NotAuthorized();
  return Ok();
}

Status Governor::GrantPermissions(const identity::Caller& caller, const Scope& scope, const GrantSpec& spec) {
  TARN_TRY(const Who who, Known(caller, scope));
  Place place;
  TARN_CHECK(CheckGrant(who, scope, spec, place));
  if (!Covers(spec.permissions, spec.grantable)) return Invalid();
  if (spec.principal == kIamAllowed && spec.grantable != 0) return Invalid();
  return Change(scope, [&](kv::Txn& txn) -> Status {
    TARN_TRY(place, Find(txn, scope, spec.resource));
    TARN_TRY(const auto snapshot, Snapshot::Load(txn, scope));
    TARN_CHECK(CheckExists(*snapshot, spec.resource, place.table));
    bool is_by_birth = false;
    TARN_TRY(Grant grant, Held(txn, scope, *snapshot, Named(spec, place.database.uid, place.table.uid), place.database,
                               place.table, &is_by_birth));
    grant.permissions |= spec.permissions;
    grant.grantable |= spec.grantable;
    grant.updated = clock_.Now();
    grant.updated_by = who.arn;
    txn.Put(GrantKey(scope, grant), EncodeRecord(grant));
    return Ok();
  });
}

// Takes columns out of the lists that a principal was given.
Status Governor::RevokeColumns(kv::Txn& txn, const Scope& scope, const GrantSpec& spec, const Place& place,
                               bool& is_done) {
  TARN_TRY(const auto snapshot, Snapshot::Load(txn, scope));
  const auto found = snapshot->of_table.find(place.table.uid);
  if (found == snapshot->of_table.end() || spec.resource.all_columns) return Ok();
  for (const Grant* grant : found->second) {
    if (grant->resource.kind != Kind::kColumns || grant->resource.all_columns || grant->principal != spec.principal) {
      continue;
    }
    Grant left = *grant;
    left.resource.columns.clear();
    std::ranges::set_difference(grant->resource.columns, spec.resource.columns,
                                std::back_inserter(left.resource.columns));
    if (left.resource.columns.size() == grant->resource.columns.size()) continue;
    is_done = true;
    txn.Delete(GrantKey(scope, *grant));
    if (!left.resource.columns.empty()) txn.Put(GrantKey(scope, left), EncodeRecord(left));
  }
  return Ok();
}

Status Governor::RevokePermissions(const identity::Caller& caller, const Scope& scope, const GrantSpec& spec) {
  TARN_TRY(const Who who, Known(caller, scope));
  Place place;
  TARN_CHECK(CheckGrant(who, scope, spec, place));
  const Permissions everything = GrantableOn(spec.resource);
  return Change(scope, [&](kv::Txn& txn) -> Status {
    TARN_TRY(place, Find(txn, scope, spec.resource));
    TARN_TRY(const auto snapshot, Snapshot::Load(txn, scope));
    TARN_CHECK(CheckExists(*snapshot, spec.resource, place.table));
    bool is_by_birth = false;
    TARN_TRY(Grant grant, Held(txn, scope, *snapshot, Named(spec, place.database.uid, place.table.uid), place.database,
                               place.table, &is_by_birth));
    const Permissions permissions = Without(grant.permissions, spec.permissions, everything);
    const Permissions grantable = Without(grant.grantable, spec.grantable, everything);
    if (permissions == grant.permissions && grantable == grant.grantable) {
      bool is_done = false;
      if (spec.resource.kind == Kind::kColumns) TARN_CHECK(RevokeColumns(txn, scope, spec, place, is_done));
      if (is_done) return Ok();
      if (grant.permissions == 0 && grant.grantable == 0) {
        return Fail(kInvalidInput,
                    "No permissions revoked. Grantee has no permissions and no grantable permissions on resource.");
      }
      return Fail(kInvalidInput, fmt::format("No permissions revoked. Grantee does not have: [{}]",
                                             Join(NamesOf(spec.permissions | spec.grantable), ", ")));
    }
    grant.permissions = permissions;
    grant.grantable = grantable;
    grant.updated = clock_.Now();
    grant.updated_by = who.arn;
    // An empty record of what can be had by birth tells that it was taken away.
    const bool is_born = grant.resource.kind == Kind::kCatalog || grant.resource.kind == Kind::kDatabase ||
                         (grant.resource.kind == Kind::kTable && !grant.table_uid.empty());
    if (permissions == 0 && grantable == 0 && !is_born) {
      txn.Delete(GrantKey(scope, grant));
    } else {
      txn.Put(GrantKey(scope, grant), EncodeRecord(grant));
    }
    // What an account handed on falls with what it was given.
    if (spec.principal.size() != 12) return Ok();
    const std::string id = ResourceId(grant.resource, grant.database_uid, grant.table_uid);
    for (const Grant& other : snapshot->grants) {
      if (other.principal.size() == 12 || AccountOf(other.principal) != spec.principal ||
          ResourceId(other.resource, other.database_uid, other.table_uid) != id) {
        continue;
      }
      Grant less = other;
      less.permissions = Without(other.permissions, spec.permissions, everything);
      less.grantable = Without(other.grantable, spec.permissions | spec.grantable, everything);
      if (less.permissions == 0 && less.grantable == 0) {
        txn.Delete(GrantKey(scope, other));
      } else {
        txn.Put(GrantKey(scope, less), EncodeRecord(less));
      }
    }
    return Ok();
  });
}

}  // namespace tarn::govern

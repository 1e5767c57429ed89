#include "enforce/rights.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "catalog/places.h"
#include "enforce/errors.h"

namespace tarn::enforce {
namespace {

using govern::Permission;
using govern::TableAccess;

std::string_view NameOf(Permission permission) {
  switch (permission) {
    case Permission::kSelect:
      return "Select";
    case Permission::kInsert:
      return "Insert";
    case Permission::kDelete:
      return "Delete";
    case Permission::kDescribe:
      return "Describe";
    case Permission::kAlter:
      return "Alter";
    case Permission::kDrop:
      return "Drop";
    case Permission::kCreateTable:
      return "Create Table";
    case Permission::kCreateDatabase:
      return "Create Database";
    case Permission::kDataLocation:
      return "Data Location Access";
    default:
      return "Describe";
  }
}

Error NotTheirs(std::string_view uri) {
  return Fail(kInsufficient, fmt::format("Insufficient Lake Formation permission(s) on {}", uri));
}

bool Holds(const TableAccess& access, Permission permission) {
  return permission == Permission::kDescribe ? Exists(access) : access.Has(permission);
}

}  // namespace

Error Insufficient(Permission permission, std::string_view resource) {
  return Fail(kInsufficient, fmt::format("Insufficient Lake Formation permission(s): Required {} on {}",
                                         NameOf(permission), resource));
}

Result<TableAccess> Rights::OfTable(std::string_view database, std::string_view table) const {
  if (!governed()) return TableAccess{};
  return access_->OfTable(caller_, scope_, database, table);
}

Result<TableAccess> Rights::OfDatabase(std::string_view database) const {
  if (!governed()) return TableAccess{};
  return access_->OfDatabase(caller_, scope_, database);
}

Result<TableAccess> Rights::OfCatalog() const {
  if (!governed()) return TableAccess{};
  return access_->OfCatalog(caller_, scope_);
}

Status Rights::RequireTable(std::string_view database, std::string_view table, Permission permission) const {
  TARN_TRY(const TableAccess access, OfTable(database, table));
  return Holds(access, permission) ? Ok() : Status(Insufficient(permission, table));
}

Status Rights::RequireWhole(std::string_view database, std::string_view table, Permission permission) const {
  TARN_TRY(const TableAccess access, OfTable(database, table));
  if (!Holds(access, permission)) return Insufficient(permission, table);
  return access.whole() ? Ok() : Status(Insufficient(Permission::kSelect, table));
}

Status Rights::RequireDatabase(std::string_view database, Permission permission) const {
  TARN_TRY(const TableAccess access, OfDatabase(database));
  return Holds(access, permission) ? Ok() : Status(Insufficient(permission, database));
}

Status Rights::RequireCatalog(Permission permission) const {
  TARN_TRY(const TableAccess access, OfCatalog());
  return Holds(access, permission) ? Ok() : Status(Insufficient(permission, "Catalog"));
}

Status Rights::RequireFor(std::string_view glue_action, std::string_view database, std::string_view table) const {
  if (!governed()) return Ok();
  if (glue_action == "glue:GetTable") return RequireTable(database, table, Permission::kDescribe);
  if (glue_action == "glue:DeleteTable") return RequireTable(database, table, Permission::kDrop);
  if (glue_action == "glue:CreateTable") return RequireDatabase(database, Permission::kCreateTable);
  if (glue_action == "glue:CreateDatabase") return RequireCatalog(Permission::kCreateDatabase);
  if (glue_action == "glue:UpdateDatabase") return RequireDatabase(database, Permission::kAlter);
  if (glue_action == "glue:DeleteDatabase") return RequireDatabase(database, Permission::kDrop);
  if (glue_action == "glue:UpdateTable") {
    TARN_TRY(const TableAccess access, OfTable(database, table));
    if (!access.Has(Permission::kInsert) && !access.Has(Permission::kAlter)) {
      return Insufficient(Permission::kAlter, table);
    }
    // What is committed to it would be rows of the tables that it lies over, too.
    if (access.encroaches && !access.Has(Permission::kInsert)) return Insufficient(Permission::kInsert, table);
    return access.whole() ? Ok() : Status(Insufficient(Permission::kSelect, table));
  }
  return database.empty() ? Ok() : RequireDatabase(database, Permission::kDescribe);
}

Status Rights::RequireLocation(std::string_view uri) const {
  if (!governed() || uri.empty()) return Ok();
  TARN_TRY(const auto claims, access_->OfPlace(caller_, uri));
  return !claims.registered || claims.data_access ? Ok() : Status(NotTheirs(uri));
}

Status Rights::RequireHome(std::string_view uri) const {
  if (!governed() || uri.empty()) return Ok();
  TARN_TRY(const auto claims, access_->OfPlace(caller_, uri));
  return !claims.registered || claims.data_access || claims.administers ? Ok() : Status(NotTheirs(uri));
}

Status Rights::RequireRoom(std::string_view home, std::string_view location, std::string_view database,
                           std::string_view table) const {
  if (!governed() || location.empty()) return Ok();
  const std::string folder = catalog::FolderOf(location);
  if (folder.empty()) return Ok();  // on no storage of the lake's
  TARN_TRY(const auto claims, access_->OfPlace(caller_, folder));
  if (!claims.registered || claims.data_access || claims.administers) return Ok();
  const std::string parent = catalog::FolderOf(home);
  const bool is_apart = std::ranges::all_of(claims.tables, [&](const govern::Access::TableName& other) {
    return other.scope == scope_ && other.database == AsciiLower(database) && other.table == AsciiLower(table);
  });
  const bool is_below = !parent.empty() && folder.size() > parent.size() && folder.starts_with(parent);
  return is_below && is_apart && claims.empty ? Ok() : Status(NotTheirs(location));
}

Result<bool> Rights::Decides(std::string_view uri) const {
  if (!governed() || uri.empty()) return false;
  TARN_TRY(const auto claims, access_->OfPlace(caller_, uri));
  return claims.registered;
}

Status Rights::RequireOwners(std::string_view uri) const {
  if (!governed() || uri.empty()) return Ok();
  TARN_TRY(const auto claims, access_->OfPlace(caller_, uri));
  for (const govern::Access::TableName& owner : claims.tables) {
    TARN_TRY(const TableAccess access, access_->OfTable(caller_, owner.scope, owner.database, owner.table));
    if (!access.whole()) return NotTheirs(uri);
  }
  return Ok();
}

Result<bool> Rights::Opens(const TableAccess& access, std::string_view uri) const {
  if (!governed() || !access.governed || uri.empty()) return false;
  TARN_TRY(const auto location, access_->OfLocation(caller_, uri));
  return location.has_value();
}

}  // namespace tarn::enforce

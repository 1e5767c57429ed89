// One caller's rights in one catalog, asked of `govern::Access`: the questions that SQL, Glue, Iceberg REST and S3
// share.
//
// Invariants: what the lake does by itself (an internal actor) and a lake without an Access is not governed. Errors:
// kInsufficient (enforce/errors.h), and Access's failures. Threads: one at a time; the Access, from any.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/scope.h"
#include "govern/access.h"
#include "identity/caller.h"

namespace tarn::enforce {

class Rights {
 public:
  // `access` may be null; both outlive it.
  Rights(govern::Access* access, const identity::Caller& caller, Scope scope)
      : access_(access), caller_(caller), scope_(std::move(scope)) {}

  // The same caller's in another catalog.
  Rights In(Scope scope) const { return {access_, caller_, std::move(scope)}; }

  bool governed() const { return access_ != nullptr && caller_.type != identity::PrincipalType::kService; }

  Result<govern::TableAccess> OfTable(std::string_view database, std::string_view table) const;
  Result<govern::TableAccess> OfDatabase(std::string_view database) const;
  Result<govern::TableAccess> OfCatalog() const;

  Status RequireTable(std::string_view database, std::string_view table, govern::Permission permission) const;
  // May read all rows and columns besides: for what changes rows in place.
  Status RequireWhole(std::string_view database, std::string_view table, govern::Permission permission) const;
  Status RequireDatabase(std::string_view database, govern::Permission permission) const;
  Status RequireCatalog(govern::Permission permission) const;
  // What Lake Formation asks for a Glue action on the catalog (both names empty), a database or a table; UpdateTable is
  // a commit to an Iceberg table, which one who does not see all of it cannot make. Other actions ask for nothing.
  Status RequireFor(std::string_view glue_action, std::string_view database, std::string_view table) const;
  // May place data at "s3://…", or name it as a table's: no registered location has a say there, or the caller holds
  // DATA_LOCATION_ACCESS on each that has.
  Status RequireLocation(std::string_view uri) const;
  // May make a database whose tables are to lie there: as RequireLocation, or as a data lake administrator.
  Status RequireHome(std::string_view uri) const;
  // May make the table at `location`: as RequireHome, or it is to be an empty folder of its own below `home`, its
  // database's location.
  Status RequireRoom(std::string_view home, std::string_view location, std::string_view database,
                     std::string_view table) const;
  // Lake Formation decides about data at "s3://…", not IAM by S3's actions: a registered location has a say there.
  Result<bool> Decides(std::string_view uri) const;
  // Sees the whole of each governed table that data at "s3://…" is of: for what a table names outside of its folder.
  Status RequireOwners(std::string_view uri) const;
  // Lake Formation opens the data at `uri` for whom it grants the table: one that is governed and lies below a
  // registered location. IAM says who opens other data.
  Result<bool> Opens(const govern::TableAccess& access, std::string_view uri) const;

 private:
  govern::Access* access_;
  const identity::Caller& caller_;
  Scope scope_;
};

// Any permission lets its holder see that the thing is there.
inline bool Exists(const govern::TableAccess& access) { return !access.governed || access.permissions != 0; }
// "Insufficient Lake Formation permission(s): Required Alter on orders".
Error Insufficient(govern::Permission permission, std::string_view resource);

}  // namespace tarn::enforce

#include "server/parts/crawl_guard.h"

#include <fmt/format.h>

#include "catalog/places.h"
#include "identity/authorize.h"

namespace tarn::server {
namespace {

// The role's own; one that is not there holds nothing.
Result<identity::Caller> CallerOf(const iam::Iam& iam, const Scope& scope, const std::string& role) {
  const std::string arn = role.starts_with("arn:") ? role : fmt::format("arn:aws:iam::{}:role/{}", scope.account, role);
  const auto ref = iam::ParseArn(arn);
  if (ref && ref->kind == iam::Kind::kRole && ref->account == scope.account) {
    auto caller = iam.CallerOf(arn);
    if (caller.ok() || caller.error().reason->code != Code::kNotFound) return caller;
  }
  return identity::Caller{};
}

}  // namespace

jobs::crawl::MayCrawl CrawlGuard(const iam::Iam& iam, govern::Access& access) {
  return [&iam, &access](const Scope& scope, const std::string& role, const std::string& url) -> Status {
    TARN_TRY(const identity::Caller caller, CallerOf(iam, scope, role));
    TARN_TRY(const auto claims, access.OfPlace(caller, catalog::FolderOf(url)));
    if (!claims.registered || claims.data_access) return Ok();
    bool sees_all = !claims.tables.empty();
    for (const govern::Access::TableName& table : claims.tables) {
      TARN_TRY(const auto seen, access.OfTable(caller, table.scope, table.database, table.table));
      sees_all = sees_all && seen.whole();
    }
    if (sees_all) return Ok();
    return Fail(identity::kAccessDenied,
                fmt::format("Insufficient Lake Formation permission(s): Required Data Location Access on {} for the "
                            "role {}",
                            url, role));
  };
}

}  // namespace tarn::server

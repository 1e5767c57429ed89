// Resource links: names of a catalog that stand for a table, or a database, of the same catalog or of another one.
//
// One step: what a link leads to is no link. A link shows what its target does to whom the link is shown and who holds
// rights on the target. Errors: the catalog's. Threads: any.
// https://docs.aws.amazon.com/lake-formation/latest/dg/resource-links-about.html
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/scope.h"
#include "catalog/catalog.h"
#include "catalog/places.h"
#include "enforce/rights.h"

namespace tarn::enforce {

// Where the name leads; nothing: it is no link, nor of a database that is one. `found` is what the catalog has under
// the name.
Result<std::optional<catalog::TablePlace>> FollowLink(const catalog::Catalog& catalog, const Scope& scope,
                                                      std::string_view database, std::string_view table,
                                                      const Result<catalog::Table>& found);

// What the caller may do with the table that the link `database`.`table` leads to; `rights` are those in the link's
// catalog. Nothing when the link is not shown.
Result<govern::TableAccess> OfLinked(const Rights& rights, std::string_view database, std::string_view table,
                                     bool is_table_link, const catalog::TablePlace& target);

}  // namespace tarn::enforce

// Which catalog a request means: the account's own, or a table bucket (Amazon S3 Tables), and what is particular to the
// latter. Private to api/iceberg.
//
// A table bucket is named by its ARN, as AWS's own endpoint names it, or as "s3tablescatalog/<bucket>"; config answers
// the prefix that leads there. Table buckets hold tables in namespaces of one level, and nothing else.
#pragma once

#include <string_view>

#include "api/iceberg/exchange.h"
#include "base/result.h"
#include "base/scope.h"

namespace tarn::api::iceberg_rest {

// kNoSuchWarehouse when the caller has no catalog of that name. Empty, the account's number and plain names (of clients
// that cannot leave it out): the account's own.
Result<Scope> WarehouseScope(const Asked& asked, std::string_view warehouse);
// Whether the catalog of that scope serves a route: table buckets have no views, and tables come and go there alone.
bool IsServedIn(const Scope& scope, const Route& route);
// The percent-encoded prefix of paths to the scope's catalog, as config tells it; empty for the account's own.
std::string PrefixOf(const Scope& scope);

}  // namespace tarn::api::iceberg_rest

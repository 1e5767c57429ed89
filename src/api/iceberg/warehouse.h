// Which catalog a request means: the account's own, another account's, or a table bucket (Amazon S3 Tables), and what
// is particular to these. Private to api/iceberg.
//
// Another account's is named by its number. It is read alone, as far as its policy or a share lets the caller ask and
// Lake Formation grants: Glue's rule for operations with a CatalogId. A table bucket is named by its ARN, as AWS's own
// endpoint names it, or as "s3tablescatalog/<bucket>". Config answers the prefix that leads to either. Table buckets
// hold tables in namespaces of one level, and nothing else.
#pragma once

#include <string>
#include <string_view>

#include "api/iceberg/exchange.h"
#include "base/result.h"
#include "base/scope.h"

namespace tarn::api::iceberg_rest {

// kNoSuchWarehouse when there is no catalog of that name. Empty, the caller's account and plain names (of clients that
// cannot leave it out): the account's own.
Result<Scope> WarehouseScope(const Asked& asked, std::string_view warehouse);
// kUnsupportedOperation when the catalog that is meant does not serve a route: table buckets have no views, and tables
// come and go there alone; in another account's catalog nothing changes.
Status CheckServed(const Asked& asked, const Route& route);
// The percent-encoded prefix of paths to the catalog that is meant, as config tells it; empty for the account's own.
std::string PrefixOf(const Asked& asked);
// Whether the catalog that is meant is another account's.
bool IsOthers(const Asked& asked);
// "v1/{prefix}/namespaces/{namespace}/tables/{table}", by the name that the client knows: the link's, where one led
// here.
std::string TablePath(const Asked& asked, std::string_view table);

}  // namespace tarn::api::iceberg_rest

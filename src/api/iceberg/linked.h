// Resource links on the REST catalog's reading routes: a link, or a table of a database that is one, is answered as
// what it leads to. Private to api/iceberg.
//
// As in SQL (enforce/links.h) the link itself must be the caller's to see, and the route then asks for the caller's
// rights on the target in the target's catalog, another account's too. Links are no tables to change, and in no list.
#pragma once

#include "api/iceberg/exchange.h"

namespace tarn::api::iceberg_rest {

// Makes the request one about the link's target; leaves it as it is where the name is no link. Errors: kInsufficient
// and kAccessDenied where the link is not shown; the catalog's.
Status FollowLink(Asked& asked);

}  // namespace tarn::api::iceberg_rest

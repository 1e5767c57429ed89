// Access to the files of a table that was staged and is not there yet: engines write rows first and make the table of
// them with their last commit (CREATE TABLE … AS). Private to api/iceberg.
//
// Of a staged table the catalog keeps nothing. The places that its creation was answered with go into the addresses
// that the client then asks for signatures and new credentials, sealed, and good for a day. Whoever asks must be one
// who may make the table in these places, each time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/iceberg/exchange.h"
#include "object/files.h"

namespace tarn::api::iceberg_rest {

inline constexpr std::string_view kStagedKey = "staged";

// "?staged=…" for addresses about that table of the request's namespace. The first place is the table's location.
std::string StagedQuery(const Asked& asked, std::string_view table, const std::vector<object::Location>& places);

// The places of the files of the table that the request is about: the catalog's, or where there is none those of its
// query. Errors: kNoSuchTable also for a query that is not ours or too old; kForbidden's like for one who may not make
// the table there.
Result<std::vector<object::Location>> PlacesMeant(const Asked& asked);

}  // namespace tarn::api::iceberg_rest

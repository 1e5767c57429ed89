// Client tokens: the same request twice is done once. One record a token, forgotten with the history.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"

namespace tarn::kv {
class Txn;
}

namespace tarn::query {

// Inside the transaction that does the work. Returns the id that the token was given before, or keeps `id` for it and
// returns "". kInvalidRequest when it was given for another request (`print` tells requests apart).
Result<std::string> ClaimToken(kv::Txn& txn, const Scope& scope, std::string_view operation, std::string_view token,
                               std::string_view print, std::string_view id, Timestamp now);
// When the token of this record was claimed.
Timestamp TokenTime(std::string_view record);

}  // namespace tarn::query

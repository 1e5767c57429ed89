// Changes a database's parameters alone, whatever else changes it at the same time.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "base/scope.h"
#include "catalog/table.h"
#include "kv/kv.h"

namespace tarn::catalog {

// The format of tables made in the database without one: a zone's (zones/zones.h).
inline constexpr std::string_view kDefaultFormatParameter = "tarn.zone.format";

// `edit` may run several times. kNoSuchDatabase.
Status EditDatabaseParameters(kv::Store& store, const Scope& scope, std::string_view name,
                              const std::function<void(Parameters&)>& edit);

}  // namespace tarn::catalog

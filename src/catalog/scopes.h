// Which catalogs exist: the accounts, regions and catalogs of their own (catalog/buckets) that have a database.
#pragma once

#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "kv/kv.h"

namespace tarn::catalog {

// In order. One step a catalog, however many databases it has.
Result<std::vector<Scope>> ListScopes(kv::Store& store);

}  // namespace tarn::catalog

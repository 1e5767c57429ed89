// The catalog "lake" of a DuckDB instance: databases and tables are what the running query's resolver says.
//
// A table is resolved when first named and kept for the query. Hidden columns do not exist in the entry. Read-only.
#pragma once

#include <memory>

#include "engine/duck/duck.h"
#include "engine/duck/slot_context.h"

namespace tarn::engine {

inline constexpr char kLakeCatalog[] = "lake";

void RegisterLakeCatalog(duckdb::DatabaseInstance& database, std::shared_ptr<SlotContext> slot);

}  // namespace tarn::engine

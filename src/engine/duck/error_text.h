// DuckDB's exceptions as our errors: Athena's categories, and messages without the printed SQL in them.
#pragma once

#include <exception>

#include "engine/duck/duck.h"
#include "engine/query_state.h"

namespace tarn::engine {

// What the query failed with: its own first failure if it has one, else what DuckDB said.
Error QueryError(const QueryState& query, const duckdb::ErrorData& error);

// True when the instance may be in a broken state afterwards and must be rebuilt.
bool Poisons(const duckdb::ErrorData& error);

}  // namespace tarn::engine

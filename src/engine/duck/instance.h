// Makes a DuckDB instance that can do nothing but run SELECTs over the running query's tables.
#pragma once

#include <memory>
#include <string>

#include "engine/duck/duck.h"
#include "engine/duck/slot_context.h"
#include "engine/engine.h"

namespace tarn::engine {

// Throws DuckDB's exceptions.
std::unique_ptr<duckdb::DuckDB> MakeInstance(const Pool::Options& options, const std::shared_ptr<SlotContext>& slot);

// Runs a statement of ours; throws when it fails.
void RunOwn(duckdb::Connection& connection, const std::string& sql);

}  // namespace tarn::engine

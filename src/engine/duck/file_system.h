// The only file system a DuckDB instance of the pool has.
//
// It opens files that the running query's tables are bound to (by path), the query's output below "out://", and the
// slot's spill directory. Every other path is refused, whatever SQL asks for.
#pragma once

#include <memory>

#include "engine/duck/duck.h"
#include "engine/duck/slot_context.h"

namespace tarn::engine {

inline constexpr char kOutputRoot[] = "out://query";

duckdb::unique_ptr<duckdb::FileSystem> MakeGuardedFileSystem(std::shared_ptr<SlotContext> slot);

}  // namespace tarn::engine

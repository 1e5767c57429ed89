// Iceberg's column types and the engine's, either way.
//
// What the engine cannot hold is refused by name (kUnsupported): variant, geometry, geography. Nanosecond timestamps
// are read with microseconds. Field ids come from outside: FromEngine numbers nested fields in order.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "engine/column_type.h"
#include "iceberg/schema/type.h"

namespace tarn::tables {

Result<engine::Type> ToEngine(const iceberg::Type& type);

// `next_id`: the id of the first nested field; counted on. tinyint and smallint become int, char and json string.
Result<iceberg::Type> FromEngine(const engine::Type& type, int32_t& next_id);

}  // namespace tarn::tables

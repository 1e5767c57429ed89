// tarn_bucket_hash(value): the 32-bit Murmur3 (x86, seed 0) of a value's bytes, as Iceberg's bucket transform takes it.
//
// Integers and dates are hashed as 8 bytes little-endian, timestamps as microseconds, decimals as the unscaled number
// in the fewest big-endian bytes, texts and blobs as their bytes, UUIDs as 16 bytes big-endian. Null for null.
#pragma once

#include <string_view>

#include "engine/duck/duck.h"

namespace tarn::engine {

void RegisterHashFunction(duckdb::Connection& connection);

}  // namespace tarn::engine

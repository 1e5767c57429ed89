// Hive's names of types as Iceberg types: how Glue's columns become a table's schema.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "iceberg/schema/type.h"

namespace tarn::catalog {

// "array<struct<a:int,b:decimal(10,2)>>". Fields inside are numbered from `next_id` on. kInvalidInput for a type that
// Iceberg does not have.
Result<iceberg::Type> TypeOfHive(std::string_view text, int32_t& next_id);

}  // namespace tarn::catalog

// The Avro schemas of what this module writes.
#pragma once

#include <string>

#include "iceberg/schema/type.h"

namespace tarn::iceberg {

std::string ManifestListSchema(int format_version);
// `partition_type`: the struct of tuples.
std::string ManifestSchema(int format_version, const Type& partition_type);

}  // namespace tarn::iceberg

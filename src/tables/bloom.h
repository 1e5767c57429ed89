// Bloom filters of the data files that we write, by the table's properties.
//
// The engine's writer makes a filter for each column chunk whose values it keeps in a dictionary, of all columns alike:
// for those that name many different values in a row group it makes none. `write.parquet.bloom-filter-enabled.column.C`
// = true lets dictionaries grow to a whole row group, so that column C has its filter however many values it has (and
// so have others); `write.parquet.bloom-filter-max-bytes` bounds them to what filters of that size hold. Where all
// that is said is false there are none. Of several ratios (`write.parquet.bloom-filter-fpp.column.C`,
// `write.parquet.bloom-filter-fpp.default`) the smallest counts. What is no number is as if it were not said. Pure.
// https://iceberg.apache.org/docs/latest/configuration/#write-properties
#pragma once

#include <map>
#include <string>

#include "iceberg/metadata/table_metadata.h"

namespace tarn::tables {

// Options of the engine's Parquet writer.
std::map<std::string, std::string> BloomOptions(const iceberg::Properties& properties);

}  // namespace tarn::tables

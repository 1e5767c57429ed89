// Decoding of single Avro fields into C++ members; `node` is the writer's type, unions with null included.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "iceberg/avro/coding.h"
#include "iceberg/manifest/manifest.h"
#include "iceberg/schema/type.h"

namespace tarn::iceberg {

// The value's node behind a union: null when it is null (or the input has failed).
const avro::Node* Enter(const avro::Node& node, avro::Input& input);

std::optional<int64_t> DecodeLong(const avro::Node& node, avro::Input& input);
std::optional<bool> DecodeBool(const avro::Node& node, avro::Input& input);
// Strings and bytes.
std::optional<std::string_view> DecodeBytes(const avro::Node& node, avro::Input& input);
// A primitive of that type; widened where the column was promoted since. Null where it cannot be read so.
Value DecodeValue(const avro::Node& node, const Type& type, avro::Input& input);
void DecodeLongs(const avro::Node& node, avro::Input& input, std::vector<int64_t>& out);
// Maps by column id: arrays of {key, value} records, or Avro maps never. Only `wanted` ids (ascending; empty: all).
void DecodeCounts(const avro::Node& node, avro::Input& input, const std::vector<int32_t>& wanted,
                  ByColumn<int64_t>& out);
void DecodeBounds(const avro::Node& node, avro::Input& input, const std::vector<int32_t>& wanted,
                  ByColumn<std::string>& out);

}  // namespace tarn::iceberg

// Records that AWS's serializers wrote: a header that names a version in the Glue Schema Registry, then the data.
//
// Header: 0x03, the compression (0: none, 5: zlib), the version's UUID in 16 bytes. Data become a JSON text;
// of Avro: bytes and fixed as texts of the code points 0 to 255, unions as their value alone, not-a-number as null; of
// Protobuf: see protobuf_json.h.
// Errors: kBadRecord; kRefused where the registry cannot be asked. Threads: any.
// https://github.com/awslabs/aws-glue-schema-registry
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/scope.h"
#include "registry/registry.h"

namespace tarn::delivery {

bool IsRegistered(std::string_view record);

// The version that a registered record names, and its data as JSON by that.
Result<registry::Version> VersionOf(const registry::SchemaRegistry& registry, const Scope& scope,
                                    std::string_view record);
Result<std::string> ToJson(const registry::Version& version, std::string_view record);

// One datum in Avro's binary form.
Result<std::string> AvroToJson(const std::string& schema, std::string_view bytes);

}  // namespace tarn::delivery

// Schema definitions of the three data formats: whether they are sound, when two are the same, and whether data written
// with one can be read with another.
//
// Errors: registry.InvalidInput, whose message is the reason alone ("a record has no name"). Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tarn::registry {

enum class DataFormat : uint8_t { kAvro = 1, kJson = 2, kProtobuf = 3 };  // frozen: stored

// The form in which equal definitions are equal: no spaces, comments or order of keys. Errors tell why it is malformed.
Result<std::string> Canonical(DataFormat format, std::string_view definition);

// Nothing when everything written with `writer` can be read with `reader`; else the first reason why not. When unsure,
// a reason. Both definitions must be sound.
Result<std::optional<std::string>> WhyUnreadable(DataFormat format, std::string_view reader, std::string_view writer);

// From one definition to the other as a JSON Patch (RFC 6902). Protobuf's is one replacement of the whole text.
Result<std::string> Difference(DataFormat format, std::string_view from, std::string_view to);

}  // namespace tarn::registry

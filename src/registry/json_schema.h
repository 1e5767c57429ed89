// JSON Schemas: the soundness of their common keywords, and whether all that one accepts is accepted by another.
//
// The comparison is conservative: keywords that it does not understand must be equal. One thing is taken as the
// registry's rules describe it, not as the logic has it: a property that an open object never named was not written, so
// that an optional one may be added.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "json/json.h"

namespace tarn::registry::json_schema {

// Errors: registry.InvalidInput.
Status Check(const json::Value& schema);

// Nothing when whatever `writer` accepts is accepted by `reader`.
std::optional<std::string> WhyUnreadable(const json::Value& reader, const json::Value& writer);

}  // namespace tarn::registry::json_schema

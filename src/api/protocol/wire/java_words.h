// The words of AWS's older JSON services, Kinesis among them, for values of a wrong type. Pure.
#pragma once

#include <optional>
#include <string>

#include "api/protocol/shape.h"
#include "json/json.h"

namespace tarn::api::protocol {

// What the first value of a wrong type is told of; nothing when all fit.
std::optional<std::string> FindJavaMismatch(const TypeShape& type, const json::Value& value);

}  // namespace tarn::api::protocol

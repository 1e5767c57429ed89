// The words of AWS's older JSON services, Kinesis among them, for values of a wrong type. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/protocol/shape.h"
#include "json/json.h"

namespace tarn::api::protocol {

// What the first value of a wrong type is told of; nothing when all fit.
std::optional<std::string> FindJavaMismatch(const TypeShape& type, const json::Value& value);

// Numbers where the model wants whole ones, as Java's services take them: without their fraction, and the nearest that
// the type can hold.
void TruncateNumbers(const TypeShape& type, json::Value& value);

// A structure as a Java object without a text of its own: its class and the hash of its members, of which texts, bytes,
// numbers and structures count.
std::string FormatJavaObject(std::string_view package, const TypeShape& type, const void* value);

}  // namespace tarn::api::protocol

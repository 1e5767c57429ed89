// Partition values as their key's type sees them: each becomes bytes that order as the type orders.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tarn::catalog {

enum class ValueKind : uint8_t { kText, kInteger, kDecimal, kDate, kTimestamp };

// The kind of a Hive type ("decimal(10,2)", "varchar(3)"); nothing for a type that expressions do not know.
std::optional<ValueKind> KindOfType(std::string_view type);

// Bytes that compare as the values do, exactly and without a bound on digits; nothing when `text` is not of the kind.
std::optional<std::string> Ordered(ValueKind kind, std::string_view text);

// Glue's sentence for a text that is not of the kind.
std::string NotOfKind(ValueKind kind, std::string_view text);
// "Integral", "Decimal", "Date", "Timestamp" for the sentence that refuses LIKE.
std::string_view KindName(ValueKind kind);

// SQL LIKE over the whole text: % any run, _ any one character, \ takes the next literally.
bool Like(std::string_view text, std::string_view pattern);

}  // namespace tarn::catalog

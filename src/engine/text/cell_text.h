// A cell of a result column as Hive's text and as JSON.
#pragma once

#include <string>

#include "engine/batch.h"

namespace tarn::engine {

// A scalar as text ("2024-01-31 10:00:00.000", "1.5", base64 of binary); not for nested types, not for NULL.
void AppendScalarText(const Column& column, size_t row, std::string& out);
// Hive's text: NULL as \N, elements of level n divided by separator n (level 1 = \002).
void AppendHiveText(const Column& column, size_t row, int level, std::string& out);
void AppendJson(const Column& column, size_t row, std::string& out);
void AppendJsonString(std::string_view text, std::string& out);

}  // namespace tarn::engine

// The DuckDB macros that printed queries call; the engine runs them once in every new instance.
//
// All are named tarn_*. They are Trino functions that DuckDB lacks or defines differently.
#pragma once

#include <span>
#include <string_view>

namespace tarn::sql {

// One CREATE MACRO statement each, in order of dependence.
std::span<const std::string_view> MacroStatements();

}  // namespace tarn::sql

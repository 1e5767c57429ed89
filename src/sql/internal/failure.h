// The one exception inside sql/: thrown by the parser and the analyzer, caught at their doors and returned as Error.
#pragma once

#include <fmt/format.h>

#include <string>

#include "base/result.h"
#include "sql/ast.h"

namespace tarn::sql {

struct Failure {
  Error error;
};

[[noreturn]] inline void Throw(const Reason& reason, std::string message) {
  throw Failure{Fail(reason, std::move(message))};
}
// "CATEGORY: line 1:8: message"
[[noreturn]] inline void ThrowAt(const Reason& reason, std::string_view category, Position pos,
                                 std::string_view message) {
  throw Failure{Fail(reason, fmt::format("{}: line {}:{}: {}", category, pos.line, pos.column, message))};
}

}  // namespace tarn::sql

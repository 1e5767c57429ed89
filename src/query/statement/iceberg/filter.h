// The condition of a statement as a filter that files are found by.
//
// Threads: pure.
#pragma once

#include <string_view>

#include "iceberg/expression/expression.h"
#include "iceberg/schema/schema.h"
#include "sql/ast.h"

namespace tarn::query {

struct FileFilter {
  iceberg::Expression filter;  // holds for every row for which the condition does
  bool exact = true;           // and for no other
};

// `condition` null: every row. `qualifier`: what may stand before a column's name. What cannot be said is left out:
// then it is not exact.
FileFilter FilterOf(const sql::Expr* condition, const iceberg::Schema& schema, std::string_view qualifier);

}  // namespace tarn::query

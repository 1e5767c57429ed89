// Whether a text is a condition over one table's rows: what a data cells filter may say.
// https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html
#pragma once

#include <string_view>

#include "base/result.h"
#include "catalog/table.h"

namespace tarn::govern {

// One boolean expression over columns that the table has, without subqueries, aggregates and parameters. Errors:
// kInvalidInput with the place and the cause.
Status CheckRowFilter(const catalog::Table& table, std::string_view text);

}  // namespace tarn::govern

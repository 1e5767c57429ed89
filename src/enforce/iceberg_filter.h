// A row filter in the words that Iceberg's readers know: comparisons of columns with constants, lists, null tests,
// prefixes, joined by and, or and not.
//
// Invariant: what is answered holds for exactly the rows for which the filter is true, nulls and NaN included. Nothing
// is answered where that cannot be said, or where the filter reads a column of which the caller does not see the
// values. Pure. Threads: any.
#pragma once

#include <optional>
#include <string_view>

#include "govern/access.h"
#include "iceberg/expression/expression.h"

namespace tarn::enforce {

// `seen`: the columns that are told to the caller.
std::optional<iceberg::Expression> IcebergFilter(const govern::TableAccess& access, const iceberg::Schema& seen);

}  // namespace tarn::enforce

// What becomes of a predicate's op when its sides change places or when it is denied, and the signs of comparisons.
//
// Threads: pure.
#pragma once

#include <optional>
#include <string_view>

#include "iceberg/expression/expression.h"

namespace tarn::iceberg {

// The comparison that SQL writes as "=", "<>", "!=", "<", "<=", ">" or ">="; nothing for any other text.
std::optional<Op> ComparisonOf(std::string_view sign);
// For a comparison the one that holds for b and a where `op` holds for a and b; any other op as it is.
Op SidesExchanged(Op op);
// The predicate's op that holds for exactly the values for which `op` does not; kTrue to kOr as they are.
Op Negated(Op op);

}  // namespace tarn::iceberg

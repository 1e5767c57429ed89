// Why the catalog refuses. Messages are the sentences that Glue's clients know; never parsed here.
#pragma once

#include "base/result.h"

namespace tarn::catalog {

inline constexpr Reason kNoSuchDatabase{"catalog.NoSuchDatabase", Code::kNotFound};
inline constexpr Reason kNoSuchTable{"catalog.NoSuchTable", Code::kNotFound};
inline constexpr Reason kNoSuchPartition{"catalog.NoSuchPartition", Code::kNotFound};
inline constexpr Reason kNoSuchVersion{"catalog.NoSuchVersion", Code::kNotFound};
inline constexpr Reason kNoSuchEntity{"catalog.NoSuchEntity", Code::kNotFound};  // functions, indexes, statistics
inline constexpr Reason kAlreadyExists{"catalog.AlreadyExists", Code::kAlreadyExists};
// A namespace that still holds tables, views or namespaces.
inline constexpr Reason kNotEmpty{"catalog.NotEmpty", Code::kConflict};
inline constexpr Reason kInvalidInput{"catalog.InvalidInput", Code::kInvalidArgument};
// The input is sound, what is stored is not fit for it (a partition value that its key's type cannot hold).
inline constexpr Reason kInvalidState{"catalog.InvalidState", Code::kPreconditionFailed};
// Another update won: reload, replan, retry.
inline constexpr Reason kTableMoved{"catalog.TableMoved", Code::kConflict};
inline constexpr Reason kLimitExceeded{"catalog.LimitExceeded", Code::kResourceExhausted};
inline constexpr Reason kDamaged{"catalog.Damaged", Code::kDataLoss};

}  // namespace tarn::catalog

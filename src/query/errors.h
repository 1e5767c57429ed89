// Why a query operation is refused. Messages are the sentences that Athena's clients know; never parsed here.
#pragma once

#include "base/result.h"

namespace tarn::query {

inline constexpr Reason kInvalidRequest{"query.InvalidRequest", Code::kInvalidArgument};
inline constexpr Reason kMalformedQuery{"query.MalformedQuery", Code::kInvalidArgument};  // refused before it is queued
inline constexpr Reason kNoSuchResource{"query.NoSuchResource", Code::kNotFound};         // tags, prepared statements
inline constexpr Reason kMetadata{"query.Metadata", Code::kNotFound};  // the catalog has no such database or table
inline constexpr Reason kTooManyQueries{"query.TooManyQueries", Code::kResourceExhausted};
inline constexpr Reason kDamaged{"query.Damaged", Code::kDataLoss};

// How a statement fails while it runs; the message is what StateChangeReason says.
inline constexpr Reason kUserError{"query.UserError", Code::kInvalidArgument};
// Another writer's commit forbids what the statement was about to commit; on the table as it is now it may succeed.
inline constexpr Reason kCommitConflict{"query.CommitConflict", Code::kConflict};
inline constexpr Reason kSystemError{"query.SystemError", Code::kInternal};
// The caller's IAM policies, or the resource's, do not let the statement do it.
inline constexpr Reason kNotAuthorized{"query.NotAuthorized", Code::kPermissionDenied};
inline constexpr Reason kUnserved{"query.Unserved", Code::kUnimplemented};

}  // namespace tarn::query

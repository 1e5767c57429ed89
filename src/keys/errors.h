// Why keys refuse. Messages are the sentences that KMS's clients know; never parsed here.
#pragma once

#include "base/result.h"

namespace tarn::keys {

inline constexpr Reason kNotFound{"keys.NotFound", Code::kNotFound};
inline constexpr Reason kInvalidArn{"keys.InvalidArn", Code::kInvalidArgument};
inline constexpr Reason kDisabled{"keys.Disabled", Code::kPreconditionFailed};
// The key's state forbids the operation: pending deletion, pending import.
inline constexpr Reason kInvalidState{"keys.InvalidState", Code::kPreconditionFailed};
inline constexpr Reason kAccessDenied{"keys.AccessDenied", Code::kPermissionDenied};
// Not a ciphertext of ours, changed, or sealed with another encryption context.
inline constexpr Reason kInvalidCiphertext{"keys.InvalidCiphertext", Code::kInvalidArgument};
inline constexpr Reason kIncorrectKey{"keys.IncorrectKey", Code::kInvalidArgument};
inline constexpr Reason kInvalidKeyUsage{"keys.InvalidKeyUsage", Code::kInvalidArgument};
inline constexpr Reason kInvalidInput{"keys.InvalidInput", Code::kInvalidArgument};
inline constexpr Reason kUnsupported{"keys.Unsupported", Code::kUnimplemented};
inline constexpr Reason kAlreadyExists{"keys.AlreadyExists", Code::kAlreadyExists};
inline constexpr Reason kInvalidAliasName{"keys.InvalidAliasName", Code::kInvalidArgument};
inline constexpr Reason kNotAuthorized{"keys.NotAuthorized", Code::kPermissionDenied};
inline constexpr Reason kLimitExceeded{"keys.LimitExceeded", Code::kResourceExhausted};
inline constexpr Reason kTag{"keys.Tag", Code::kInvalidArgument};
inline constexpr Reason kMalformedPolicy{"keys.MalformedPolicy", Code::kInvalidArgument};
inline constexpr Reason kInvalidMac{"keys.InvalidMac", Code::kInvalidArgument};
inline constexpr Reason kInvalidSignature{"keys.InvalidSignature", Code::kInvalidArgument};
inline constexpr Reason kInvalidGrantToken{"keys.InvalidGrantToken", Code::kInvalidArgument};
inline constexpr Reason kInvalidGrantId{"keys.InvalidGrantId", Code::kInvalidArgument};

inline constexpr Reason kInvalidImportToken{"keys.InvalidImportToken", Code::kInvalidArgument};
inline constexpr Reason kExpiredImportToken{"keys.ExpiredImportToken", Code::kInvalidArgument};
inline constexpr Reason kIncorrectKeyMaterial{"keys.IncorrectKeyMaterial", Code::kInvalidArgument};

// The operation would have succeeded: it was asked as a dry run.
inline constexpr Reason kDryRun{"keys.DryRun", Code::kPreconditionFailed};
inline constexpr Reason kDamaged{"keys.Damaged", Code::kDataLoss};

}  // namespace tarn::keys

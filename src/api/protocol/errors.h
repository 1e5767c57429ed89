// Reasons of the wire layer itself, common to all services, and how a Reason becomes an AWS error.
#pragma once

#include "base/result.h"

namespace tarn::api::protocol {

// Decoding and validation (raised by the codecs).
inline constexpr Reason kMalformedRequest{"protocol.MalformedRequest", Code::kInvalidArgument};
inline constexpr Reason kMalformedXml{"protocol.MalformedXml", Code::kInvalidArgument};
inline constexpr Reason kValidationFailed{"protocol.ValidationFailed", Code::kInvalidArgument};
inline constexpr Reason kInvalidUri{"protocol.InvalidUri", Code::kInvalidArgument};
inline constexpr Reason kMissingParameter{"protocol.MissingParameter", Code::kInvalidArgument};
inline constexpr Reason kInvalidArgument{"protocol.InvalidArgument", Code::kInvalidArgument};

// Routing.
inline constexpr Reason kUnknownOperation{"protocol.UnknownOperation", Code::kUnimplemented};
inline constexpr Reason kNotServed{"protocol.NotServed", Code::kUnimplemented};  // in the model, not in Tarn
inline constexpr Reason kUnknownService{"protocol.UnknownService", Code::kUnimplemented};
inline constexpr Reason kMethodNotAllowed{"protocol.MethodNotAllowed", Code::kInvalidArgument};

// Authentication.
inline constexpr Reason kUnknownAccessKey{"protocol.UnknownAccessKey", Code::kPermissionDenied};
inline constexpr Reason kSignatureMismatch{"protocol.SignatureMismatch", Code::kPermissionDenied};
inline constexpr Reason kMalformedAuthorization{"protocol.MalformedAuthorization", Code::kInvalidArgument};
inline constexpr Reason kMalformedPresign{"protocol.MalformedPresign", Code::kInvalidArgument};
inline constexpr Reason kMalformedPresignV2{"protocol.MalformedPresignV2", Code::kPermissionDenied};
inline constexpr Reason kMissingAuthentication{"protocol.MissingAuthentication", Code::kPermissionDenied};
inline constexpr Reason kMissingSecurityHeader{"protocol.MissingSecurityHeader", Code::kInvalidArgument};
inline constexpr Reason kRequestSkewed{"protocol.RequestSkewed", Code::kPermissionDenied};
inline constexpr Reason kPresignExpired{"protocol.PresignExpired", Code::kPermissionDenied};
inline constexpr Reason kUnsupportedSignature{"protocol.UnsupportedSignature", Code::kInvalidArgument};
inline constexpr Reason kInvalidToken{"protocol.InvalidToken", Code::kPermissionDenied};
inline constexpr Reason kPresignNotYetValid{"protocol.PresignNotYetValid", Code::kPermissionDenied};
inline constexpr Reason kUnsignedHeaders{"protocol.UnsignedHeaders", Code::kPermissionDenied};
inline constexpr Reason kMissingDate{"protocol.MissingDate", Code::kPermissionDenied};
inline constexpr Reason kScopeDate{"protocol.ScopeDate", Code::kPermissionDenied};
inline constexpr Reason kUnsupportedAuthorization{"protocol.UnsupportedAuthorization", Code::kInvalidArgument};

// Bodies.
inline constexpr Reason kContentSha256Mismatch{"protocol.ContentSha256Mismatch", Code::kInvalidArgument};
inline constexpr Reason kInvalidContentSha256{"protocol.InvalidContentSha256", Code::kInvalidArgument};
inline constexpr Reason kIncompleteBody{"protocol.IncompleteBody", Code::kInvalidArgument};
inline constexpr Reason kMalformedChunk{"protocol.MalformedChunk", Code::kInvalidArgument};
inline constexpr Reason kChunkTooSmall{"protocol.ChunkTooSmall", Code::kInvalidArgument};
inline constexpr Reason kMalformedTrailer{"protocol.MalformedTrailer", Code::kInvalidArgument};
inline constexpr Reason kMissingContentLength{"protocol.MissingContentLength", Code::kInvalidArgument};
inline constexpr Reason kRequestTooLarge{"protocol.RequestTooLarge", Code::kResourceExhausted};
inline constexpr Reason kInvalidDigest{"protocol.InvalidDigest", Code::kInvalidArgument};
inline constexpr Reason kBadDigest{"protocol.BadDigest", Code::kInvalidArgument};
inline constexpr Reason kInvalidChecksum{"protocol.InvalidChecksum", Code::kInvalidArgument};
inline constexpr Reason kMissingDigest{"protocol.MissingDigest", Code::kInvalidArgument};
inline constexpr Reason kRequestTimeout{"protocol.RequestTimeout", Code::kDeadlineExceeded};

}  // namespace tarn::api::protocol

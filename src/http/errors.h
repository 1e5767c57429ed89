// What can go wrong between a peer and the server, beside the application.
#pragma once

#include "base/result.h"

namespace tarn::http {

inline constexpr Reason kMalformedHead{"http.MalformedHead", Code::kInvalidArgument};
inline constexpr Reason kHeadTooLarge{"http.HeadTooLarge", Code::kResourceExhausted};
inline constexpr Reason kUnsupportedVersion{"http.UnsupportedVersion", Code::kUnimplemented};
inline constexpr Reason kUnsupportedEncoding{"http.UnsupportedEncoding", Code::kUnimplemented};
inline constexpr Reason kMalformedBody{"http.MalformedBody", Code::kInvalidArgument};
// The peer closed or broke the connection.
inline constexpr Reason kDisconnected{"http.Disconnected", Code::kCancelled};
inline constexpr Reason kTimeout{"http.Timeout", Code::kDeadlineExceeded};
inline constexpr Reason kTls{"http.Tls", Code::kInvalidArgument};
inline constexpr Reason kListen{"http.Listen", Code::kUnavailable};

}  // namespace tarn::http

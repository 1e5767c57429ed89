// Requests that S3 refuses by their method, path and query alone, before it looks at who asks.
//
// Threads: any.
#pragma once

#include "api/protocol/call.h"
#include "base/result.h"

namespace tarn::api::s3 {

// Errors: kInvalidRequest, kInvalidArgument, kMethodNotAllowed.
Status CheckRoute(const protocol::Call& call);
// The same, with what S3 names in the error's body.
Status TellMisrouted(const protocol::Call& call);

}  // namespace tarn::api::s3

// POST object: a browser's form with a file becomes an object, by the same rule and the same code as PutObject.
//
// Amazon S3 API Reference, "POST Object". The fields before the file (20 KB at most) are read first: who signed the
// policy, whether the policy holds, whether the caller may. Then the file streams into the store; the policy's
// content-length-range is judged before it is committed. Threads: the connection's I/O thread.
#pragma once

#include "api/protocol/own_answer.h"
#include "api/s3/s3_service.h"

namespace tarn::api::s3 {

Task<Result<protocol::OwnAnswer>> PostObject(S3Service& service, protocol::OwnRequest request);

}  // namespace tarn::api::s3

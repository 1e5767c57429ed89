// What nobody may do without a signature, whatever lists and policies say.
//
// AWS refuses these before it looks at the bucket, each with words of its own: creating buckets, setting access lists
// and ownership, copying, beginning multipart uploads.
#pragma once

#include "api/s3/operations.h"

namespace tarn::api::s3 {

// Puts the refusal (kAnonymousRefused) in front of the rules of those operations.
void RefuseAnonymous(Rows& rows);

}  // namespace tarn::api::s3

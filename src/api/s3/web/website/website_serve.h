// Serves a bucket's website on its website host names: what anonymous may read, by GET and HEAD.
//
// Amazon S3 User Guide, "Website endpoints": index documents of folders, routing rules, redirects of objects, error
// documents and pages. Threads: the connection's I/O thread.
#pragma once

#include "api/protocol/own_answer.h"
#include "api/s3/s3_service.h"

namespace tarn::api::s3 {

Task<Result<protocol::OwnAnswer>> ServeWebsite(S3Service& service, protocol::OwnRequest request);

}  // namespace tarn::api::s3

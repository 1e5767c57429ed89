// What CORS adds to requests: the answer to a preflight, and the headers of all other answers to a browser's page.
// Memory speed; any thread.
#pragma once

#include "api/protocol/own_answer.h"
#include "api/s3/s3_service.h"
#include "api/s3/web/cors/cors_cache.h"

namespace tarn::api::s3 {

// OPTIONS. kBadPreflight, kCorsForbidden.
Result<protocol::OwnAnswer> Preflight(const Call& call, object::Store& store, CorsCache& cache);

// Adds the headers that the bucket's rules give a request with an Origin; failures add none.
void AddCorsHeaders(const Call& call, object::Store& store, CorsCache& cache);

}  // namespace tarn::api::s3

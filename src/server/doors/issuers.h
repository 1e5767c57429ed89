// What those need who verify tokens of an account's outbound web identity federation: /_tarn/issuers/<id> below which
// OpenID Connect's discovery document and the keys lie. Nobody signs these requests; they tell public things alone.
#pragma once

#include "base/executor.h"
#include "http/server.h"
#include "iam/iam.h"

namespace tarn::server {

// Both outlive it; reads run on `pool`. Threads: any.
http::Handler IssuersHandler(const iam::Iam& iam, WorkerPool& pool);

}  // namespace tarn::server

// The second port: /metrics (Prometheus' text), /healthz. The console's pages come here, too.
#pragma once

#include "http/server.h"

namespace tarn::server {

http::Handler MakeConsoleHandler();

}  // namespace tarn::server

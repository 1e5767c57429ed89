// The engine's pool for a lake, sized by its options and the machine.
#pragma once

#include <memory>

#include "base/result.h"
#include "engine/engine.h"
#include "server/options.h"

namespace tarn::server {

Result<std::unique_ptr<engine::Pool>> OpenEnginePool(const Options& options);

}  // namespace tarn::server

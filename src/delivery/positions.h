// How far streams are delivered, as kv keeps it.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "delivery/records/source.h"
#include "kv/kv.h"

namespace tarn::delivery {

Result<Positions> LoadPositions(kv::Store& store, uint64_t log);

}  // namespace tarn::delivery

// A kv::Store in memory with the semantics of the real one, nothing durable. For unit tests only: it keeps every old
// version. Commits are answered inline.
#pragma once

#include <memory>

#include "kv/kv.h"

namespace tarn::kv {

std::unique_ptr<Store> MakeMemoryStore();

}  // namespace tarn::kv

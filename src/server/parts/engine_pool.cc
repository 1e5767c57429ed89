#include "server/parts/engine_pool.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <thread>
#include <utility>

#include "sql/macros.h"

namespace tarn::server {
namespace {

constexpr uint64_t kSlotBytesMin = 256ULL << 20;

uint64_t MachineMemoryBytes() {
  return static_cast<uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

Result<std::unique_ptr<engine::Pool>> OpenEnginePool(const Options& options) {
  engine::Pool::Options pool;
  pool.slots = options.query_slots > 0 ? options.query_slots : std::max<size_t>(2, std::thread::hardware_concurrency());
  // Half of the machine for queries, the rest for the page cache and everything else.
  pool.memory_bytes = options.query_memory_bytes > 0 ? options.query_memory_bytes
                                                     : std::max(kSlotBytesMin, MachineMemoryBytes() / 2 / pool.slots);
  pool.spill_directory = options.data + "/spill";
  for (const std::string_view macro : sql::MacroStatements()) pool.macros.emplace_back(macro);
  return engine::Pool::Create(std::move(pool));
}

}  // namespace tarn::server

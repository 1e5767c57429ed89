#include <cstdlib>

#include "schedule/cron.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto schedule = tarn::schedule::Schedule::Parse(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!schedule.ok()) return 0;
  const tarn::Timestamp now = tarn::FromCivil(2026, 11, 21);
  const auto next = schedule->Next(now);
  if (next && *next <= now) std::abort();
  return 0;
}

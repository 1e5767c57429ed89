#include "base/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "base/time.h"

namespace tarn::log {
namespace {
std::atomic<Level> threshold = Level::kInfo;
constexpr std::string_view kNames[] = {"DEBUG", "INFO", "WARN", "ERROR"};
}  // namespace

void SetLevel(Level level) { threshold = level; }

void Write(Level level, std::string_view module, std::string_view message) {
  if (level < threshold.load(std::memory_order_relaxed)) return;
  const std::string line = fmt::format("{} {} {}: {}\n", FormatIso8601(SystemClock().Now(), 3),
                                       kNames[static_cast<size_t>(level)], module, message);
  // One write a line keeps lines of several threads apart.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace tarn::log

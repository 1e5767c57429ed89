// Gzip texts taken apart. Threads: pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tarn {

// Nothing for what is no whole gzip stream, or holds more than `bytes_max`.
std::optional<std::string> Gunzip(std::string_view packed, size_t bytes_max);

}  // namespace tarn

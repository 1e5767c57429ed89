// Gzip texts taken apart. Threads: pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tarn {

// All members, one after the other. Nothing for what is not whole, has other bytes behind, or holds more than
// `bytes_max`.
std::optional<std::string> Gunzip(std::string_view packed, size_t bytes_max);

}  // namespace tarn

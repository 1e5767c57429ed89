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

// How many bytes all members hold, none of which is kept; some number above `bytes_max` for more than that. Nothing for
// what is not whole.
std::optional<size_t> GunzippedBytes(std::string_view packed, size_t bytes_max);

}  // namespace tarn

// Unpredictable bytes and identifiers from the operating system's generator. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tarn {

std::string RandomBytes(size_t count);
uint64_t RandomU64();
// Version 4: "1b4e28ba-2fa1-41d2-883f-0016d3cca427".
std::string RandomUuid();
// `count` characters drawn from `alphabet` without bias.
std::string RandomText(size_t count, std::string_view alphabet);

inline constexpr std::string_view kUpperAlphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
inline constexpr std::string_view kAlphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

}  // namespace tarn

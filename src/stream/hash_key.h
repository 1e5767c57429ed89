// Hash keys: 128-bit numbers that a partition key's MD5 gives, and their decimal form. Pure.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tarn::stream {

struct HashKey {
  uint64_t high = 0;
  uint64_t low = 0;
  auto operator<=>(const HashKey&) const = default;
  HashKey Next() const { return {high + (low == UINT64_MAX ? 1 : 0), low + 1}; }
  HashKey Previous() const { return {high - (low == 0 ? 1 : 0), low - 1}; }
};
inline constexpr HashKey kHashKeyMax{UINT64_MAX, UINT64_MAX};

HashKey HashOf(std::string_view partition_key);
std::string FormatHashKey(HashKey key);
// Nothing for what is no decimal number below 2^128.
std::optional<HashKey> ParseHashKey(std::string_view decimal);
// Where the `index`-th of `count` equal ranges begins.
HashKey RangeBegin(uint64_t index, uint64_t count);

}  // namespace tarn::stream

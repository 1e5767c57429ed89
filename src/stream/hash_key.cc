#include "stream/hash_key.h"

#include <algorithm>

#include "base/hash.h"

namespace tarn::stream {
namespace {

using Wide = unsigned __int128;

Wide ToWide(HashKey key) { return Wide{key.high} << 64 | key.low; }
HashKey FromWide(Wide value) { return {static_cast<uint64_t>(value >> 64), static_cast<uint64_t>(value)}; }

}  // namespace

HashKey HashOf(std::string_view partition_key) {
  Wide value = 0;
  for (const char c : Md5(partition_key)) value = value << 8 | static_cast<unsigned char>(c);
  return FromWide(value);
}

std::string FormatHashKey(HashKey key) {
  std::string digits;
  Wide rest = ToWide(key);
  do {
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest != 0);
  std::ranges::reverse(digits);
  return digits;
}

std::optional<HashKey> ParseHashKey(std::string_view decimal) {
  if (decimal.empty()) return std::nullopt;
  Wide value = 0;
  constexpr Wide kMax = ~Wide{0};
  for (const char c : decimal) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<unsigned>(c - '0');
    if (value > (kMax - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return FromWide(value);
}

HashKey RangeBegin(uint64_t index, uint64_t count) {
  // floor(2^128 / count) · index, as Kinesis cuts its ranges.
  constexpr Wide kMax = ~Wide{0};
  if (count <= 1) return {};
  Wide size = kMax / count;
  if (kMax % count == count - 1) ++size;
  return FromWide(size * index);
}

}  // namespace tarn::stream

#include "stream/sequence.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace tarn::stream {
namespace {

constexpr size_t kDigitsMax = 60;  // decimal digits of what can be below 2^186
// What the emulators and Kinesis take for a time that cannot be.
constexpr int64_t kSecondMax = 16'025'175'000;

// A number of up to 192 bits as six digits of 32, most significant first.
using Big = std::array<uint32_t, 6>;

std::optional<Big> ParseDecimal(std::string_view decimal) {
  if (decimal.empty() || decimal.size() > kDigitsMax) return std::nullopt;
  Big value{};
  for (const char c : decimal) {
    if (c < '0' || c > '9') return std::nullopt;
    uint64_t carry = static_cast<uint64_t>(c - '0');
    for (size_t i = value.size(); i-- > 0;) {
      carry += uint64_t{value[i]} * 10;
      value[i] = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) return std::nullopt;
  }
  return value;
}

std::string ToHex(const Big& value) {
  std::string hex;
  for (const uint32_t digit : value) hex += fmt::format("{:08x}", digit);
  const size_t first = hex.find_first_not_of('0');
  return first == std::string::npos ? "0" : hex.substr(first);
}

uint64_t HexPart(std::string_view hex, size_t at, size_t count) {
  uint64_t value = 0;
  (void)std::from_chars(hex.data() + at, hex.data() + at + count, value, 16);
  return value;
}

std::string ToDecimal(Big value) {
  // Nine decimal digits a division, the last ones first.
  constexpr uint64_t kNineDigits = 1'000'000'000;
  std::array<char, kDigitsMax + 9> digits;
  size_t begin = digits.size();
  while (std::ranges::any_of(value, [](uint32_t digit) { return digit != 0; })) {
    uint64_t rest = 0;
    for (uint32_t& digit : value) {
      rest = rest << 32 | digit;
      digit = static_cast<uint32_t>(rest / kNineDigits);
      rest %= kNineDigits;
    }
    for (int i = 0; i < 9; ++i, rest /= 10) digits[--begin] = static_cast<char>('0' + rest % 10);
  }
  while (begin < digits.size() && digits[begin] == '0') ++begin;
  return {digits.data() + begin, digits.size() - begin};
}

// The oldest layout: below 2^125 · 16.
std::optional<Sequence> ParseOldest(std::string_view hex) {
  if (hex.size() != 32) return std::nullopt;
  Sequence out{.created = static_cast<int64_t>(HexPart(hex, 1, 9)), .index = 0, .arrived = 0, .version = 0};
  out.shard = static_cast<int64_t>(HexPart(hex, 28, 4));
  if (out.created >= kSecondMax) return std::nullopt;
  return out;
}

}  // namespace

// In hexadecimal digits: 2, the second of the shard's creation in 9, the shard's last, the index in 16, 00, the second
// of the arrival in 9, the shard in 8, 2.
std::string FormatSequence(const Sequence& sequence) {
  using Wide = unsigned __int128;
  constexpr uint64_t kSeconds = 0xfffffffff;
  const auto shard = static_cast<uint32_t>(sequence.shard);
  const uint64_t created = static_cast<uint64_t>(sequence.created) & kSeconds;
  const uint64_t arrived = static_cast<uint64_t>(sequence.arrived) & kSeconds;
  const Wide low = Wide{2} | Wide{shard} << 4 | Wide{arrived} << 36 | Wide{sequence.index} << 80;
  const uint64_t high = sequence.index >> 48 | uint64_t{shard & 0xf} << 16 | created << 20 | uint64_t{2} << 56;
  return ToDecimal({static_cast<uint32_t>(high >> 32), static_cast<uint32_t>(high), static_cast<uint32_t>(low >> 96),
                    static_cast<uint32_t>(low >> 64), static_cast<uint32_t>(low >> 32), static_cast<uint32_t>(low)});
}

std::optional<Sequence> ParseSequence(std::string_view decimal) {
  auto value = ParseDecimal(decimal);
  if (!value) return std::nullopt;
  std::string hex = ToHex(*value);
  // Below 2^124, that is added.
  if (hex.size() < 32) hex = "1" + std::string(31 - hex.size(), '0') + hex;
  // Up to 2^125 · 16: a leading digit below 2 of 33.
  if (hex.size() == 32 || (hex.size() == 33 && hex[0] == '1')) return ParseOldest(hex.size() == 32 ? hex : "");
  // Between 2^185 and 1.5 · 2^185: a leading 2 of 47 digits.
  if (hex.size() != 47 || hex[0] != '2') return std::nullopt;
  Sequence out{.created = static_cast<int64_t>(HexPart(hex, 1, 9))};
  const char version = hex.back();
  if (version == '1') {
    out.version = 1;
    out.arrived = static_cast<int64_t>(HexPart(hex, 13, 9));
    out.index = HexPart(hex, 36, 2);
    out.shard = static_cast<int32_t>(HexPart(hex, 38, 8));
    return out;
  }
  if (version != '2') return std::nullopt;
  out.index = HexPart(hex, 11, 16);
  out.arrived = static_cast<int64_t>(HexPart(hex, 29, 9));
  out.shard = static_cast<int32_t>(HexPart(hex, 38, 8));
  if (out.index > kLastIndex || out.created >= kSecondMax) return std::nullopt;
  return out;
}

}  // namespace tarn::stream

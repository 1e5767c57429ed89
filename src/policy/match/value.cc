#include "policy/match/value.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>

#include "base/strings.h"

namespace tarn::policy {
namespace {

constexpr size_t kMappedBytes = 12;  // before the IPv4 address of ::ffff:a.b.c.d

bool AllDigits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<double> ParseNumber(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<Timestamp> ParseDate(std::string_view text) {
  if (AllDigits(text) && text.size() != 4) {
    const auto seconds = ParseI64(text);
    if (!seconds || *seconds > INT64_MAX / kMicrosPerSecond) return std::nullopt;
    return Timestamp{*seconds * kMicrosPerSecond};
  }
  if (text.size() == 4 && AllDigits(text)) return ParseIso8601(std::string(text) + "-01-01");
  if (text.size() == 7 && text[4] == '-') return ParseIso8601(std::string(text) + "-01");
  return ParseIso8601(text);
}

std::optional<bool> ParseBool(std::string_view text) {
  if (EqualsIgnoreCase(text, "true")) return true;
  if (EqualsIgnoreCase(text, "false")) return false;
  return std::nullopt;
}

std::optional<Address> ParseAddress(std::string_view text) {
  char buffer[64];
  if (text.size() >= sizeof buffer || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = 0;
  Address address;
  if (inet_pton(AF_INET, buffer, address.bytes.data() + kMappedBytes) == 1) {
    address.v4 = true;
    address.bytes[10] = address.bytes[11] = 0xff;
    return address;
  }
  if (inet_pton(AF_INET6, buffer, address.bytes.data()) != 1) return std::nullopt;
  address.v4 = address.bytes[10] == 0xff && address.bytes[11] == 0xff &&
               std::all_of(address.bytes.begin(), address.bytes.begin() + 10, [](uint8_t b) { return b == 0; });
  return address;
}

std::optional<Range> ParseRange(std::string_view text) {
  const size_t slash = text.find('/');
  const auto base = ParseAddress(text.substr(0, slash));
  if (!base) return std::nullopt;
  const int most = base->v4 ? 32 : 128;
  if (slash == std::string_view::npos) return Range{*base, most};
  const auto bits = ParseU64(text.substr(slash + 1));
  if (!bits || *bits > static_cast<uint64_t>(most)) return std::nullopt;
  return Range{*base, static_cast<int>(*bits)};
}

bool Range::Contains(const Address& address) const {
  if (address.v4 != base.v4) return false;
  int left = base.v4 ? bits + static_cast<int>(8 * kMappedBytes) : bits;
  for (size_t i = 0; left > 0; ++i, left -= 8) {
    const uint8_t mask = left >= 8 ? 0xff : static_cast<uint8_t>(0xff << (8 - left));
    if ((address.bytes[i] & mask) != (base.bytes[i] & mask)) return false;
  }
  return true;
}

}  // namespace tarn::policy

// The values that conditions compare: numbers, dates, booleans, network ranges. Pure; nothing for what is no such
// value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace tarn::policy {

// Decimal, with sign, fraction and exponent as JSON writes them.
std::optional<double> ParseNumber(std::string_view text);
// ISO 8601 in the forms of https://www.w3.org/TR/NOTE-datetime (a year, a month, a day, minutes, seconds, fractions),
// or seconds since 1970.
std::optional<Timestamp> ParseDate(std::string_view text);
// "true" and "false", in any case.
std::optional<bool> ParseBool(std::string_view text);

// Both families in 16 bytes; IPv4 as ::ffff:a.b.c.d, which is also how a mapped address is taken.
struct Address {
  std::array<uint8_t, 16> bytes{};
  bool v4 = false;
};
std::optional<Address> ParseAddress(std::string_view text);

struct Range {
  Address base;
  int bits = 0;  // of the family: 0–32 or 0–128
  bool Contains(const Address& address) const;
};
// "192.0.2.0/24", "2001:db8::/32"; an address alone is a range of one. Bits behind the mask are ignored.
std::optional<Range> ParseRange(std::string_view text);

}  // namespace tarn::policy

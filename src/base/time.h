// Time: UTC microseconds since 1970, an injected clock, and the text forms that AWS uses.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tarn {

struct Timestamp {
  int64_t micros = 0;  // since 1970-01-01T00:00:00Z; may be negative
  auto operator<=>(const Timestamp&) const = default;

  static Timestamp FromSeconds(double seconds);
  static Timestamp FromMillis(int64_t millis) { return {millis * 1000}; }
  int64_t millis() const;   // floor
  int64_t seconds() const;  // floor
  Timestamp Plus(int64_t delta_micros) const { return {micros + delta_micros}; }
};

inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

// The only way below server/ to know what time it is. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp Now() const = 0;
};
// The machine's clock; made in server/ (and tools) only.
class SystemClock : public Clock {
 public:
  Timestamp Now() const override;
};

// "2026-11-21T05:38:00Z" with as many fraction digits as asked (0, 3 or 6).
std::string FormatIso8601(Timestamp time, int fraction_digits = 0);
// "20261121T053800Z" as in x-amz-date.
std::string FormatAmzDate(Timestamp time);
// "Sat, 21 Nov 2026 05:38:00 GMT" (RFC 7231).
std::string FormatHttpDate(Timestamp time);

// Each returns nothing for text that is not of its form.
std::optional<Timestamp> ParseIso8601(std::string_view text);  // any fraction, Z or ±hh:mm
std::optional<Timestamp> ParseAmzDate(std::string_view text);
std::optional<Timestamp> ParseHttpDate(std::string_view text);  // RFC 7231's three forms

struct CivilTime {
  int year, month, day, hour, minute, second;
  int weekday;  // 0 = Sunday
};
CivilTime ToCivil(Timestamp time);
Timestamp FromCivil(int year, int month, int day, int hour = 0, int minute = 0, int second = 0);

}  // namespace tarn

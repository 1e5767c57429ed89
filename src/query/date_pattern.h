// Dates as Java's DateTimeFormatter patterns write them ("yyyy/MM/dd", "yyyy-MM-dd'T'HH"), and steps of calendar units.
//
// Served: y, u (as many as given), M and L (1 to 4), d, H, m, s, quoted and other text. All in UTC. Threads: pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace tarn::query {

enum class DateUnit : uint8_t { kSecond, kMinute, kHour, kDay, kWeek, kMonth, kYear };

// "DAYS", "day"; nothing for what is no unit.
std::optional<DateUnit> DateUnitOf(std::string_view name);
// A month from the 31st on is the last of a shorter month. By months and years no further than the years 0 to 9999.
Timestamp AddUnits(Timestamp time, DateUnit unit, int64_t count);

class DatePattern {
 public:
  // Nothing for a pattern that is not served.
  static std::optional<DatePattern> Compile(std::string_view pattern);

  std::string Format(Timestamp time) const;
  // What the pattern does not say is the first of its kind. Nothing for text of another form.
  std::optional<Timestamp> Parse(std::string_view text) const;
  // The finest unit that it says.
  DateUnit unit() const;

 private:
  struct Piece {
    char letter = 0;  // 0: text
    int count = 0;
    std::string text;
  };
  std::vector<Piece> pieces_;
};

}  // namespace tarn::query

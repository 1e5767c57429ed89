// What Java's and Joda's patterns of time have in common: names of months and days in the English locale, quoted texts.
// Threads: pure.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace tarn::delivery {

inline constexpr std::array<std::string_view, 12> kMonthNames = {"January",   "February", "March",    "April",
                                                                 "May",       "June",     "July",     "August",
                                                                 "September", "October",  "November", "December"};
inline constexpr std::array<std::string_view, 7> kDayNames = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                              "Thursday", "Friday", "Saturday"};

struct QuotedText {
  std::string text;
  bool closed = false;
};
// From the opening quote at `at` on; two quotes are one, an empty text is a quote. Moves `at` behind it.
QuotedText TakeQuoted(std::string_view pattern, size_t& at);

}  // namespace tarn::delivery

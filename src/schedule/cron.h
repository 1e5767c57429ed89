// Schedule expressions as AWS writes them: cron(minute hour day-of-month month day-of-week year) and rate(value unit).
//
// Times are UTC. Fields take * ? , - / L W # as the documentation of Glue's time-based schedules describes; exactly one
// of day-of-month and day-of-week is "?". Day-of-week 1 is Sunday. Years are 1970–2199.
// Errors: kBadExpression, whose message says which field is wrong.
// Threads: any; a Schedule is an immutable value.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace tarn::schedule {

inline constexpr Reason kBadExpression{"schedule.BadExpression", Code::kInvalidArgument};

class Schedule {
 public:
  static Result<Schedule> Parse(std::string_view expression);

  // The first time after `after` at which it fires; nothing when there is none before the year 2200. A rate counts from
  // `after` itself.
  std::optional<Timestamp> Next(Timestamp after) const;

  const std::string& expression() const { return expression_; }

 private:
  static Result<Schedule> ParseCron(std::string_view fields);
  static Result<Schedule> ParseRate(std::string_view text);
  bool DayMatches(int year, int month, int day) const;

  std::string expression_;
  int64_t rate_micros_ = 0;  // 0: cron
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;     // 1–31
  std::bitset<13> months_;   // 1–12
  std::bitset<8> weekdays_;  // 1–7, 1 = Sunday
  std::bitset<2200> years_;
  bool by_weekday_ = false;  // day-of-month is "?"
  bool last_day_ = false;    // L in day-of-month
  int nearest_weekday_ = 0;  // 15W → 15; 32 for LW
  int last_weekday_ = 0;     // 6L → 6
  int nth_weekday_ = 0;      // 6#3 → 6, 3
  int nth_ = 0;
};

}  // namespace tarn::schedule

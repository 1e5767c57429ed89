// Times as records tell them: by a Joda-Time pattern ("yyyy-MM-dd'T'HH:mm:ss.SSSZ"), or "millis" since 1970.
//
// A number takes as many digits as are there, up to its field's; beside another number exactly as many as it has
// letters. Two digits of a year are those of 1950 to 2049. Without a zone a time is UTC's. Pure. Threads: any.
// https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tarn::delivery {

class TimePattern {
 public:
  // Errors: kInvalid for letters that are none of Joda's, or that no time is read by (G, C, x, w, e, z).
  static Result<TimePattern> Parse(std::string_view pattern);
  // Nothing for a text that the pattern does not fit, or that is no time of the calendar.
  std::optional<Timestamp> Read(std::string_view text) const;

 private:
  struct Part {
    char letter = 0;   // 0: `text`
    size_t count = 0;  // of the letter
    std::string text;
    bool exact = false;  // a number that another one follows
  };
  std::vector<Part> parts_;  // none: millis
};

}  // namespace tarn::delivery

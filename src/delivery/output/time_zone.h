// What the clocks of a time zone show, by the machine's zone files (TZif, RFC 8536).
//
// Times after the last transition that a file tells keep the offset of that one. Threads: any; files are read once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace tarn::delivery {

struct ZoneOffset {
  int32_t seconds = 0;  // east of Greenwich
  std::string name;     // "CET"
};

// A parsed zone file.
class ZoneRules {
 public:
  // Nothing for bytes that are no zone file.
  static std::optional<ZoneRules> Parse(std::string_view bytes);
  ZoneOffset At(Timestamp time) const;

 private:
  struct Change {
    int64_t at = 0;  // seconds since 1970
    size_t offset = 0;
  };
  std::vector<Change> changes_;
  std::vector<ZoneOffset> offsets_;
  size_t first_ = 0;  // before the first change
};

// Of "Europe/Berlin", "UTC", "America/New_York"; nothing for a zone that nobody knows.
std::optional<ZoneOffset> OffsetOf(std::string_view zone, Timestamp time);

}  // namespace tarn::delivery

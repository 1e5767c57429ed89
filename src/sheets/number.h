// Numbers, and the days that spreadsheets write as numbers, as cells. Private. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "sheets/sheet.h"

namespace tarn::sheets {

std::optional<double> ParseNumber(std::string_view text);
Cell NumberCell(double value);
// Excel's day number: 1 is 1900-01-01 (with a 1900-02-29 that never was), or 0 is 1904-01-01. Nothing beyond the year
// 9999.
std::optional<Cell> DayCell(double serial, bool from_1904);
// Text of the format: does it show a day, a time?
struct ShownTime {
  bool day = false;
  bool time = false;
};
ShownTime TimeOf(std::string_view format_code);
// Of the formats that have a number only.
ShownTime TimeOfBuiltIn(int format);
// "12:30:00" of a fraction of a day.
Cell ClockCell(double serial);

}  // namespace tarn::sheets

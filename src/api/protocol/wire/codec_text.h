// Scalars as text: what headers, labels, query parameters, form fields and XML elements hold.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/protocol/shape.h"
#include "base/result.h"
#include "base/time.h"

namespace tarn::api::protocol {

// Reads `text` into `out`, a value of ref's C++ type; ref must be a scalar. `otherwise` is the place's time format.
// `where` names the field in the message. Errors: `reason` with AWS's sentence.
Status ParseScalar(const Ref& ref, std::string_view text, TimeFormat otherwise, std::string_view where,
                   const Reason& reason, void* out);

// How a place writes scalars.
struct TextStyle {
  TimeFormat time = TimeFormat::kIso8601;
  int fraction_digits = -1;  // of ISO 8601 times; -1: as many of 0, 3, 6 as the time needs
};
std::string FormatScalar(const Ref& ref, const void* value, const TextStyle& style);

std::string FormatTime(Timestamp time, TimeFormat format, int fraction_digits);
// Seconds with up to six digits after the point, none when whole.
std::string FormatUnixSeconds(Timestamp time);
std::optional<Timestamp> ParseTime(std::string_view text, TimeFormat format);
// Whether one text is a whole number of that kind; sets `out` (int32_t or int64_t).
bool ParseInteger(std::string_view text, Kind kind, void* out);
std::optional<double> ParseDouble(std::string_view text);
std::string FormatDouble(double value);
// A whole double as an integer of that kind; false when it has a fraction or does not fit.
bool IntegerFromDouble(double number, Kind kind, void* out);
bool StoreInteger(int64_t number, Kind kind, void* out);

}  // namespace tarn::api::protocol

#include "api/protocol/wire/codec_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "base/hash.h"
#include "base/strings.h"

namespace tarn::api::protocol {
namespace {

std::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kInteger:
      return "integer";
    case Kind::kLong:
      return "long";
    case Kind::kBoolean:
      return "boolean";
    case Kind::kDouble:
      return "double";
    case Kind::kTimestamp:
      return "timestamp";
    case Kind::kBlob:
      return "base64 blob";
    default:
      return "value";
  }
}

std::optional<Timestamp> ParseUnixSeconds(std::string_view text) {
  // Whole seconds and the fraction apart, so that no digit is lost to a double.
  const size_t point = text.find('.');
  if (text.find_first_of("eE") != std::string_view::npos) {
    const auto seconds = ParseDouble(text);
    if (!seconds || !std::isfinite(*seconds) || std::abs(*seconds) > 9e12) return std::nullopt;
    return Timestamp::FromSeconds(*seconds);
  }
  const auto whole = ParseI64(text.substr(0, point));
  if (!whole || std::abs(*whole) > 9'000'000'000'000) return std::nullopt;
  int64_t micros = 0;
  if (point != std::string_view::npos) {
    std::string digits(text.substr(point + 1));
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
    digits.resize(6, '0');
    micros = *ParseI64(digits);
  }
  return Timestamp{*whole * kMicrosPerSecond + (text.starts_with('-') ? -micros : micros)};
}

}  // namespace

bool StoreInteger(int64_t number, Kind kind, void* out) {
  if (kind == Kind::kLong) {
    *static_cast<int64_t*>(out) = number;
    return true;
  }
  if (number < std::numeric_limits<int32_t>::min() || number > std::numeric_limits<int32_t>::max()) return false;
  *static_cast<int32_t*>(out) = static_cast<int32_t>(number);
  return true;
}

bool IntegerFromDouble(double number, Kind kind, void* out) {
  if (!(std::abs(number) < 9.2e18) || number != std::trunc(number)) return false;
  return StoreInteger(static_cast<int64_t>(number), kind, out);
}

bool ParseInteger(std::string_view text, Kind kind, void* out) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto number = ParseI64(text);
  return number && StoreInteger(*number, kind, out);
}

std::optional<double> ParseDouble(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string FormatDouble(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";  // as AWS writes them
  return text;
}

std::string FormatUnixSeconds(Timestamp time) {
  int64_t fraction = time.micros % kMicrosPerSecond;
  const int64_t whole = time.micros / kMicrosPerSecond;
  if (fraction == 0) return fmt::format("{}", whole);
  const bool negative = time.micros < 0;
  fraction = std::abs(fraction);
  std::string text = fmt::format("{}{}.{:06}", negative ? "-" : "", std::abs(whole), fraction);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

std::string FormatTime(Timestamp time, TimeFormat format, int fraction_digits) {
  if (format == TimeFormat::kHttpDate) return FormatHttpDate(time);
  if (format == TimeFormat::kUnix) return FormatUnixSeconds(time);
  if (fraction_digits < 0) {
    fraction_digits = time.micros % kMicrosPerSecond == 0 ? 0 : time.micros % 1000 == 0 ? 3 : 6;
  }
  return FormatIso8601(time, fraction_digits);
}

std::optional<Timestamp> ParseTime(std::string_view text, TimeFormat format) {
  std::optional<Timestamp> time;
  if (format == TimeFormat::kHttpDate) {
    time = ParseHttpDate(text);
  } else if (format == TimeFormat::kUnix) {
    time = ParseUnixSeconds(text);
  }
  // Clients disagree about formats more than AWS's servers do about what they take.
  if (!time) time = ParseIso8601(text);
  if (!time && format != TimeFormat::kUnix) time = ParseUnixSeconds(text);
  return time;
}

Status ParseScalar(const Ref& ref, std::string_view text, TimeFormat otherwise, std::string_view where,
                   const Reason& reason, void* out) {
  const Kind kind = ref.type->kind;
  bool good = true;
  switch (kind) {
    case Kind::kString:
    case Kind::kDocument:
      *static_cast<std::string*>(out) = text;
      break;
    case Kind::kInteger:
    case Kind::kLong:
      good = ParseInteger(text, kind, out);
      if (!good) return Fail(reason, fmt::format("Provided {} not an integer or within integer range", where));
      break;
    case Kind::kBoolean:
      good = EqualsIgnoreCase(text, "true") || EqualsIgnoreCase(text, "false");
      *static_cast<bool*>(out) = good && text.size() == 4;
      break;
    case Kind::kDouble: {
      const auto value = ParseDouble(text);
      good = value.has_value();
      *static_cast<double*>(out) = value.value_or(0);
      break;
    }
    case Kind::kTimestamp: {
      const auto time = ParseTime(text, ref.time_format == TimeFormat::kProtocolDefault ? otherwise : ref.time_format);
      good = time.has_value();
      *static_cast<Timestamp*>(out) = time.value_or(Timestamp{});
      break;
    }
    case Kind::kBlob: {
      auto bytes = Unbase64(text);
      good = bytes.has_value();
      if (good) *static_cast<std::string*>(out) = std::move(*bytes);
      break;
    }
    default:
      good = false;
  }
  if (!good) return Fail(reason, fmt::format("The value of {} is no {}", where, KindName(kind)));
  return Ok();
}

std::string FormatScalar(const Ref& ref, const void* value, const TextStyle& style) {
  switch (ref.type->kind) {
    case Kind::kInteger:
      return fmt::format("{}", *static_cast<const int32_t*>(value));
    case Kind::kLong:
      return fmt::format("{}", *static_cast<const int64_t*>(value));
    case Kind::kBoolean:
      return *static_cast<const bool*>(value) ? "true" : "false";
    case Kind::kDouble:
      return FormatDouble(*static_cast<const double*>(value));
    case Kind::kTimestamp:
      return FormatTime(*static_cast<const Timestamp*>(value),
                        ref.time_format == TimeFormat::kProtocolDefault ? style.time : ref.time_format,
                        style.fraction_digits);
    case Kind::kBlob:
      return Base64(*static_cast<const std::string*>(value));
    default:
      return *static_cast<const std::string*>(value);
  }
}

}  // namespace tarn::api::protocol

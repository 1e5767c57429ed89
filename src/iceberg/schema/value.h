// One value of a column: a default, a bound, a partition value, a literal.
//
// How a type's values are held: boolean bool; int, date int32_t (days); long, time, timestamps int64_t (µs or ns);
// float; double; decimal Int128 (unscaled); string its UTF-8; uuid, fixed, binary, variant, geometry, geography their
// bytes; struct one value per field; list its elements; map key, value, key, value … Null: no value.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace tarn::iceberg {

class Type;
using Int128 = __int128;

class Value;
using Values = std::vector<Value>;

class Value {
 public:
  Value() = default;
  Value(bool value) : state_(value) {}                           // NOLINT(google-explicit-constructor)
  Value(int32_t value) : state_(value) {}                        // NOLINT(google-explicit-constructor)
  Value(int64_t value) : state_(value) {}                        // NOLINT(google-explicit-constructor)
  Value(float value) : state_(value) {}                          // NOLINT(google-explicit-constructor)
  Value(double value) : state_(value) {}                         // NOLINT(google-explicit-constructor)
  Value(Int128 value) : state_(value) {}                         // NOLINT(google-explicit-constructor)
  Value(std::string value) : state_(std::move(value)) {}         // NOLINT(google-explicit-constructor)
  Value(std::string_view value) : state_(std::string(value)) {}  // NOLINT(google-explicit-constructor)
  Value(const char* value) : state_(std::string(value)) {}       // NOLINT(google-explicit-constructor)
  Value(Values value) : state_(std::move(value)) {}              // NOLINT(google-explicit-constructor)

  bool is_null() const { return state_.index() == 0; }
  template <typename T>
  const T* As() const {
    return std::get_if<T>(&state_);
  }
  // An int32_t or int64_t; 0 for others.
  int64_t Integer() const;
  bool operator==(const Value&) const = default;

 private:
  std::variant<std::monostate, bool, int32_t, int64_t, float, double, Int128, std::string, Values> state_;
};

// True when a value of that type is held in that way. Null always is.
bool Holds(const Type& type, const Value& value);

// Orders two values of one primitive type as files' bounds are ordered: numbers by value with -NaN < … < NaN, texts and
// bytes as unsigned bytes, uuids as unsigned bytes. Nulls first.
std::strong_ordering CompareValues(const Type& type, const Value& a, const Value& b);

// Binary single-value form (appendix D). A bound of a type that was promoted since (int → long, float → double,
// date → timestamp) is read as its present type.
Result<Value> ValueFromBytes(const Type& type, std::string_view bytes);
std::string ValueToBytes(const Type& type, const Value& value);

// JSON single-value form (appendix D).
Result<Value> ValueFromJson(const Type& type, const json::Value& json);
void WriteValue(json::Writer& out, const Type& type, const Value& value);

// As people and partition paths write it: "2026-11-21", "12.50", base64 of bytes; "null".
std::string ValueText(const Type& type, const Value& value);
// Reads what people write in expressions and paths; an error when the text is no value of that type.
Result<Value> ParseValueText(const Type& type, std::string_view text);

// Two's complement, big-endian, as few bytes as hold it.
std::string DecimalBytes(Int128 unscaled);
Result<Int128> DecimalFromBytes(std::string_view bytes);
std::string DecimalText(Int128 unscaled, int scale);
Result<Int128> ParseDecimal(std::string_view text, int scale);

// Days since 1970-01-01 of a date in the proleptic Gregorian calendar, and back.
int64_t DaysFromCivil(int64_t year, int month, int day);
struct CivilDate {
  int64_t year;
  int month;
  int day;
};
CivilDate CivilFromDays(int64_t days);

}  // namespace tarn::iceberg

// JSON values: read, kept and written. simdjson reads; nothing of it is seen here.
//
// Objects keep the order of their members; a repeated key keeps every occurrence and Find gives the last. Texts are
// UTF-8, checked when read, and made valid (U+FFFD) when written. Not thread-safe per value; functions are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace tarn::json {

inline constexpr Reason kMalformed{"json.Malformed", Code::kInvalidArgument};
inline constexpr Reason kTooLarge{"json.TooLarge", Code::kResourceExhausted};

class Value;
using Array = std::vector<Value>;
using Object = std::vector<std::pair<std::string, Value>>;

// A number that is no int64: its nearest double and the digits as they were written.
struct Number {
  double value = 0;
  std::string text;  // empty: write the shortest digits that give `value`
  bool operator==(const Number& other) const { return value == other.value; }
};

class Value {
 public:
  Value() = default;
  Value(std::nullptr_t) {}                                       // NOLINT(google-explicit-constructor)
  Value(bool value) : state_(value) {}                           // NOLINT(google-explicit-constructor)
  Value(int value) : state_(int64_t{value}) {}                   // NOLINT(google-explicit-constructor)
  Value(int64_t value) : state_(value) {}                        // NOLINT(google-explicit-constructor)
  Value(double value) : state_(Number{value, {}}) {}             // NOLINT(google-explicit-constructor)
  Value(Number value) : state_(std::move(value)) {}              // NOLINT(google-explicit-constructor)
  Value(std::string value) : state_(std::move(value)) {}         // NOLINT(google-explicit-constructor)
  Value(std::string_view value) : state_(std::string(value)) {}  // NOLINT(google-explicit-constructor)
  Value(const char* value) : state_(std::string(value)) {}       // NOLINT(google-explicit-constructor)
  Value(Array value) : state_(std::move(value)) {}               // NOLINT(google-explicit-constructor)
  Value(Object value) : state_(std::move(value)) {}              // NOLINT(google-explicit-constructor)

  bool is_null() const { return state_.index() == 0; }
  bool is_bool() const { return state_.index() == 1; }
  bool is_int() const { return state_.index() == 2; }
  bool is_number() const { return is_int() || state_.index() == 3; }
  bool is_string() const { return state_.index() == 4; }
  bool is_array() const { return state_.index() == 5; }
  bool is_object() const { return state_.index() == 6; }

  // Null (nothing, 0 …) when the value is of another type.
  const bool* AsBool() const { return std::get_if<bool>(&state_); }
  const int64_t* AsInt() const { return std::get_if<int64_t>(&state_); }
  const std::string* AsString() const { return std::get_if<std::string>(&state_); }
  const Array* AsArray() const { return std::get_if<Array>(&state_); }
  Array* AsArray() { return std::get_if<Array>(&state_); }
  const Object* AsObject() const { return std::get_if<Object>(&state_); }
  Object* AsObject() { return std::get_if<Object>(&state_); }
  const Number* AsNumber() const { return std::get_if<Number>(&state_); }  // numbers that are no int64
  std::optional<double> AsDouble() const;                                  // of either kind of number

  // The last member of that key; null when there is none or this is no object.
  const Value* Find(std::string_view key) const;
  // The string, integer or boolean of a member, or the default when it is missing or of another type.
  std::string_view StringOr(std::string_view key, std::string_view otherwise) const;
  int64_t IntOr(std::string_view key, int64_t otherwise) const;
  bool BoolOr(std::string_view key, bool otherwise) const;
  // Replaces the member or adds it at the end; makes a null an object first. Ignored on other types.
  void Set(std::string_view key, Value value);

  bool operator==(const Value&) const = default;

 private:
  std::variant<std::monostate, bool, int64_t, Number, std::string, Array, Object> state_;
};

struct Limits {
  size_t bytes = size_t{64} << 20;
  int depth = 100;
  size_t values = size_t{4} << 20;  // values and keys of the whole text
};

// Exactly one JSON text, spaces around it allowed.
Result<Value> Parse(std::string_view text, const Limits& limits = {});

std::string Write(const Value& value);
// Two spaces a level, as people read it.
std::string WritePretty(const Value& value);
// The string as a JSON literal with its quotes.
std::string Quote(std::string_view text);

// Writes a text piece by piece; commas and escapes are its concern. Ends must match begins (asserted).
class Writer {
 public:
  Writer& BeginObject() { return Begin('{'); }
  Writer& EndObject() { return End('}'); }
  Writer& BeginArray() { return Begin('['); }
  Writer& EndArray() { return End(']'); }
  Writer& Key(std::string_view key);
  Writer& String(std::string_view text);
  Writer& Int(int64_t value);
  // NaN and the infinities become the strings "NaN", "Infinity", "-Infinity", as AWS writes them.
  Writer& Double(double value);
  Writer& Bool(bool value);
  Writer& Null();
  // A JSON text made elsewhere.
  Writer& Raw(std::string_view json);
  Writer& Write(const Value& value);

  const std::string& text() const { return out_; }
  std::string Take() { return std::move(out_); }

 private:
  Writer& Begin(char bracket);
  Writer& End(char bracket);
  void Separate();

  std::string out_;
  bool first_ = true;  // nothing yet in the innermost container
};

}  // namespace tarn::json

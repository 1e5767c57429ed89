#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "json/json.h"

namespace tarn::json {
namespace {

namespace od = simdjson::ondemand;

// What a parser notes of a text takes four times as much memory: a thread's own parser keeps it from one text to the
// next.
constexpr size_t kKeptTextBytes = 1 << 20;

od::parser& ParserFor(size_t bytes, std::optional<od::parser>& own) {
  if (bytes > kKeptTextBytes) return own.emplace();
  thread_local od::parser kept(kKeptTextBytes);
  return kept;
}

class Reader {
 public:
  explicit Reader(const Limits& limits) : limits_(limits) {}

  Result<Value> Read(std::string_view text) {
    if (text.size() > limits_.bytes) return Fail(kTooLarge, "the JSON text is too long");
    const simdjson::padded_string padded(text);
    std::optional<od::parser> own;
    auto document = ParserFor(padded.size(), own).iterate(padded);
    if (document.error() != simdjson::SUCCESS) return Broken(document.error());
    od::document& root = document.value_unsafe();
    bool scalar = false;
    if (const auto error = root.is_scalar().get(scalar); error != simdjson::SUCCESS) return Broken(error);
    if (scalar) return ReadInBrackets(text);
    Value value;
    TARN_CHECK(ReadRoot(root, value));
    if (root.current_location().error() != simdjson::OUT_OF_BOUNDS)
      return Fail(kMalformed, "something follows the JSON text");
    return value;
  }

 private:
  static Error Broken(simdjson::error_code code) { return Fail(kMalformed, simdjson::error_message(code)); }

  // simdjson reads a scalar only once when it is the whole text, so it becomes the only element of an array.
  Result<Value> ReadInBrackets(std::string_view text) {
    TARN_TRY(Value array, Read("[" + std::string(text) + "]"));
    if (array.AsArray()->size() != 1) return Fail(kMalformed, "a JSON text is one value");
    return std::move(array.AsArray()->front());
  }

  Status ReadRoot(od::document& root, Value& out) {
    auto value = root.get_value();
    if (value.error() != simdjson::SUCCESS) return Broken(value.error());
    return ReadValue(value.value_unsafe(), out, 1);
  }

  Status ReadValue(od::value value, Value& out, int depth) {
    od::json_type type{};
    if (const auto error = value.type().get(type); error != simdjson::SUCCESS) return Broken(error);
    if (type == od::json_type::array) return ReadArray(value, out, depth);
    if (type == od::json_type::object) return ReadObject(value, out, depth);
    return ReadScalar(value, out);
  }

  Status ReadArray(od::value value, Value& out, int depth) {
    if (depth > limits_.depth) return Fail(kTooLarge, "the JSON text is nested too deeply");
    auto array = value.get_array();
    if (array.error() != simdjson::SUCCESS) return Broken(array.error());
    Array elements;
    for (auto element : array.value_unsafe()) {
      if (element.error() != simdjson::SUCCESS) return Broken(element.error());
      TARN_CHECK(Count());
      TARN_CHECK(ReadValue(element.value_unsafe(), elements.emplace_back(), depth + 1));
    }
    out = std::move(elements);
    return Ok();
  }

  Status ReadObject(od::value value, Value& out, int depth) {
    if (depth > limits_.depth) return Fail(kTooLarge, "the JSON text is nested too deeply");
    auto object = value.get_object();
    if (object.error() != simdjson::SUCCESS) return Broken(object.error());
    Object members;
    for (auto field : object.value_unsafe()) {
      if (field.error() != simdjson::SUCCESS) return Broken(field.error());
      std::string_view key;
      if (const auto error = field.unescaped_key().get(key); error != simdjson::SUCCESS) return Broken(error);
      TARN_CHECK(Count());
      auto& member = members.emplace_back(std::string(key), Value());
      auto inner = field.value();
      if (inner.error() != simdjson::SUCCESS) return Broken(inner.error());
      TARN_CHECK(ReadValue(inner.value_unsafe(), member.second, depth + 1));
    }
    out = std::move(members);
    return Ok();
  }

  Status ReadScalar(od::value& value, Value& out) {
    od::json_type type{};
    if (const auto error = value.type().get(type); error != simdjson::SUCCESS) return Broken(error);
    switch (type) {
      case od::json_type::string: {
        std::string_view text;
        if (const auto error = value.get_string().get(text); error != simdjson::SUCCESS) return Broken(error);
        out = std::string(text);
        return Ok();
      }
      case od::json_type::boolean: {
        bool truth = false;
        if (const auto error = value.get_bool().get(truth); error != simdjson::SUCCESS) return Broken(error);
        out = truth;
        return Ok();
      }
      case od::json_type::number:
        return ReadNumber(value, out);
      default:
        if (!IsNull(value)) return Fail(kMalformed, "a JSON value is misspelt");
        out = nullptr;
        return Ok();
    }
  }

  static bool IsNull(od::value& value) {
    const simdjson::simdjson_result<bool> null = value.is_null();
    return null.error() == simdjson::SUCCESS && null.value_unsafe();
  }

  static Status ReadNumber(od::value& value, Value& out) {
    int64_t integer = 0;
    if (value.get_int64().get(integer) == simdjson::SUCCESS) {
      out = integer;
      return Ok();
    }
    std::string_view text;
    if (const simdjson::simdjson_result<std::string_view> raw = value.raw_json_token();
        raw.error() != simdjson::SUCCESS) {
      return Broken(raw.error());
    } else {
      text = raw.value_unsafe();
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\r' || text.back() == '\t')) {
      text.remove_suffix(1);
    }
    if (!IsNumber(text)) return Fail(kMalformed, "a JSON number is misspelt");
    Number number{0, std::string(text)};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number.value);
    if (error == std::errc::result_out_of_range) {
      number.value = std::strtod(number.text.c_str(), nullptr);  // ±infinity or zero
    }
    out = std::move(number);
    return Ok();
  }

  // The number grammar of RFC 8259.
  static bool IsNumber(std::string_view text) {
    size_t at = 0;
    const auto digits = [&] {
      const size_t start = at;
      while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
      return at - start;
    };
    if (at < text.size() && text[at] == '-') ++at;
    const bool leading_zero = at < text.size() && text[at] == '0';
    const size_t whole = digits();
    if (whole == 0 || (leading_zero && whole > 1)) return false;
    if (at < text.size() && text[at] == '.') {
      ++at;
      if (digits() == 0) return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
      ++at;
      if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
      if (digits() == 0) return false;
    }
    return at == text.size();
  }

  Status Count() {
    if (++values_ > limits_.values) return Fail(kTooLarge, "the JSON text holds too many values");
    return Ok();
  }

  const Limits limits_;
  size_t values_ = 0;
};

}  // namespace

Result<Value> Parse(std::string_view text, const Limits& limits) { return Reader(limits).Read(text); }

}  // namespace tarn::json

#include "json/json.h"

#include <fmt/format.h>

#include <bit>
#include <cassert>
#include <cmath>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace tarn::json {
namespace {

// The length of the valid UTF-8 sequence at `at`, 0 when there is none.
size_t SequenceLength(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto tail = [&](size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(at);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return tail(at + 1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    return tail(at + 1, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf) && tail(at + 2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool valid =
        tail(at + 1, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf) && tail(at + 2) && tail(at + 3);
    return valid ? 4 : 0;
  }
  return 0;
}

bool IsPlain(unsigned char c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

// The place of the first byte from `at` on that is not plain.
size_t FindUnplain(std::string_view text, size_t at) {
#ifdef __SSE2__
  constexpr size_t kStep = 16;
  const __m128i space = _mm_set1_epi8(' ');
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  for (; at + kStep <= text.size(); at += kStep) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    // Below a space are control characters and, as numbers with a sign, what is not ASCII.
    const __m128i unplain = _mm_or_si128(_mm_cmplt_epi8(bytes, space),
                                         _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(unplain));
    if (mask != 0) return at + static_cast<size_t>(std::countr_zero(mask));
  }
#endif
  while (at < text.size() && IsPlain(static_cast<unsigned char>(text[at]))) ++at;
  return at;
}

void AppendQuoted(std::string& out, std::string_view text) {
  out += '"';
  size_t plain = 0;  // start of what is copied as it is
  for (size_t i = FindUnplain(text, 0); i < text.size(); i = FindUnplain(text, i)) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x80) {
      if (const size_t length = SequenceLength(text, i); length > 0) {
        i += length;
        continue;
      }
    }
    out.append(text, plain, i - plain);
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      default:
        if (c < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
        } else {
          out += "\xef\xbf\xbd";
        }
    }
    plain = ++i;
  }
  out.append(text, plain);
  out += '"';
}

void AppendDouble(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "\"NaN\"";
  } else if (std::isinf(value)) {
    out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else {
    const size_t start = out.size();
    fmt::format_to(std::back_inserter(out), "{}", value);
    if (out.find_first_of(".e", start) == std::string::npos) out += ".0";  // stays a double when it is read again
  }
}

void AppendPretty(std::string& out, const Value& value, int depth) {
  const auto line = [&](int level) { out.append("\n").append(static_cast<size_t>(level) * 2, ' '); };
  if (const Array* array = value.AsArray(); array != nullptr && !array->empty()) {
    out += '[';
    for (size_t i = 0; i < array->size(); ++i) {
      if (i > 0) out += ',';
      line(depth + 1);
      AppendPretty(out, (*array)[i], depth + 1);
    }
    line(depth);
    out += ']';
  } else if (const Object* object = value.AsObject(); object != nullptr && !object->empty()) {
    out += '{';
    for (size_t i = 0; i < object->size(); ++i) {
      if (i > 0) out += ',';
      line(depth + 1);
      AppendQuoted(out, (*object)[i].first);
      out += ": ";
      AppendPretty(out, (*object)[i].second, depth + 1);
    }
    line(depth);
    out += '}';
  } else {
    out += Write(value);
  }
}

}  // namespace

std::optional<double> Value::AsDouble() const {
  if (const auto* integer = AsInt()) return static_cast<double>(*integer);
  if (const auto* number = AsNumber()) return number->value;
  return std::nullopt;
}

const Value* Value::Find(std::string_view key) const {
  const Object* object = AsObject();
  if (object == nullptr) return nullptr;
  for (auto member = object->rbegin(); member != object->rend(); ++member) {
    if (member->first == key) return &member->second;
  }
  return nullptr;
}

std::string_view Value::StringOr(std::string_view key, std::string_view otherwise) const {
  const Value* found = Find(key);
  return found != nullptr && found->is_string() ? std::string_view(*found->AsString()) : otherwise;
}

int64_t Value::IntOr(std::string_view key, int64_t otherwise) const {
  const Value* found = Find(key);
  return found != nullptr && found->is_int() ? *found->AsInt() : otherwise;
}

bool Value::BoolOr(std::string_view key, bool otherwise) const {
  const Value* found = Find(key);
  return found != nullptr && found->is_bool() ? *found->AsBool() : otherwise;
}

void Value::Set(std::string_view key, Value value) {
  if (is_null()) state_ = Object();
  Object* object = AsObject();
  if (object == nullptr) return;
  for (auto& [name, old] : *object) {
    if (name == key) {
      old = std::move(value);
      return;
    }
  }
  object->emplace_back(std::string(key), std::move(value));
}

void Writer::Separate() {
  if (!first_) out_ += ',';
  first_ = false;
}

Writer& Writer::Begin(char bracket) {
  Separate();
  out_ += bracket;
  first_ = true;
  return *this;
}

Writer& Writer::End(char bracket) {
  assert(!out_.empty());
  out_ += bracket;
  first_ = false;
  return *this;
}

Writer& Writer::Key(std::string_view key) {
  Separate();
  AppendQuoted(out_, key);
  out_ += ':';
  first_ = true;  // no comma before the value
  return *this;
}

Writer& Writer::String(std::string_view text) {
  Separate();
  AppendQuoted(out_, text);
  return *this;
}

Writer& Writer::Int(int64_t value) {
  Separate();
  fmt::format_to(std::back_inserter(out_), "{}", value);
  return *this;
}

Writer& Writer::Double(double value) {
  Separate();
  AppendDouble(out_, value);
  return *this;
}

Writer& Writer::Bool(bool value) { return Raw(value ? "true" : "false"); }
Writer& Writer::Null() { return Raw("null"); }

Writer& Writer::Raw(std::string_view json) {
  Separate();
  out_ += json;
  return *this;
}

Writer& Writer::Write(const Value& value) {
  if (const bool* truth = value.AsBool()) return Bool(*truth);
  if (const int64_t* integer = value.AsInt()) return Int(*integer);
  if (const Number* number = value.AsNumber()) return number->text.empty() ? Double(number->value) : Raw(number->text);
  if (const std::string* text = value.AsString()) return String(*text);
  if (const Array* array = value.AsArray()) {
    BeginArray();
    for (const Value& element : *array) Write(element);
    return EndArray();
  }
  if (const Object* object = value.AsObject()) {
    BeginObject();
    for (const auto& [key, member] : *object) Key(key).Write(member);
    return EndObject();
  }
  return Null();
}

std::string Write(const Value& value) { return Writer().Write(value).Take(); }

std::string WritePretty(const Value& value) {
  std::string out;
  AppendPretty(out, value, 0);
  return out;
}

std::string Quote(std::string_view text) {
  std::string out;
  AppendQuoted(out, text);
  return out;
}

}  // namespace tarn::json

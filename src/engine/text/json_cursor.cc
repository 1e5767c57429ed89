#include "engine/text/json_cursor.h"

#include <cstdint>

#include "base/utf8.h"

namespace tarn::engine {
namespace {

constexpr int kDepthMax = 128;

bool Hex4(std::string_view text, size_t at, uint32_t* code) {
  if (at + 4 > text.size()) return false;
  *code = 0;
  for (size_t i = at; i < at + 4; ++i) {
    const char c = text[i];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return false;
    *code = *code * 16 + static_cast<uint32_t>(digit);
  }
  return true;
}

// The escape at text[*at] (behind the backslash); steps behind it. A lone surrogate becomes U+FFFD.
bool Unescape(std::string_view text, size_t* at, std::string& out) {
  const char c = text[(*at)++];
  constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
  if (const size_t simple = kFrom.find(c); simple != std::string_view::npos) {
    out += kTo[simple];
    return true;
  }
  uint32_t code, low;
  if (c != 'u' || !Hex4(text, *at, &code)) return false;
  *at += 4;
  if (code >= 0xd800 && code < 0xdc00 && text.substr(*at).starts_with("\\u") && Hex4(text, *at + 2, &low) &&
      low >= 0xdc00 && low < 0xe000) {
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    *at += 6;
  } else if (code >= 0xd800 && code < 0xe000) {
    code = 0xfffd;
  }
  AppendUtf8(out, code);
  return true;
}

}  // namespace

JsonCursor::Kind JsonCursor::Peek() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
    ++at_;
  }
  if (at_ >= text_.size()) return Kind::kEnd;
  switch (text_[at_]) {
    case '{':
      return Kind::kObject;
    case '[':
      return Kind::kArray;
    case '"':
      return Kind::kString;
    case 't':
      return Kind::kTrue;
    case 'f':
      return Kind::kFalse;
    case 'n':
      return Kind::kNull;
    default:
      return text_[at_] == '-' || (text_[at_] >= '0' && text_[at_] <= '9') ? Kind::kNumber : Kind::kBroken;
  }
}

bool JsonCursor::Take(char c) {
  if (Peek() == Kind::kEnd) return Early();
  if (text_[at_] != c) return false;
  ++at_;
  return true;
}

bool JsonCursor::SkipString() {
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] == '"') {
      ++at_;
      return true;
    }
    if (text_[at_] == '\\') ++at_;
  }
  return Early();
}

bool JsonCursor::String(std::string* scratch, std::string_view* value) {
  if (Peek() != Kind::kString) return false;
  const size_t begin = at_ + 1;
  if (!SkipString()) return false;
  *value = text_.substr(begin, at_ - 1 - begin);
  if (value->find('\\') == std::string_view::npos) return true;
  scratch->clear();
  for (size_t i = 0; i < value->size();) {
    if ((*value)[i] != '\\') {
      *scratch += (*value)[i++];
    } else if (++i >= value->size() || !Unescape(*value, &i, *scratch)) {
      return false;
    }
  }
  *value = *scratch;
  return true;
}

bool JsonCursor::Literal(std::string_view word) {
  const std::string_view rest = text_.substr(at_);
  if (rest.starts_with(word)) {
    at_ += word.size();
    return true;
  }
  return word.starts_with(rest) ? Early() : false;
}

bool JsonCursor::SkipValue(int depth) {
  if (depth > kDepthMax) return false;
  switch (Peek()) {
    case Kind::kString:
      return SkipString();
    case Kind::kTrue:
      return Literal("true");
    case Kind::kFalse:
      return Literal("false");
    case Kind::kNull:
      return Literal("null");
    case Kind::kNumber:
      at_ = std::min(text_.find_first_not_of("+-.0123456789eE", at_), text_.size());
      return true;
    case Kind::kArray:
    case Kind::kObject: {
      const bool object = text_[at_] == '{';
      const char close = object ? '}' : ']';
      ++at_;
      if (Take(close)) return true;
      do {
        if (object && (Peek() != Kind::kString || !SkipString() || !Take(':'))) {
          return Peek() == Kind::kEnd ? Early() : false;
        }
        if (!SkipValue(depth + 1)) return false;
      } while (Take(','));
      return Take(close);
    }
    case Kind::kEnd:
      return Early();
    default:
      return false;
  }
}

bool JsonCursor::Raw(std::string_view* value) {
  Peek();
  const size_t begin = at_;
  if (!SkipValue(0)) return false;
  *value = text_.substr(begin, at_ - begin);
  return true;
}

}  // namespace tarn::engine

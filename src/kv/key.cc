#include "kv/key.h"

namespace tarn::kv {
namespace {
constexpr char kEscape = '\x00';
constexpr char kEscapedZero = '\xff';
constexpr char kClose = '\x01';

void AppendEscaped(std::string_view text, std::string& out) {
  for (const char c : text) {
    out.push_back(c);
    if (c == kEscape) out.push_back(kEscapedZero);
  }
}
}  // namespace

Key& Key::Text(std::string_view component) {
  bytes_.reserve(bytes_.size() + component.size() + 2);
  AppendEscaped(component, bytes_);
  bytes_.push_back(kEscape);
  bytes_.push_back(kClose);
  return *this;
}

Key& Key::Number(uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) bytes_.push_back(static_cast<char>(value >> shift));
  return *this;
}

Key& Key::Prefix(std::string_view begin_of_component) {
  AppendEscaped(begin_of_component, bytes_);
  return *this;
}

std::string Key::End() const {
  std::string end = bytes_;
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(end.back() + 1);
  return end;
}

std::optional<std::string> KeyReader::Text() {
  std::string text;
  for (size_t i = 0; i < rest_.size(); ++i) {
    if (rest_[i] != kEscape) {
      text.push_back(rest_[i]);
      continue;
    }
    if (++i == rest_.size()) return std::nullopt;
    if (rest_[i] == kClose) {
      rest_.remove_prefix(i + 1);
      return text;
    }
    if (rest_[i] != kEscapedZero) return std::nullopt;
    text.push_back(kEscape);
  }
  return std::nullopt;
}

std::optional<uint64_t> KeyReader::Number() {
  if (rest_.size() < 8) return std::nullopt;
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | static_cast<unsigned char>(rest_[i]);
  rest_.remove_prefix(8);
  return value;
}

}  // namespace tarn::kv

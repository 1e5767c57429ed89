#include "api/s3/rules/header_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/hash.h"
#include "base/strings.h"
#include "base/utf8.h"

namespace tarn::api::s3 {
namespace {

bool IsPlain(unsigned char c) { return (c >= ' ' && c < 0x7f) || c == '\t'; }

// The code points of a text; bytes that are no UTF-8 stand for themselves.
std::vector<uint32_t> CodePoints(std::string_view text) {
  std::vector<uint32_t> points;
  const bool valid = IsValidUtf8(text);
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t bytes = !valid || lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    uint32_t point = bytes == 1 ? lead : lead & (0x7fU >> bytes);
    for (size_t k = 1; k < bytes; ++k) point = point << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3fU);
    points.push_back(point);
    i += bytes;
  }
  return points;
}

std::string QuotedWord(std::string_view text) {
  std::string word = "=?UTF-8?Q?";
  for (const char c : text) {
    if (c == ' ') {
      word += '_';
    } else if (!IsPlain(static_cast<unsigned char>(c)) || c == '=' || c == '_' || c == '?' || c == '\t') {
      word += fmt::format("={:02X}", static_cast<unsigned char>(c));
    } else {
      word += c;
    }
  }
  return word + "?=";
}

std::optional<uint8_t> HexDigit(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint8_t>(c - '0');
  const auto lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<uint8_t>(lower - 'a' + 10);
  return std::nullopt;
}

std::optional<std::string> Unquote(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '_') {
      out += ' ';
    } else if (text[i] != '=') {
      out += text[i];
    } else {
      const auto high = i + 2 < text.size() ? HexDigit(text[i + 1]) : std::nullopt;
      const auto low = high ? HexDigit(text[i + 2]) : std::nullopt;
      if (!low) return std::nullopt;
      out += static_cast<char>(*high << 4 | *low);
      i += 2;
    }
  }
  return out;
}

std::string FromLatin1(std::string_view bytes) {
  std::string utf8;
  for (const char c : bytes) AppendUtf8(utf8, static_cast<unsigned char>(c));
  return utf8;
}

// The text of "=?charset?encoding?text?=".
std::optional<std::string> ReadWord(std::string_view word) {
  if (!word.starts_with("=?") || !word.ends_with("?=")) return std::nullopt;
  const auto parts = Split(word, '?');
  if (parts.size() != 5 || parts[2].size() != 1) return std::nullopt;
  const char encoding = static_cast<char>(parts[2][0] | 0x20);
  std::optional<std::string> text;
  if (encoding == 'q') text = Unquote(parts[3]);
  if (encoding == 'b') text = Unbase64(parts[3]);
  if (!text) return std::nullopt;
  if (EqualsIgnoreCase(parts[1], "iso-8859-1")) return FromLatin1(*text);
  const bool utf8 = EqualsIgnoreCase(parts[1], "utf-8") || EqualsIgnoreCase(parts[1], "us-ascii");
  return utf8 && IsValidUtf8(*text) ? text : std::nullopt;
}

// Spaces between two words that were read belong to neither.
std::string ReadWords(std::string_view value) {
  constexpr std::string_view kSpaces = " \t";
  std::string text;
  bool was_word = false;
  while (!value.empty()) {
    const std::string_view spaces = value.substr(0, std::min(value.find_first_not_of(kSpaces), value.size()));
    value.remove_prefix(spaces.size());
    const std::string_view token = value.substr(0, std::min(value.find_first_of(kSpaces), value.size()));
    value.remove_prefix(token.size());
    const auto word = ReadWord(token);
    if (!was_word || !word) text += spaces;
    text += word ? *word : FromLatin1(token);
    was_word = word.has_value();
  }
  return text;
}

}  // namespace

std::string MetadataText(std::string_view utf8) {
  if (std::ranges::all_of(utf8, [](char c) { return IsPlain(static_cast<unsigned char>(c)); })) {
    return std::string(utf8);
  }
  const std::vector<uint32_t> points = CodePoints(utf8);
  const auto plain =
      std::ranges::count_if(points, [](uint32_t p) { return p < 0x7f && IsPlain(static_cast<unsigned char>(p)); });
  if (2 * static_cast<size_t>(plain) > points.size()) return QuotedWord(utf8);
  return fmt::format("=?UTF-8?B?{}?=", Base64(utf8));
}

std::string MetadataOfHeader(std::string_view value) { return MetadataText(ReadWords(value)); }

std::string MetadataHeader(std::string_view utf8) {
  return utf8.find("=?") == utf8.npos ? MetadataText(utf8) : QuotedWord(utf8);
}

std::string SystemHeaderText(std::string_view utf8) {
  std::string text;
  for (const uint32_t point : CodePoints(utf8)) {
    const bool fits = point <= 0xff && point >= ' ' && point != 0x7f && (point < 0x80 || point >= 0xa0);
    text += fits || point == '\t' ? static_cast<char>(point) : ' ';
  }
  return text;
}

}  // namespace tarn::api::s3

#include "api/s3/web/form/form_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/hash.h"
#include "base/strings.h"

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

std::string SystemHeaderText(std::string_view utf8) {
  std::string text;
  for (const uint32_t point : CodePoints(utf8)) {
    const bool fits = point <= 0xff && point >= ' ' && point != 0x7f && (point < 0x80 || point >= 0xa0);
    text += fits || point == '\t' ? static_cast<char>(point) : ' ';
  }
  return text;
}

}  // namespace tarn::api::s3

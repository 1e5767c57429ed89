// Small text functions that several modules need. ASCII only; no locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tarn {

std::string AsciiLower(std::string_view text);
std::string AsciiUpper(std::string_view text);
bool EqualsIgnoreCase(std::string_view a, std::string_view b);
std::string_view Trim(std::string_view text);  // spaces, tabs, CR, LF at both ends
// "a,b,,c" → {"a","b","","c"}; "" → {""}.
std::vector<std::string_view> Split(std::string_view text, char separator);
std::string Join(const std::vector<std::string>& parts, std::string_view separator);
// The whole text as a decimal number; nothing for signs, spaces, overflow or an empty text.
std::optional<uint64_t> ParseU64(std::string_view text);
// The whole text as a signed decimal number.
std::optional<int64_t> ParseI64(std::string_view text);
// RFC 3986 percent-encoding as AWS signs it: only A–Z a–z 0–9 - . _ ~ stay (and '/' when `keep_slash`).
std::string PercentEncode(std::string_view text, bool keep_slash = false);
// Nothing for a broken escape. `plus_is_space` for query strings of forms.
std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space = false);
bool IsValidUtf8(std::string_view text);

}  // namespace tarn

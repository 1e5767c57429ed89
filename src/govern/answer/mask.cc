#include "govern/mask.h"

#include <fmt/core.h>

#include <optional>
#include <vector>

#include "base/strings.h"
#include "govern/errors.h"

namespace tarn::govern {
namespace {

constexpr uint64_t kKeptMax = 1000;

std::optional<int32_t> Kept(std::string_view text) {
  const auto count = ParseU64(Trim(text));
  if (!count || *count > kKeptMax) return std::nullopt;
  return static_cast<int32_t>(*count);
}

}  // namespace

Result<MaskedColumn> ParseMask(std::string_view text) {
  MaskedColumn out;
  const std::string lower = AsciiLower(Trim(text));
  const size_t open = lower.find('(');
  if (!lower.starts_with("mask_") || open == std::string::npos) {
    out.column = AsciiLower(text);
    return out;
  }
  const Error wrong = Fail(kInvalidInput, fmt::format("\"{}\" is no mask: mask_null(column), mask_hash(column) and "
                                                      "mask_partial(column, first, last) are.",
                                                      text));
  if (!lower.ends_with(')')) return wrong;
  const std::string_view name = std::string_view(lower).substr(0, open);
  const auto parts = Split(std::string_view(lower).substr(open + 1, lower.size() - open - 2), ',');
  out.column = Trim(parts[0]);
  if (out.column.empty()) return wrong;
  if (name == "mask_null" && parts.size() == 1) {
    out.kind = MaskKind::kNull;
    return out;
  }
  if (name == "mask_hash" && parts.size() == 1) {
    out.kind = MaskKind::kHash;
    return out;
  }
  if (name != "mask_partial" || parts.size() != 3) return wrong;
  const auto first = Kept(parts[1]);
  const auto last = Kept(parts[2]);
  if (!first || !last) return wrong;
  out.kind = MaskKind::kPartial;
  out.keep_first = *first;
  out.keep_last = *last;
  return out;
}

}  // namespace tarn::govern

// Base64 as XML and the forms of browsers carry it: broken into lines.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace tarn::federation {

inline std::optional<std::string> UnbaseLines(std::string_view text) {
  std::string bare;
  bare.reserve(text.size());
  for (const char c : text) {
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') bare += c;
  }
  return Unbase64(bare);
}

}  // namespace tarn::federation

// The version of this program, as `tarn version`, /healthz and the Server header tell it.
#pragma once

#include <string_view>

namespace tarn {
inline constexpr std::string_view kVersion = "0.1.0";
}  // namespace tarn

// Structured log lines to stderr: time, level, module, message. Thread-safe.
//   log::Warn("blob", fmt::format("pack {} has a bad frame", id));
#pragma once

#include <cstdint>
#include <string_view>

namespace tarn::log {

enum class Level : uint8_t { kDebug, kInfo, kWarn, kError };

// Lines below `level` are dropped; the start value is kInfo. Set by server/ only.
void SetLevel(Level level);
void Write(Level level, std::string_view module, std::string_view message);

inline void Debug(std::string_view module, std::string_view message) { Write(Level::kDebug, module, message); }
inline void Info(std::string_view module, std::string_view message) { Write(Level::kInfo, module, message); }
inline void Warn(std::string_view module, std::string_view message) { Write(Level::kWarn, module, message); }
inline void Fault(std::string_view module, std::string_view message) { Write(Level::kError, module, message); }

}  // namespace tarn::log

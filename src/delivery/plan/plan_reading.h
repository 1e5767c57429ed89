// Members of a destination's description, for plan.cc and description.cc alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"

namespace tarn::delivery {

// Null when it is not there.
inline const json::Value& Member(const json::Value& value, std::string_view key) {
  static const json::Value kNone;
  const json::Value* found = value.Find(key);
  return found == nullptr ? kNone : *found;
}

inline std::string Text(const json::Value& value, std::string_view key) { return std::string(value.StringOr(key, "")); }

// An object that says nothing else is enabled.
inline bool Enabled(const json::Value& value) { return value.is_object() && value.BoolOr("Enabled", true); }

// The strings of a list.
inline std::vector<std::string> Texts(const json::Value& list) {
  std::vector<std::string> texts;
  if (!list.is_array()) return texts;
  for (const json::Value& each : *list.AsArray()) {
    if (each.is_string()) texts.push_back(*each.AsString());
  }
  return texts;
}

}  // namespace tarn::delivery

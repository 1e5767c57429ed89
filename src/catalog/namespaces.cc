#include "catalog/namespaces.h"

#include <algorithm>

namespace tarn::catalog {

std::vector<std::string> LevelsOf(std::string_view name) {
  std::vector<std::string> levels;
  while (true) {
    const size_t end = name.find(kLevelSeparator);
    levels.emplace_back(name.substr(0, end));
    if (end == std::string_view::npos) return levels;
    name.remove_prefix(end + 1);
  }
}

std::string JoinLevels(const std::vector<std::string>& levels) {
  std::string name;
  for (const std::string& level : levels) {
    if (!name.empty()) name.push_back(kLevelSeparator);
    name += level;
  }
  return name;
}

std::string_view ParentOf(std::string_view name) {
  const size_t end = name.rfind(kLevelSeparator);
  return end == std::string_view::npos ? std::string_view() : name.substr(0, end);
}

std::string DottedName(std::string_view name) {
  std::string text(name);
  std::ranges::replace(text, kLevelSeparator, '.');
  return text;
}

}  // namespace tarn::catalog

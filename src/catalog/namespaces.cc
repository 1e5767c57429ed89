#include "catalog/namespaces.h"

#include <algorithm>

#include "catalog/catalog.h"
#include "catalog/errors.h"

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

namespace {

Status VisitBelow(const Catalog& catalog, const Scope& scope, const std::string& parent,
                  const std::function<Status(const Database&)>& visit) {
  ListOptions options;
  do {
    const auto page =
        parent.empty() ? catalog.ListDatabases(scope, options) : catalog.ListChildren(scope, parent, options);
    if (page.Is(kNoSuchDatabase)) return Ok();
    if (!page.ok()) return page.error();
    for (const Database& database : page->items) {
      TARN_CHECK(visit(database));
      TARN_CHECK(VisitBelow(catalog, scope, database.name, visit));
    }
    options.after = page->next;
  } while (!options.after.empty());
  return Ok();
}

}  // namespace

Status VisitNamespaces(const Catalog& catalog, const Scope& scope,
                       const std::function<Status(const Database&)>& visit) {
  return VisitBelow(catalog, scope, {}, visit);
}

}  // namespace tarn::catalog

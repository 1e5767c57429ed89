// Names of namespaces. One of several levels ("accounting", "tax") is a Database record of its own whose name is the
// levels joined by the unit separator; every call that takes a database takes such a name. Glue's lists leave them out,
// and its rules for names do not allow the separator. See docs/decisions/nested-namespaces.md.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"

namespace tarn::catalog {

class Catalog;
struct Database;

inline constexpr char kLevelSeparator = '\x1f';

inline bool IsNested(std::string_view name) { return name.find(kLevelSeparator) != std::string_view::npos; }
std::vector<std::string> LevelsOf(std::string_view name);
std::string JoinLevels(const std::vector<std::string>& levels);
// The name without its last level; empty for one of the top level.
std::string_view ParentOf(std::string_view name);
// "accounting.tax", for messages.
std::string DottedName(std::string_view name);

// Every namespace of the catalog, a parent before its children. One dropped meanwhile may be told. Blocking.
Status VisitNamespaces(const Catalog& catalog, const Scope& scope, const std::function<Status(const Database&)>& visit);

}  // namespace tarn::catalog

#include "govern/model.h"

#include <array>
#include <utility>

namespace tarn::govern {
namespace {

using enum Permission;

constexpr std::array<std::pair<std::string_view, Permission>, 17> kNames{{
    {"ALL", kAll},
    {"SELECT", kSelect},
    {"ALTER", kAlter},
    {"DROP", kDrop},
    {"DELETE", kDelete},
    {"INSERT", kInsert},
    {"DESCRIBE", kDescribe},
    {"CREATE_DATABASE", kCreateDatabase},
    {"CREATE_TABLE", kCreateTable},
    {"DATA_LOCATION_ACCESS", kDataLocation},
    {"CREATE_LF_TAG", kCreateTag},
    {"ASSOCIATE", kAssociate},
    {"GRANT_WITH_LF_TAG_EXPRESSION", kGrantWithTagExpression},
    {"CREATE_LF_TAG_EXPRESSION", kCreateTagExpression},
    {"CREATE_CATALOG", kCreateCatalog},
    {"SUPER_USER", kSuperUser},
    {"EXECUTE", kExecute},
}};

constexpr Permissions kOnTables =
    Bit(kAll) | Bit(kSelect) | Bit(kAlter) | Bit(kDrop) | Bit(kDelete) | Bit(kInsert) | Bit(kDescribe);
constexpr Permissions kOnDatabases = Bit(kAll) | Bit(kAlter) | Bit(kDrop) | Bit(kDescribe) | Bit(kCreateTable);

}  // namespace

std::optional<Permission> PermissionOf(std::string_view name) {
  for (const auto& [known, permission] : kNames) {
    if (known == name) return permission;
  }
  return std::nullopt;
}

std::vector<std::string> NamesOf(Permissions permissions) {
  std::vector<std::string> names;
  for (const auto& [name, permission] : kNames) {
    if ((permissions & Bit(permission)) != 0) names.emplace_back(name);
  }
  return names;
}

Permissions GrantableOn(const Resource& resource) {
  switch (resource.kind) {
    case Kind::kCatalog:
      return Bit(kAll) | Bit(kCreateDatabase) | Bit(kCreateTag) | Bit(kCreateTagExpression) | Bit(kCreateCatalog) |
             Bit(kDescribe) | Bit(kAlter) | Bit(kDrop) | Bit(kSuperUser);
    case Kind::kDatabase:
      return kOnDatabases;
    case Kind::kTable:
      return kOnTables;
    case Kind::kColumns:
      // All columns are the table by another name.
      return resource.all_columns && resource.columns.empty() ? kOnTables : Bit(kSelect);
    case Kind::kLocation:
      return Bit(kDataLocation);
    case Kind::kFilter:
      return Bit(kSelect) | Bit(kDescribe) | Bit(kDrop);
    case Kind::kTag:
      return Bit(kAll) | Bit(kAlter) | Bit(kDrop) | Bit(kDescribe) | Bit(kAssociate) | Bit(kGrantWithTagExpression);
    case Kind::kTagPolicy:
      return resource.of_tables ? kOnTables : kOnDatabases;
    case Kind::kTagExpression:
      return Bit(kAll) | Bit(kAlter) | Bit(kDrop) | Bit(kDescribe) | Bit(kGrantWithTagExpression);
  }
  return 0;
}

}  // namespace tarn::govern

// All that governs one account and region, as it was at one version: loaded in one scan, then asked without I/O.
//
// Threads: immutable, any.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "catalog/table.h"
#include "govern/model.h"
#include "govern/principal.h"
#include "kv/kv.h"

namespace tarn::govern {

struct Snapshot {
  Settings settings;
  std::vector<Grant> grants;
  std::unordered_map<std::string, std::vector<const Grant*>> of_database;  // by its uid: on it, its tables, their parts
  std::unordered_map<std::string, std::vector<const Grant*>> of_table;     // by its uid
  std::vector<const Grant*> elsewhere;                                     // on the catalog, locations, tags, policies
  std::map<std::string, Tag> tags;
  std::map<std::string, TagExpression> expressions;
  std::unordered_map<std::string, std::map<std::string, std::map<std::string, std::string>>> assigned;  // uid, column
  std::unordered_map<std::string, std::map<std::string, Filter>> filters;                               // uid, name
  std::map<std::string, DataLocation> locations;                                                        // by ARN
  std::vector<OptIn> opt_ins;

  static Result<std::shared_ptr<const Snapshot>> Load(kv::Txn& txn, const Scope& scope);

  bool IsAdmin(const Who& who) const;
  bool IsReadOnlyAdmin(const Who& who) const;

  // The grants on the database itself, those it was born with too: on one resource a principal stands once.
  std::vector<Grant> On(const catalog::Database& database) const;
  // Those on the table as a whole.
  std::vector<Grant> On(const catalog::Table& table) const;
  // Those on the catalog as a whole.
  std::vector<Grant> OnCatalog() const;

  // The LF-tags that hold there: a table's own over its database's, a column's over its table's.
  std::map<std::string, std::string> TagsOf(const catalog::Database& database) const;
  std::map<std::string, std::string> TagsOf(const catalog::Database& database, const catalog::Table& table,
                                            std::string_view column = {}) const;
  // The expression of a tag policy, a named one too; nothing when the name is gone.
  const std::vector<TagValues>* ExpressionOf(const Resource& policy) const;

  bool IsOptedIn(const Who& who, const catalog::Database& database, const catalog::Table* table) const;
};

// Every key has one of its values among the tags.
bool Matches(const std::vector<TagValues>& expression, const std::map<std::string, std::string>& tags);

// What the creator of a database or table holds on it.
inline constexpr Permissions kCreatorOfDatabase = Bit(Permission::kAll) | Bit(Permission::kAlter) |
                                                  Bit(Permission::kDrop) | Bit(Permission::kDescribe) |
                                                  Bit(Permission::kCreateTable);
inline constexpr Permissions kCreatorOfTable =
    Bit(Permission::kAll) | Bit(Permission::kSelect) | Bit(Permission::kAlter) | Bit(Permission::kDrop) |
    Bit(Permission::kDelete) | Bit(Permission::kInsert) | Bit(Permission::kDescribe);

}  // namespace tarn::govern

// Governor's answers to Access.
#include <algorithm>

#include "base/strings.h"
#include "catalog/errors.h"
#include "catalog/keys.h"
#include "govern/answer/combine.h"
#include "govern/errors.h"
#include "govern/governor.h"
#include "govern/keys.h"
#include "govern/mask.h"

namespace tarn::govern {
namespace {

constexpr Permissions kOfTable = Bit(Permission::kSelect) | Bit(Permission::kInsert) | Bit(Permission::kDelete) |
                                 Bit(Permission::kDescribe) | Bit(Permission::kAlter) | Bit(Permission::kDrop);
constexpr Permissions kOfDatabase =
    Bit(Permission::kDescribe) | Bit(Permission::kAlter) | Bit(Permission::kDrop) | Bit(Permission::kCreateTable);

// What a grant comes to: "ALL" is everything, and whoever may do something to a thing may see that it is there.
Permissions Spread(Permissions granted, Permissions everything) {
  if ((granted & Bit(Permission::kAll)) != 0) granted |= everything;
  if ((granted & everything) != 0) granted |= Bit(Permission::kDescribe);
  return granted & everything;
}

// An Iceberg table's record lists columns of the past, too, which are no longer the table's.
bool IsPast(const catalog::Column& column) {
  const std::string* current = catalog::Find(column.parameters, "iceberg.field.current");
  return current != nullptr && *current == "false";
}

std::vector<NamedType> ColumnsOf(const catalog::Table& table) {
  std::vector<NamedType> columns;
  for (const catalog::Column& column : table.columns()) {
    if (IsPast(column)) continue;
    columns.push_back({AsciiLower(column.name), column.type.value_or("")});
  }
  for (const catalog::Column& column : table.partition_keys) {
    columns.push_back({AsciiLower(column.name), column.type.value_or("")});
  }
  return columns;
}

// Whether IAM alone decides: IAM_ALLOWED_PRINCIPALS holds everything.
bool IsLeftToIam(const std::vector<Grant>& grants) {
  return std::ranges::any_of(grants, [](const Grant& grant) {
    return grant.principal == kIamAllowed && (grant.permissions & Bit(Permission::kAll)) != 0;
  });
}

// The principals that a grant can be of; IAM_ALLOWED_PRINCIPALS are those of the catalog's own account.
struct Holder {
  const Who& who;
  bool is_of_account;
  bool is_opted_in;
  bool Holds(const Grant& grant) const {
    if (grant.principal == kIamAllowed) return is_of_account && !is_opted_in;
    return who.Is(grant.principal);
  }
};

// What one caller's grants on one table come to.
class Sum {
 public:
  Sum(const Snapshot& snapshot, const catalog::Database& database, const catalog::Table& table)
      : snapshot_(snapshot), database_(database), table_(table), columns_(ColumnsOf(table)) {}

  void Whole(Permissions granted) {
    granted = Spread(granted, kOfTable);
    permissions_ |= granted;
    if ((granted & Bit(Permission::kSelect)) != 0) sources_.push_back({.all_columns = true});
  }
  void Part(const Grant& grant) {
    if ((grant.permissions & (Bit(Permission::kSelect) | Bit(Permission::kAll))) == 0) return;
    if (grant.resource.kind == Kind::kColumns) {
      Select({.all_columns = grant.resource.all_columns, .columns = grant.resource.columns});
      return;
    }
    const auto filters = snapshot_.filters.find(table_.uid);
    if (filters == snapshot_.filters.end()) return;
    const auto filter = filters->second.find(grant.resource.name);
    if (filter == filters->second.end()) return;
    Source source{.all_columns = filter->second.all_columns, .row_filter = filter->second.row_filter};
    for (const std::string& text : filter->second.columns) {
      auto column = ParseMask(text);
      // What is not understood is not shown.
      if (!column.ok()) {
        if (source.all_columns) return;
        continue;
      }
      const bool is_masked = column->kind != MaskKind::kNone;
      if (!is_masked || !source.all_columns) source.columns.push_back(column->column);
      if (is_masked) source.masks.push_back(std::move(*column));
    }
    Select(std::move(source));
  }
  // A grant by tags: on the table when its tags match, on those columns whose own do.
  void ByTags(const Grant& grant) {
    const auto* expression = snapshot_.ExpressionOf(grant.resource);
    if (expression == nullptr) return;
    if (!grant.resource.of_tables) return;
    Source source;
    for (const NamedType& column : columns_) {
      if (Matches(*expression, snapshot_.TagsOf(database_, table_, column.name))) source.columns.push_back(column.name);
    }
    const bool is_match = Matches(*expression, snapshot_.TagsOf(database_, table_));
    if (!is_match && source.columns.empty()) return;
    // Where only some columns match, what needs all of them is not given.
    if (is_match && source.columns.size() == columns_.size()) return Whole(grant.permissions);
    permissions_ |= Bit(Permission::kDescribe);
    const bool selects = (Spread(grant.permissions, kOfTable) & Bit(Permission::kSelect)) != 0;
    if (selects && !source.columns.empty()) Select(std::move(source));
  }
  void Describe() { permissions_ |= Bit(Permission::kDescribe); }

  TableAccess Take() const {
    TableAccess access;
    access.governed = true;
    access.permissions = permissions_;
    Combine(sources_, columns_, access);
    return access;
  }

 private:
  void Select(Source source) {
    permissions_ |= Bit(Permission::kSelect) | Bit(Permission::kDescribe);
    sources_.push_back(std::move(source));
  }

  const Snapshot& snapshot_;
  const catalog::Database& database_;
  const catalog::Table& table_;
  const std::vector<NamedType> columns_;
  Permissions permissions_ = 0;
  std::vector<Source> sources_;
};

TableAccess Ungoverned() { return {}; }

}  // namespace

Result<TableAccess> Governor::JudgeTable(const Who& who, const Scope& scope, const Snapshot& snapshot,
                                         const catalog::Database& database, const catalog::Table& table) {
  const Holder holder{who, who.account == scope.account, snapshot.IsOptedIn(who, database, &table)};
  std::vector<Grant> whole = snapshot.On(table);
  std::vector<const Grant*> parts;
  if (const auto found = snapshot.of_database.find(database.uid); found != snapshot.of_database.end()) {
    for (const Grant* grant : found->second) {
      const bool is_wildcard = grant->resource.kind == Kind::kTable && grant->table_uid.empty();
      if (is_wildcard) whole.push_back(*grant);
    }
  }
  if (const auto found = snapshot.of_table.find(table.uid); found != snapshot.of_table.end()) {
    for (const Grant* grant : found->second) {
      if (grant->resource.kind == Kind::kColumns || grant->resource.kind == Kind::kFilter) parts.push_back(grant);
    }
  }
  if (!holder.is_opted_in && IsLeftToIam(whole)) return Ungoverned();
  Sum sum(snapshot, database, table);
  for (const Grant& grant : whole) {
    if (holder.Holds(grant)) sum.Whole(grant.permissions);
  }
  for (const Grant* grant : parts) {
    if (holder.Holds(*grant)) sum.Part(*grant);
  }
  for (const Grant* grant : snapshot.elsewhere) {
    if (grant->resource.kind == Kind::kTagPolicy && holder.Holds(*grant)) sum.ByTags(*grant);
  }
  if (holder.is_of_account && (snapshot.IsAdmin(who) || snapshot.IsReadOnlyAdmin(who))) sum.Describe();
  return sum.Take();
}

TableAccess Governor::JudgeDatabase(const Who& who, const Scope& scope, const Snapshot& snapshot,
                                    const catalog::Database& database) const {
  const Holder holder{who, who.account == scope.account, snapshot.IsOptedIn(who, database, nullptr)};
  const std::vector<Grant> whole = snapshot.On(database);
  if (!holder.is_opted_in && IsLeftToIam(whole)) return Ungoverned();
  TableAccess access;
  access.governed = true;
  for (const Grant& grant : whole) {
    if (holder.Holds(grant)) access.permissions |= Spread(grant.permissions, kOfDatabase);
  }
  // Whoever may see something in a database sees that it is there.
  if (const auto found = snapshot.of_database.find(database.uid); found != snapshot.of_database.end()) {
    const bool has_part = std::ranges::any_of(
        found->second, [&](const Grant* grant) { return grant->permissions != 0 && holder.Holds(*grant); });
    if (has_part) access.permissions |= Bit(Permission::kDescribe);
  }
  const auto tags = snapshot.TagsOf(database);
  for (const Grant* grant : snapshot.elsewhere) {
    if (grant->resource.kind != Kind::kTagPolicy || !holder.Holds(*grant)) continue;
    const auto* expression = snapshot.ExpressionOf(grant->resource);
    if (expression == nullptr || !Matches(*expression, tags)) continue;
    access.permissions |=
        grant->resource.of_tables ? Bit(Permission::kDescribe) : Spread(grant->permissions, kOfDatabase);
  }
  if (holder.is_of_account && (snapshot.IsAdmin(who) || snapshot.IsReadOnlyAdmin(who))) {
    access.permissions |= Bit(Permission::kDescribe);
  }
  return access;
}

Result<TableAccess> Governor::Granted(kv::Txn& txn, const identity::Caller& caller, const Scope& scope,
                                      std::string_view database, std::string_view table) {
  TARN_TRY(const auto snapshot, Present(txn, scope));
  if (!snapshot || (caller.acts_for_account() && caller.account == scope.account)) return Ungoverned();
  TARN_TRY(const Who who, Known(caller, scope));
  const auto parent = catalog::LoadDatabase(txn, scope, database);
  if (parent.Is(catalog::kNoSuchDatabase)) return OfCatalog(caller, scope);
  if (!parent.ok()) return parent.error();
  const auto found = catalog::LoadTable(txn, scope, database, table);
  if (found.Is(catalog::kNoSuchTable)) return JudgeDatabase(who, scope, *snapshot, *parent);
  if (!found.ok()) return found.error();
  TARN_TRY(TableAccess access, JudgeTable(who, scope, *snapshot, *parent, *found));
  if (!found->target || !found->target->name) return access;
  // A link shows what its target does, to whom the link is shown; a link to a link shows nothing.
  if (!access.Has(Permission::kDescribe)) return access;
  const Scope there{.account = found->target->catalog_id.value_or(scope.account),
                    .region = found->target->region.value_or(scope.region)};
  const auto target = catalog_.GetTable(there, found->target->database.value_or(""), *found->target->name);
  if (!target.ok() || target->target) return TableAccess{.governed = true, .permissions = Bit(Permission::kDescribe)};
  return OfTable(caller, there, target->database, target->name);
}

Result<TableAccess> Governor::OfDatabase(const identity::Caller& caller, const Scope& scope,
                                         std::string_view database) {
  const auto txn = store_.Begin();
  TARN_TRY(const auto snapshot, Present(*txn, scope));
  if (!snapshot || (caller.acts_for_account() && caller.account == scope.account)) return Ungoverned();
  TARN_TRY(const Who who, Known(caller, scope));
  const auto found = catalog::LoadDatabase(*txn, scope, database);
  if (found.Is(catalog::kNoSuchDatabase)) return OfCatalog(caller, scope);
  if (!found.ok()) return found.error();
  return JudgeDatabase(who, scope, *snapshot, *found);
}

Result<TableAccess> Governor::OfCatalog(const identity::Caller& caller, const Scope& scope) {
  const auto txn = store_.Begin();
  TARN_TRY(const auto snapshot, Present(*txn, scope));
  if (!snapshot || (caller.acts_for_account() && caller.account == scope.account)) return Ungoverned();
  TARN_TRY(const Who who, Known(caller, scope));
  const Holder holder{who, who.account == scope.account, false};
  TableAccess access;
  access.governed = true;
  for (const Grant& grant : snapshot->OnCatalog()) {
    if (grant.principal == kIamAllowed && (grant.permissions & Bit(Permission::kCreateDatabase)) != 0 &&
        holder.is_of_account) {
      return Ungoverned();
    }
    if (holder.Holds(grant)) {
      access.permissions |= Spread(grant.permissions, Bit(Permission::kCreateDatabase) | Bit(Permission::kDescribe));
    }
  }
  if (holder.is_of_account && snapshot->IsAdmin(who)) {
    access.permissions |= Bit(Permission::kCreateDatabase) | Bit(Permission::kDescribe);
  }
  if (holder.is_of_account && snapshot->IsReadOnlyAdmin(who)) access.permissions |= Bit(Permission::kDescribe);
  return access;
}

}  // namespace tarn::govern

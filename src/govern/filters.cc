// Governor: data cells filters.
#include <fmt/core.h>

#include <algorithm>

#include "base/random.h"
#include "base/strings.h"
#include "govern/errors.h"
#include "govern/governor.h"
#include "govern/keys.h"
#include "govern/mask.h"
#include "govern/records.h"
#include "govern/row_filter.h"

namespace tarn::govern {
namespace {

Resource TableOf(std::string_view database, std::string_view table) {
  return {.kind = Kind::kTable, .database = AsciiLower(database), .table = AsciiLower(table)};
}

Result<std::optional<Filter>> Load(kv::Txn& txn, const Scope& scope, std::string_view uid, std::string_view name) {
  TARN_TRY(const auto record, txn.Get(FilterKey(scope, uid, name)));
  if (!record) return std::optional<Filter>();
  auto filter = DecodeRecord<Filter>(*record);
  if (!filter) return Fail(kDamaged, "a data cells filter is damaged");
  return filter;
}

constexpr std::ptrdiff_t kDepthMax = 5;
constexpr std::string_view kNotTheirs = "Insufficient Lake Formation permission(s) on the table.";

Error NoSuchFilter() { return Fail(kNotFound, "Data cells filter not found."); }

Status Check(const catalog::Table& table, const Filter& filter) {
  for (const std::string& text : filter.columns) {
    TARN_TRY(const MaskedColumn masked, ParseMask(text));
    const std::string& column = masked.column;
    const std::string_view top = std::string_view(column).substr(0, column.find('.'));
    const auto is_it = [&](const catalog::Column& each) {
      return EqualsIgnoreCase(each.name, column) || EqualsIgnoreCase(each.name, top);
    };
    if (std::ranges::none_of(table.columns(), is_it) && std::ranges::none_of(table.partition_keys, is_it)) {
      return Fail(kInvalidInput, fmt::format("Column {} does not exist in the table.", column));
    }
    if (std::ranges::count(column, '.') > kDepthMax) {
      return Fail(kInvalidInput, "A nested column may lie five levels deep.");
    }
  }
  if (filter.row_filter.empty()) return Ok();
  return CheckRowFilter(table, filter.row_filter);
}

bool MayDrop(const Snapshot& snapshot, const Who& who, const std::string& table_uid, std::string_view filter) {
  const auto found = snapshot.of_table.find(table_uid);
  return found != snapshot.of_table.end() && std::ranges::any_of(found->second, [&](const Grant* grant) {
           return grant->resource.kind == Kind::kFilter && grant->resource.name == filter &&
                  (grant->permissions & Bit(Permission::kDrop)) != 0 && who.Is(grant->principal);
         });
}

}  // namespace

// Filters are made by who manages the lake or may hand the whole table on.
Status Governor::RequireOnTable(const identity::Caller& caller, const Scope& scope, const Place& place) {
  TARN_TRY(const Who who, Known(caller, scope));
  Resource table = TableOf(place.table.database, place.table.name);
  TARN_TRY(const bool may, MayGrant(who, scope, table, place, Bit(Permission::kSelect)));
  if (may) return Ok();
  return Fail(kAccessDenied, std::string(kNotTheirs));
}

Status Governor::CreateFilter(const identity::Caller& caller, const Scope& scope, Filter filter) {
  return Change(scope, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Who who, Known(caller, scope));
    TARN_TRY(const Place place, FindFor(txn, who, scope, TableOf(filter.database, filter.table), kNotTheirs));
    TARN_CHECK(RequireOnTable(caller, scope, place));
    TARN_CHECK(Check(place.table, filter));
    TARN_TRY(const auto present, Load(txn, scope, place.table.uid, filter.name));
    if (present) return Fail(kAlreadyExists, "Data cells filter already exists.");
    filter.table_uid = place.table.uid;
    filter.version = RandomUuid();
    txn.Put(FilterKey(scope, filter.table_uid, filter.name), EncodeRecord(filter));
    return Ok();
  });
}

Status Governor::UpdateFilter(const identity::Caller& caller, const Scope& scope, Filter filter) {
  const std::string expected = filter.version;
  return Change(scope, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Who who, Known(caller, scope));
    TARN_TRY(const Place place, FindFor(txn, who, scope, TableOf(filter.database, filter.table), kNotTheirs));
    TARN_CHECK(RequireOnTable(caller, scope, place));
    TARN_CHECK(Check(place.table, filter));
    TARN_TRY(const auto present, Load(txn, scope, place.table.uid, filter.name));
    if (!present) return NoSuchFilter();
    if (!expected.empty() && expected != present->version) {
      return Fail(kConcurrentModification, "The data cells filter was changed since that version.");
    }
    Filter next = filter;
    next.table_uid = place.table.uid;
    next.version = RandomUuid();
    txn.Put(FilterKey(scope, next.table_uid, next.name), EncodeRecord(next));
    return Ok();
  });
}

// Whoever may grant the table's rows, or holds DROP on the filter.
Status Governor::DeleteFilter(const identity::Caller& caller, const Scope& scope, std::string_view database,
                              std::string_view table, std::string_view name) {
  return Change(scope, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Who who, Known(caller, scope));
    TARN_TRY(const Place place, FindFor(txn, who, scope, TableOf(database, table), kNotTheirs));
    TARN_TRY(const auto grants, Snapshot::Load(txn, scope));
    if (!MayDrop(*grants, who, place.table.uid, name)) TARN_CHECK(RequireOnTable(caller, scope, place));
    TARN_TRY(const auto present, Load(txn, scope, place.table.uid, name));
    if (!present) return NoSuchFilter();
    txn.Delete(FilterKey(scope, place.table.uid, name));
    // Grants on it end with it: a filter made again under its name is another one.
    TARN_TRY(const auto snapshot, Snapshot::Load(txn, scope));
    const auto found = snapshot->of_table.find(place.table.uid);
    if (found == snapshot->of_table.end()) return Ok();
    for (const Grant* grant : found->second) {
      if (grant->resource.kind == Kind::kFilter && grant->resource.name == name) txn.Delete(GrantKey(scope, *grant));
    }
    return Ok();
  });
}

Result<bool> Governor::MaySee(const Who& who, const Scope& scope, const Place& place, const std::string& filter) {
  const Resource table = TableOf(place.table.database, place.table.name);
  TARN_TRY(const bool may, MayGrant(who, scope, table, place, Bit(Permission::kSelect)));
  if (may) return true;
  TARN_TRY(const auto snapshot, SnapshotOf(scope));
  if (who.account == scope.account && snapshot->IsReadOnlyAdmin(who)) return true;
  const auto found = snapshot->of_table.find(place.table.uid);
  return found != snapshot->of_table.end() && std::ranges::any_of(found->second, [&](const Grant* grant) {
           return grant->resource.kind == Kind::kFilter && grant->resource.name == filter && who.Is(grant->principal);
         });
}

Result<Filter> Governor::GetFilter(const identity::Caller& caller, const Scope& scope, std::string_view database,
                                   std::string_view table, std::string_view name) {
  TARN_TRY(const Who who, Known(caller, scope));
  const auto txn = store_.Begin();
  TARN_TRY(const Place place, FindFor(*txn, who, scope, TableOf(database, table), kNotTheirs));
  TARN_TRY(const bool may, MaySee(who, scope, place, std::string(name)));
  if (!may) return Fail(kAccessDenied, std::string(kNotTheirs));
  TARN_TRY(const auto present, Load(*txn, scope, place.table.uid, name));
  if (!present) return NoSuchFilter();
  return *present;
}

Result<std::vector<Filter>> Governor::ListFilters(const identity::Caller& caller, const Scope& scope,
                                                  std::string_view database, std::string_view table) {
  TARN_TRY(const Who who, Known(caller, scope));
  TARN_TRY(const auto snapshot, SnapshotOf(scope));
  const auto txn = store_.Begin();
  std::vector<Filter> filters;
  if (!table.empty()) {
    const auto place = FindFor(*txn, who, scope, TableOf(database, table), kNotTheirs);
    if (place.Is(kAccessDenied)) return filters;
    if (!place.ok()) return place.error();
  }
  for (const auto& [uid, of_table] : snapshot->filters) {
    if (of_table.empty()) continue;
    // Those of dropped tables are gone with them.
    const Filter& first = of_table.begin()->second;
    if (!database.empty() && !EqualsIgnoreCase(database, first.database)) continue;
    if (!table.empty() && !EqualsIgnoreCase(table, first.table)) continue;
    const auto place = Find(*txn, scope, TableOf(first.database, first.table));
    if (!place.ok() || place->table.uid != uid) continue;
    for (const auto& [name, filter] : of_table) {
      TARN_TRY(const bool may, MaySee(who, scope, *place, name));
      if (may) filters.push_back(filter);
    }
  }
  std::ranges::sort(filters, {}, [](const Filter& each) { return std::tie(each.database, each.table, each.name); });
  return filters;
}

}  // namespace tarn::govern

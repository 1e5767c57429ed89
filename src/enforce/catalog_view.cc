#include "enforce/catalog_view.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "catalog/errors.h"
#include "catalog/iceberg/manifests.h"
#include "catalog/iceberg/names.h"
#include "catalog/places.h"
#include "enforce/columns.h"
#include "enforce/errors.h"

namespace tarn::enforce {

using catalog::ItemError;
using catalog::ListOptions;
using catalog::Page;
using catalog::Partition;
using catalog::Table;
using govern::Permission;
using govern::TableAccess;

Status CatalogView::CreateDatabase(const Scope& scope, catalog::Database database, const catalog::Alongside& also) {
  TARN_CHECK(rights_.RequireCatalog(Permission::kCreateDatabase));
  TARN_CHECK(rights_.RequireHome(database.location.value_or("")));
  return catalog_.CreateDatabase(scope, std::move(database), also);
}

Result<catalog::Database> CatalogView::GetDatabase(const Scope& scope, std::string_view name) const {
  TARN_CHECK(rights_.RequireDatabase(name, Permission::kDescribe));
  return catalog_.GetDatabase(scope, name);
}

Status CatalogView::UpdateDatabase(const Scope& scope, std::string_view name, catalog::Database database) {
  TARN_CHECK(rights_.RequireDatabase(name, Permission::kAlter));
  if (rights_.governed()) {
    TARN_TRY(const catalog::Database present, catalog_.GetDatabase(scope, name));
    if (database.location != present.location) TARN_CHECK(rights_.RequireHome(database.location.value_or("")));
  }
  return catalog_.UpdateDatabase(scope, name, std::move(database));
}

Status CatalogView::DeleteDatabase(const Scope& scope, std::string_view name) {
  TARN_CHECK(rights_.RequireDatabase(name, Permission::kDrop));
  return catalog_.DeleteDatabase(scope, name);
}

Result<Page<catalog::Database>> CatalogView::ListDatabases(const Scope& scope, const ListOptions& options) const {
  if (!rights_.governed()) return catalog_.ListDatabases(scope, options);
  Page<catalog::Database> seen;
  ListOptions rest = options;
  do {
    rest.limit = options.limit - seen.items.size();
    TARN_TRY(auto page, catalog_.ListDatabases(scope, rest));
    for (catalog::Database& database : page.items) {
      TARN_TRY(const TableAccess access, rights_.OfDatabase(database.name));
      if (Exists(access)) seen.items.push_back(std::move(database));
    }
    seen.next = std::move(page.next);
    rest.after = seen.next;
  } while (!seen.next.empty() && seen.items.size() < options.limit);
  return seen;
}

Status CatalogView::MayCreateTable(const Scope& scope, std::string_view database, std::string_view table,
                                   std::string_view location) const {
  TARN_CHECK(rights_.RequireDatabase(database, Permission::kCreateTable));
  if (!rights_.governed() || location.empty()) return Ok();
  const auto home = catalog_.GetDatabase(scope, database);
  return rights_.RequireRoom(home.ok() ? home->location.value_or("") : "", location, database, table);
}

Status CatalogView::MayCreateIceberg(const Scope& scope, std::string_view database, std::string_view table,
                                     std::string_view location, const iceberg::Properties& properties) const {
  TARN_CHECK(rights_.RequireDatabase(database, Permission::kCreateTable));
  if (!rights_.governed()) return Ok();
  const auto found = catalog_.GetDatabase(scope, database);
  std::string home = found.ok() ? found->location.value_or("") : "";
  if (home.empty() || catalog::IsForeign(home)) home = catalog::DefaultNamespaceLocation(scope, AsciiLower(database));
  std::string folder = catalog::FolderOf(location.empty() ? home : location);
  if (location.empty() && !folder.empty()) folder += AsciiLower(table) + '/';
  TARN_CHECK(rights_.RequireRoom(home, folder, database, table));
  for (const std::string_view key : catalog::kFolderProperties) {
    const auto named = properties.find(key);
    if (named == properties.end()) continue;
    const std::string place = catalog::FolderOf(named->second);
    if (!place.starts_with(folder)) TARN_CHECK(rights_.RequireLocation(place));
  }
  return Ok();
}

namespace {

// As SQL's ALTER TABLE: for who sees the whole table or none of its rows. Another could give what hides the rest
// another meaning, and is told what is there already.
Status RequireAlter(const Rights& rights, std::string_view database, std::string_view table) {
  TARN_TRY(const TableAccess access, rights.OfTable(database, table));
  if (!access.Has(Permission::kAlter)) return Insufficient(Permission::kAlter, table);
  return access.whole() || !access.Has(Permission::kSelect) ? Ok() : Status(Insufficient(Permission::kSelect, table));
}

// Properties of tables whose values are places.
constexpr std::array<std::string_view, 2> kNamingPlaces = {"metadata_location", "storage.location.template"};

std::string_view PropertyOf(const Table& table, std::string_view key) {
  const std::string* value = catalog::Find(table.parameters, key);
  return value == nullptr ? std::string_view() : std::string_view(*value);
}

// An Iceberg table's. Who sees a part of the table cannot open them, and Iceberg's Glue catalog would try for minutes.
constexpr std::array<std::string_view, 2> kMetadataFiles = {"metadata_location", "previous_metadata_location"};

bool IsBelow(std::string_view folder, std::string_view place) {
  while (folder.ends_with('/')) folder.remove_suffix(1);
  return !folder.empty() && place.starts_with(folder) && (place.size() == folder.size() || place[folder.size()] == '/');
}

// May a partition lie there: below its table, or where RequireLocation lets it.
Status CheckPlace(const catalog::Catalog& catalog, const Rights& rights, const Scope& scope, std::string_view database,
                  std::string_view table, std::string_view place) {
  if (!rights.governed() || place.empty()) return Ok();
  const auto record = catalog.GetTable(scope, database, table);
  if (record.ok() && IsBelow(record->location(), place)) return Ok();
  return rights.RequireLocation(place);
}

}  // namespace

Status CatalogView::CreateTable(const Scope& scope, Table table, const std::vector<catalog::PartitionIndex>& indexes) {
  TARN_CHECK(MayCreateTable(scope, table.database, table.name, table.location()));
  // A metadata file tells of a table that is there already: one below the new table's location is not its own yet.
  for (const std::string_view key : kNamingPlaces) {
    TARN_CHECK(MayName(key == kNamingPlaces[0] ? "" : table.location(), key, PropertyOf(table, key)));
  }
  return catalog_.CreateTable(scope, std::move(table), indexes);
}

Status CatalogView::MayName(std::string_view location, std::string_view key, std::string_view value) const {
  if (!rights_.governed() || std::ranges::find(kNamingPlaces, key) == kNamingPlaces.end()) return Ok();
  // Of a template the folder in which all partitions lie.
  if (key != kNamingPlaces[0]) value = value.substr(0, value.substr(0, value.find('$')).rfind('/') + 1);
  return IsBelow(location, value) ? Ok() : rights_.RequireLocation(value);
}

namespace {

Status ShowBy(const Rights& rights, const TableAccess& access, Table& table) {
  Restrict(access, table);
  if (access.whole() || !access.Has(Permission::kSelect) || !table.parameters) return Ok();
  TARN_TRY(const bool is_closed, rights.Decides(table.location()));
  if (!is_closed) return Ok();
  for (const std::string_view key : kMetadataFiles) table.parameters->erase(std::string(key));
  return Ok();
}

// Where the tables of a database lie that is a link; nothing: it is none.
std::optional<catalog::TablePlace> LinkedDatabase(const catalog::Catalog& catalog, const Scope& scope,
                                                  std::string_view database) {
  const auto parent = catalog.GetDatabase(scope, database);
  if (!parent.ok() || !parent->target || !parent->target->database) return std::nullopt;
  return catalog::TablePlace{{.account = parent->target->catalog_id.value_or(scope.account),
                              .region = parent->target->region.value_or(scope.region)},
                             AsciiLower(*parent->target->database),
                             {}};
}

// Whether a link shows a table of its target: one that Lake Formation governs there and shows. What is left to IAM is
// for the policies of that catalog, which are asked when it is read.
bool Shows(const TableAccess& access) { return access.governed && Exists(access); }

// The tables that a database shows which is a link, under the link's name.
Result<Page<Table>> ListLinked(const catalog::Catalog& catalog, const Rights& there, std::string_view link,
                               const catalog::TablePlace& target, const ListOptions& options,
                               const std::function<bool(const Table&)>& wanted) {
  Status failed = Ok();
  TARN_TRY(auto page, catalog.ListTables(target.scope, target.database, options, [&](const Table& table) {
    if (!failed.ok()) return false;
    const auto access = there.OfTable(target.database, table.name);
    if (!access.ok()) failed = access.error();
    if (!access.ok() || !Shows(*access)) return false;
    Table seen = table;
    Restrict(*access, seen);
    return !wanted || wanted(seen);
  }));
  TARN_CHECK(std::move(failed));
  for (Table& table : page.items) {
    TARN_TRY(const TableAccess access, there.OfTable(target.database, table.name));
    TARN_CHECK(ShowBy(there, access, table));
    table.database = link;
  }
  return page;
}

}  // namespace

Status CatalogView::Show(const TableAccess& access, Table& table) const { return ShowBy(rights_, access, table); }

Result<Table> CatalogView::GetTable(const Scope& scope, std::string_view database, std::string_view name) const {
  TARN_TRY(const TableAccess access, rights_.OfTable(database, name));
  if (!Exists(access)) return Insufficient(Permission::kDescribe, name);
  auto found = catalog_.GetTable(scope, database, name);
  if (const auto target = found.Is(catalog::kNoSuchTable) ? LinkedDatabase(catalog_, scope, database) : std::nullopt) {
    const Rights there = rights_.In(target->scope);
    TARN_TRY(const TableAccess shown, there.OfTable(target->database, name));
    if (!Shows(shown)) return found.error();
    TARN_TRY(Table table, catalog_.GetTable(target->scope, target->database, name));
    TARN_CHECK(ShowBy(there, shown, table));
    table.database = AsciiLower(database);
    return table;
  }
  TARN_TRY(Table table, std::move(found));
  TARN_CHECK(Show(access, table));
  return table;
}

Status CatalogView::MayUpdateTable(const Scope& scope, const Table& table) const {
  if (!rights_.governed()) return Ok();
  TARN_CHECK(RequireAlter(rights_, table.database, table.name));
  TARN_TRY(const Table present, catalog_.GetTable(scope, table.database, table.name));
  // What commits to a table put below it they may name.
  for (const std::string_view key : kNamingPlaces) {
    const std::string_view value = PropertyOf(table, key);
    if (value != PropertyOf(present, key)) TARN_CHECK(MayName(present.location(), key, value));
  }
  return table.location() == present.location() ? Ok() : rights_.RequireLocation(table.location());
}

Result<uint64_t> CatalogView::UpdateTable(const Scope& scope, Table table, const catalog::UpdateTableOptions& options) {
  TARN_CHECK(MayUpdateTable(scope, table));
  return catalog_.UpdateTable(scope, std::move(table), options);
}

Status CatalogView::DeleteTable(const Scope& scope, std::string_view database, std::string_view name) {
  TARN_CHECK(rights_.RequireTable(database, name, Permission::kDrop));
  return catalog_.DeleteTable(scope, database, name);
}

Result<Page<Table>> CatalogView::ListTables(const Scope& scope, std::string_view database, const ListOptions& options,
                                            const std::function<bool(const Table&)>& wanted) const {
  if (!rights_.governed()) return catalog_.ListTables(scope, database, options, wanted);
  TARN_CHECK(rights_.RequireDatabase(database, Permission::kDescribe));
  if (const auto target = LinkedDatabase(catalog_, scope, database)) {
    return ListLinked(catalog_, rights_.In(target->scope), AsciiLower(database), *target, options, wanted);
  }
  Status failed = Ok();
  TARN_TRY(auto page, catalog_.ListTables(scope, database, options, [&](const Table& table) {
    if (!failed.ok()) return false;
    const auto access = rights_.OfTable(database, table.name);
    if (!access.ok()) failed = access.error();
    if (!access.ok() || !Exists(*access)) return false;
    if (!wanted) return true;
    Table seen = table;
    Restrict(*access, seen);
    return wanted(seen);
  }));
  TARN_CHECK(std::move(failed));
  for (Table& table : page.items) {
    TARN_TRY(const TableAccess access, rights_.OfTable(database, table.name));
    TARN_CHECK(Show(access, table));
  }
  return page;
}

Result<Page<Table>> CatalogView::ListTableVersions(const Scope& scope, std::string_view database,
                                                   std::string_view table, const ListOptions& options) const {
  TARN_TRY(const TableAccess access, rights_.OfTable(database, table));
  if (!Exists(access)) return Insufficient(Permission::kDescribe, table);
  TARN_TRY(auto page, catalog_.ListTableVersions(scope, database, table, options));
  for (Table& version : page.items) TARN_CHECK(Show(access, version));
  return page;
}

Result<Table> CatalogView::GetTableVersion(const Scope& scope, std::string_view database, std::string_view table,
                                           uint64_t version) const {
  TARN_TRY(const TableAccess access, rights_.OfTable(database, table));
  if (!Exists(access)) return Insufficient(Permission::kDescribe, table);
  TARN_TRY(Table found, catalog_.GetTableVersion(scope, database, table, version));
  TARN_CHECK(Show(access, found));
  return found;
}

Status CatalogView::DeleteTableVersion(const Scope& scope, std::string_view database, std::string_view table,
                                       uint64_t version) {
  TARN_CHECK(RequireAlter(rights_, database, table));
  return catalog_.DeleteTableVersion(scope, database, table, version);
}

Result<TableAccess> CatalogView::OfPartitions(const Scope& scope, std::string_view database,
                                              std::string_view table) const {
  TARN_TRY(TableAccess access, rights_.OfTable(database, table));
  if (!access.governed || access.whole()) return access;
  if (!Exists(access)) return Insufficient(Permission::kDescribe, table);
  if (!access.Has(Permission::kSelect)) return access;  // a describer: the table's makeup is theirs to see
  if (!access.row_filter.empty()) return Insufficient(Permission::kSelect, table);
  TARN_TRY(const Table record, catalog_.GetTable(scope, database, table));
  for (const catalog::Column& key : record.partition_keys) {
    if (!SeesValues(access, AsciiLower(key.name))) return Insufficient(Permission::kSelect, table);
  }
  return access;
}

namespace {

void RestrictPartition(const TableAccess& access, Partition& partition) {
  if (partition.storage) Restrict(access, *partition.storage);
  if (access.governed && !access.whole()) partition.parameters.reset();
}

}  // namespace

Result<Partition> CatalogView::GetPartition(const Scope& scope, std::string_view database, std::string_view table,
                                            const std::vector<std::string>& values) const {
  TARN_TRY(const TableAccess access, OfPartitions(scope, database, table));
  TARN_TRY(Partition partition, catalog_.GetPartition(scope, database, table, values));
  RestrictPartition(access, partition);
  return partition;
}

Result<Page<Partition>> CatalogView::ListPartitions(const Scope& scope, std::string_view database,
                                                    std::string_view table,
                                                    const catalog::ListPartitionsOptions& options) const {
  TARN_TRY(const TableAccess access, OfPartitions(scope, database, table));
  TARN_TRY(auto page, catalog_.ListPartitions(scope, database, table, options));
  for (Partition& partition : page.items) RestrictPartition(access, partition);
  return page;
}

Result<std::vector<Partition>> CatalogView::GetPartitions(const Scope& scope, std::string_view database,
                                                          std::string_view table,
                                                          const std::vector<std::vector<std::string>>& values) const {
  TARN_TRY(const TableAccess access, OfPartitions(scope, database, table));
  TARN_TRY(auto partitions, catalog_.GetPartitions(scope, database, table, values));
  for (Partition& partition : partitions) RestrictPartition(access, partition);
  return partitions;
}

Result<std::vector<ItemError>> CatalogView::CreatePartitions(const Scope& scope, std::string_view database,
                                                             std::string_view table,
                                                             std::vector<Partition> partitions) {
  // Rows put into a new partition bring it along.
  TARN_TRY(const TableAccess access, rights_.OfTable(database, table));
  if (!access.Has(Permission::kInsert) && !access.Has(Permission::kAlter)) {
    return Insufficient(Permission::kAlter, table);
  }
  TARN_CHECK(OfPartitions(scope, database, table));  // those that are there already are told
  for (const Partition& partition : partitions) {
    TARN_CHECK(CheckPlace(catalog_, rights_, scope, database, table, partition.location()));
  }
  return catalog_.CreatePartitions(scope, database, table, std::move(partitions));
}

Result<std::vector<ItemError>> CatalogView::UpdatePartitions(const Scope& scope, std::string_view database,
                                                             std::string_view table,
                                                             std::vector<catalog::PartitionUpdate> updates) {
  TARN_CHECK(RequireAlter(rights_, database, table));
  for (const auto& update : updates) {
    TARN_CHECK(CheckPlace(catalog_, rights_, scope, database, table, update.partition.location()));
  }
  return catalog_.UpdatePartitions(scope, database, table, std::move(updates));
}

Result<std::vector<ItemError>> CatalogView::DeletePartitions(const Scope& scope, std::string_view database,
                                                             std::string_view table,
                                                             const std::vector<std::vector<std::string>>& values) {
  TARN_CHECK(RequireAlter(rights_, database, table));
  return catalog_.DeletePartitions(scope, database, table, values);
}

Status CatalogView::CreatePartitionIndex(const Scope& scope, std::string_view database, std::string_view table,
                                         catalog::PartitionIndex index) {
  TARN_CHECK(RequireAlter(rights_, database, table));
  return catalog_.CreatePartitionIndex(scope, database, table, std::move(index));
}

Status CatalogView::DeletePartitionIndex(const Scope& scope, std::string_view database, std::string_view table,
                                         std::string_view name) {
  TARN_CHECK(RequireAlter(rights_, database, table));
  return catalog_.DeletePartitionIndex(scope, database, table, name);
}

Result<std::vector<catalog::PartitionIndex>> CatalogView::ListPartitionIndexes(const Scope& scope,
                                                                               std::string_view database,
                                                                               std::string_view table) const {
  TARN_TRY(const TableAccess access, rights_.OfTable(database, table));
  if (!Exists(access)) return Insufficient(Permission::kDescribe, table);
  TARN_TRY(auto indexes, catalog_.ListPartitionIndexes(scope, database, table));
  for (auto& index : indexes) {
    std::erase_if(index.keys, [&](const std::string& key) { return !Sees(access, AsciiLower(key)); });
  }
  return indexes;
}

Result<std::vector<ItemError>> CatalogView::PutStatistics(const Scope& scope, std::string_view database,
                                                          std::string_view table,
                                                          const std::vector<std::string>* partition,
                                                          const std::vector<catalog::ColumnStatistics>& statistics) {
  TARN_CHECK(RequireAlter(rights_, database, table));
  return catalog_.PutStatistics(scope, database, table, partition, statistics);
}

Result<std::vector<catalog::ColumnStatistics>> CatalogView::GetStatistics(
    const Scope& scope, std::string_view database, std::string_view table, const std::vector<std::string>* partition,
    const std::vector<std::string>& columns) const {
  if (!rights_.governed()) return catalog_.GetStatistics(scope, database, table, partition, columns);
  TARN_TRY(const TableAccess access,
           partition == nullptr ? rights_.OfTable(database, table) : OfPartitions(scope, database, table));
  if (!access.Has(Permission::kSelect)) return Insufficient(Permission::kSelect, table);
  TARN_TRY(auto statistics, catalog_.GetStatistics(scope, database, table, partition, columns));
  std::erase_if(statistics, [&](const auto& known) { return !SeesValues(access, AsciiLower(known.column)); });
  return statistics;
}

Status CatalogView::DeleteStatistics(const Scope& scope, std::string_view database, std::string_view table,
                                     const std::vector<std::string>* partition, std::string_view column) {
  TARN_CHECK(RequireAlter(rights_, database, table));
  return catalog_.DeleteStatistics(scope, database, table, partition, column);
}

}  // namespace tarn::enforce

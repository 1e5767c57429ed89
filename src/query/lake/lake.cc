#include "query/lake/lake.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/strings.h"
#include "catalog/errors.h"
#include "catalog/namespaces.h"
#include "enforce/columns.h"
#include "enforce/errors.h"
#include "enforce/links.h"
#include "enforce/table_bucket_check.h"
#include "engine/errors.h"
#include "json/json.h"
#include "query/errors.h"
#include "query/iceberg_view.h"
#include "query/lake/access.h"
#include "query/lake/place.h"
#include "query/lake/source.h"
#include "query/projection.h"
#include "sql/errors.h"

namespace tarn::query {
namespace {

constexpr std::string_view kPartitionsSuffix = "$partitions";
constexpr std::string_view kViewPrefix = "/* Presto View: ";
constexpr std::string_view kViewSuffix = " */";

// Asks every use of a table whether it may need a partition.
class UsesFilter : public catalog::PartitionFilter {
 public:
  UsesFilter(const std::vector<sql::PartitionPredicate>& uses, size_t keys) : uses_(uses), keys_(keys) {}

  Result<catalog::Truth> Test(std::span<const std::string> leading) const override {
    if (leading.size() < keys_) return catalog::Truth::kUnknown;
    const std::vector<std::string> values(leading.begin(), leading.end());
    const bool wanted = std::any_of(uses_.begin(), uses_.end(), [&](const auto& use) { return use.MayMatch(values); });
    return wanted ? catalog::Truth::kTrue : catalog::Truth::kFalse;
  }

 private:
  const std::vector<sql::PartitionPredicate>& uses_;
  size_t keys_;
};

Result<sql::TableColumn> ToSqlColumn(const catalog::Table& table, const catalog::Column& column) {
  Result<sql::Type> type = sql::ParseHiveType(column.type.value_or("string"));
  if (!type.ok()) {
    return Fail(engine::kInvalidTable, fmt::format("HIVE_INVALID_METADATA: column {} of {}.{} has an unknown type: {}",
                                                   column.name, table.database, table.name, column.type.value_or("")));
  }
  return sql::TableColumn{AsciiLower(column.name), std::move(type).value()};
}

Result<engine::ColumnDef> ToEngineColumn(const catalog::Column& column) {
  TARN_TRY(engine::Type type, engine::ParseHiveType(column.type.value_or("string")));
  return engine::ColumnDef{AsciiLower(column.name), std::move(type)};
}

Status AddColumns(const catalog::Table& table, bool partitions, sql::TableInfo& info) {
  if (!partitions) {
    for (const catalog::Column& column : table.columns()) {
      TARN_TRY(sql::TableColumn known, ToSqlColumn(table, column));
      info.columns.push_back(std::move(known));
    }
  }
  for (const catalog::Column& key : table.partition_keys) {
    TARN_TRY(sql::TableColumn known, ToSqlColumn(table, key));
    if (!partitions) info.partition_keys.push_back(known.name);
    info.columns.push_back(std::move(known));
  }
  return Ok();
}

engine::Type Text() { return engine::Type{engine::Kind::kVarchar}; }

struct SchemaColumn {
  std::string_view name;
  bool number = false;
};

// The tables of information_schema that are served.
const std::map<std::string, std::vector<SchemaColumn>, std::less<>>& InformationTables() {
  static const std::map<std::string, std::vector<SchemaColumn>, std::less<>> tables = {
      {"schemata", {{"catalog_name"}, {"schema_name"}}},
      {"tables", {{"table_catalog"}, {"table_schema"}, {"table_name"}, {"table_type"}}},
      {"views", {{"table_catalog"}, {"table_schema"}, {"table_name"}, {"view_definition"}}},
      {"columns",
       {{"table_catalog"},
        {"table_schema"},
        {"table_name"},
        {"column_name"},
        {"ordinal_position", true},
        {"column_default"},
        {"is_nullable"},
        {"data_type"},
        {"comment"},
        {"extra_info"}}},
  };
  return tables;
}

// A nested namespace is written by its full path, "a.b".
std::string NestedName(const std::string& database) {
  std::vector<std::string> levels;
  for (const std::string_view level : Split(database, '.')) levels.emplace_back(level);
  return catalog::JoinLevels(levels);
}

using Cells = std::vector<std::optional<std::string>>;

void AddColumnRows(const catalog::Table& table, std::vector<Cells>& rows) {
  int64_t position = 0;
  auto add = [&](const catalog::Column& column, bool partition) {
    const std::string* current = catalog::Find(column.parameters, "iceberg.field.current");
    if (current != nullptr && *current == "false") return;
    Result<sql::Type> type = sql::ParseHiveType(column.type.value_or("string"));
    if (table.IsIceberg() && type.ok() && type->Is(sql::TypeKind::kTimestamp)) type->length = 6;
    Cells row = {std::string(kCatalogName),
                 table.database,
                 table.name,
                 AsciiLower(column.name),
                 std::to_string(++position),
                 std::nullopt,
                 "YES",
                 type.ok() ? sql::ToTrino(*type) : column.type.value_or(""),
                 column.comment,
                 std::nullopt};
    if (partition) row.back() = "partition key";
    rows.push_back(std::move(row));
  };
  for (const catalog::Column& column : table.columns()) add(column, false);
  for (const catalog::Column& column : table.partition_keys) add(column, true);
}

}  // namespace

Lake::Lake(const catalog::Catalog& catalog, const enforce::CatalogView& seen, const IamRights& iam,
           const DataCatalogs& data_catalogs, const IcebergAccess& iceberg, object::Store& objects, Scope scope)
    : catalog_(catalog),
      seen_(seen),
      iam_(iam),
      data_catalogs_(data_catalogs),
      iceberg_(iceberg),
      objects_(objects),
      files_(objects, scope.account),
      scope_(std::move(scope)) {}
Lake::~Lake() = default;

Result<ViewDefinition> DecodeView(const catalog::Table& table) {
  ViewDefinition view;
  view.catalog = kCatalogName;
  view.database = table.database;
  const std::string& text = table.view_original_text.value_or("");
  if (!text.starts_with(kViewPrefix)) {
    view.sql = text;  // a Hive view: its text is the query
    return view;
  }
  std::string_view encoded = std::string_view(text).substr(kViewPrefix.size());
  encoded = encoded.substr(0, encoded.find(kViewSuffix));
  auto decoded = Unbase64(encoded);
  Result<json::Value> parsed = json::Parse(decoded.value_or(""));
  if (!parsed.ok() || parsed->StringOr("originalSql", "").empty()) {
    return Fail(sql::kNotSupported,
                fmt::format("INVALID_VIEW: the definition of view {}.{} cannot be read", table.database, table.name));
  }
  view.sql = parsed->StringOr("originalSql", "");
  view.catalog = AsciiLower(parsed->StringOr("catalog", kCatalogName));
  view.database = AsciiLower(parsed->StringOr("schema", table.database));
  return view;
}

Status Lake::MayDescribe(const LakePlace& place, const std::string& table, const catalog::Table* found) const {
  if (!iam_.asks()) return Ok();
  if (place.scope != scope_) {
    if (iceberg_.buckets == nullptr) return Ok();
    return iam_.TableBucket(enforce::TableBucketCheck(*iceberg_.buckets, catalog_, place.scope, "s3tables:GetTableData",
                                                      place.database, table.substr(0, table.find('$', 1))));
  }
  if (found != nullptr) return iam_.Glue("glue:GetTable", found->database, found->name);
  // "orders$partitions" is about orders.
  return iam_.Glue("glue:GetTable", place.database, table.substr(0, table.find('$', 1)));
}

Result<SeenTable> Lake::Load(const std::string& database, const std::string& table) const {
  const std::scoped_lock lock(mutex_);
  const Name name(database, table);
  if (const auto known = tables_.find(name); known != tables_.end()) return known->second;
  TARN_TRY(SeenTable seen, Find(database, table));
  governed_ = governed_ || seen.access.governed;
  if (!enforce::Exists(seen.access)) seen.table = nullptr;
  return tables_.emplace(name, std::move(seen)).first->second;
}

Result<SeenTable> Lake::Find(const std::string& database, const std::string& table) const {
  const LakePlace kept = PlaceOf(scope_, database);
  Result<catalog::Table> found = catalog_.GetTable(kept.scope, kept.database, table);
  if (found.Is(catalog::kNoSuchDatabase) && database.find('.') != std::string::npos) {
    found = catalog_.GetTable(scope_, NestedName(database), table);
  }
  TARN_CHECK(MayDescribe(kept, table, found.ok() ? &*found : nullptr));
  SeenTable seen{.table = nullptr, .access = {}, .vended = false, .scope = kept.scope, .name = {database, table}};
  TARN_TRY(const auto target, enforce::FollowLink(catalog_, kept.scope, kept.database, table, found));
  if (target) {
    TARN_TRY(seen.access, enforce::OfLinked(seen_.rights(), kept.database, table, found.ok(), *target));
    seen.scope = target->scope;
    // A name of its database is looked up as that of any other table.
    const std::string plain = target->table.substr(0, target->table.find('$', 1));
    TARN_CHECK(iam_.GlueIn(target->scope, "glue:GetTable", target->database, plain));
    found = catalog_.GetTable(target->scope, target->database, target->table);
    if (found.ok() && found->target) return seen;
  }
  if (found.Is(catalog::kNoSuchTable) || found.Is(catalog::kNoSuchDatabase)) return seen;
  if (!found.ok()) return found.error();
  if (!target) {
    // Grants name the account's own databases: what lies in a table bucket is for those who may read all.
    TARN_TRY(seen.access, seen_.rights().OfTable(kept.scope == scope_ ? found->database : database, found->name));
  }
  TARN_TRY(seen.vended, seen_.rights().Opens(seen.access, found->location()));
  // Another account's data is opened by Lake Formation alone.
  if (enforce::Exists(seen.access) && IsForeign(seen.scope) && !seen.vended) {
    return enforce::Insufficient(govern::Permission::kSelect, table);
  }
  seen.table = std::make_shared<const catalog::Table>(std::move(found).value());
  return seen;
}

Result<bool> Lake::CatalogExists(const std::string& catalog) const {
  if (catalog == kCatalogName || IsTableBucketCatalog(catalog)) return true;
  return data_catalogs_.CheckServed(scope_, catalog).ok();
}

Result<bool> Lake::DatabaseExists(const std::string& catalog, const std::string& database) const {
  if (database == kInformationSchema) return true;
  const LakePlace kept = PlaceOf(scope_, PlacedDatabase(catalog, database));
  if (kept.scope == scope_) TARN_CHECK(iam_.Glue("glue:GetDatabase", kept.database));
  Result<catalog::Database> found = catalog_.GetDatabase(kept.scope, kept.database);
  if (found.Is(catalog::kNoSuchDatabase) && database.find('.') != std::string::npos) {
    found = catalog_.GetDatabase(scope_, NestedName(database));
  }
  if (found.ok()) {
    TARN_TRY(const govern::TableAccess access,
             seen_.rights().OfDatabase(kept.scope == scope_ ? found->name : PlacedDatabase(catalog, database)));
    return enforce::Exists(access);
  }
  if (found.Is(catalog::kNoSuchDatabase)) return false;
  return found.error();
}

Result<std::optional<sql::TableInfo>> Lake::FindTable(const sql::TableName& name) const {
  if (const auto placed = PlacedName(name)) return FindTable(*placed);
  sql::TableInfo info;
  info.catalog = name.catalog;
  info.database = name.database;
  info.table = name.table;
  if (name.database == kInformationSchema) {
    auto found = InformationTables().find(name.table);
    if (found == InformationTables().end()) return std::optional<sql::TableInfo>();
    for (const SchemaColumn& column : found->second) {
      info.columns.push_back(
          {std::string(column.name), column.number ? sql::MakeType(sql::TypeKind::kBigint) : sql::VarcharType()});
    }
    return std::optional(std::move(info));
  }
  TARN_TRY(auto about, DescribeMetadata(name));
  if (about) return about;
  TARN_TRY(auto live, DescribeLive(name));
  if (live) return live;
  std::string base = name.table;
  const bool partitions = base.size() > kPartitionsSuffix.size() && base.ends_with(kPartitionsSuffix);
  if (partitions) base.resize(base.size() - kPartitionsSuffix.size());
  TARN_TRY(const SeenTable loaded, Load(name.database, base));
  if (loaded.table == nullptr) return std::optional<sql::TableInfo>();
  auto table = loaded.table;
  if (table->IsView()) {
    TARN_TRY(ViewDefinition view, table->IsIcebergView() ? ReadIcebergView(files_, *table) : DecodeView(*table));
    info.kind = sql::TableInfo::kView;
    TARN_TRY(info.view_sql, SeenView(*table, view.sql, loaded.access));
    info.view_catalog = view.catalog;
    info.view_database = view.database;
  } else if (table->IsIceberg()) {
    TARN_TRY(auto state, FindIceberg(name.database, name.table));
    return DescribeIceberg(name, *state);
  }
  if (!loaded.access.whole()) {
    if (partitions) TARN_CHECK(CheckPartitionsSeen(*table, loaded.access));
    catalog::Table seen = *table;
    enforce::Restrict(loaded.access, seen);
    table = std::make_shared<const catalog::Table>(std::move(seen));
  }
  if (partitions && table->partition_keys.empty()) return std::optional<sql::TableInfo>();
  // Who may describe but not select finds a table without columns, as Athena has it.
  if (!loaded.access.Has(govern::Permission::kSelect)) return std::optional(std::move(info));
  TARN_CHECK(AddColumns(*table, partitions, info));
  if (!partitions && info.kind == sql::TableInfo::kTable && loaded.access.whole()) {
    sql::Type modified = sql::MakeType(sql::TypeKind::kTimestampTz);
    modified.length = 3;
    info.hidden_columns = {{"$path", sql::VarcharType()},
                           {"$file_size", sql::MakeType(sql::TypeKind::kBigint)},
                           {"$file_modified_time", modified}};
  }
  return std::optional(std::move(info));
}

Result<std::optional<sql::TableInfo>> Lake::FindTarget(const sql::TableName& name) const {
  if (TableOfLive(name.table)) return std::optional<sql::TableInfo>();
  TARN_TRY(auto info, FindTable(name));
  if (!info || !info->columns.empty()) return info;
  TARN_TRY(const SeenTable loaded, Load(name.database, name.table));
  if (loaded.table != nullptr && !loaded.table->IsView()) TARN_CHECK(AddColumns(*loaded.table, false, *info));
  return info;
}

std::vector<TableRead> Lake::read() const {
  const std::scoped_lock lock(mutex_);
  std::vector<TableRead> read;
  read.reserve(tables_.size());
  for (const auto& [name, seen] : tables_) {
    if (seen.table != nullptr) read.push_back({seen.scope, seen.table->database, seen.table->name});
  }
  return read;
}

void Lake::Renew() {
  std::scoped_lock lock(mutex_);
  tables_.clear();
  iceberg_states_.clear();
  predicates_.clear();
}

void Lake::Prune(const std::vector<sql::TableUse>& uses) {
  std::scoped_lock lock(mutex_);
  for (const sql::TableUse& use : uses) {
    predicates_[{use.info.database, use.info.table}].push_back(use.partitions);
  }
}

Result<std::vector<catalog::Partition>> Lake::MatchingPartitions(const SeenTable& seen) {
  const catalog::Table& table = *seen.table;
  TARN_CHECK(iam_.GlueIn(seen.scope, "glue:GetPartitions", table.database, table.name));
  std::vector<sql::PartitionPredicate> uses;
  // Predicates are over the keys that the caller sees; the engine knows which of them say something.
  if (seen.access.whole()) {
    std::scoped_lock lock(mutex_);
    uses = predicates_[seen.name];
  }
  const bool all = uses.empty() || std::any_of(uses.begin(), uses.end(), [](const auto& u) { return u.always_true(); });
  if (IsProjected(table)) {
    auto projected = ProjectPartitions(table, all ? std::span<const sql::PartitionPredicate>() : std::span(uses), now_);
    if (projected.ok() || seen.access.whole()) return projected;
    // Its words tell of columns and properties that the caller may not see.
    return Fail(
        *projected.error().reason,
        fmt::format("NOT_SUPPORTED: the partitions of table {}.{} cannot be projected for who sees a part of it",
                    table.database, table.name));
  }
  const UsesFilter filter(uses, table.partition_keys.size());
  catalog::ListPartitionsOptions options;
  options.limit = 10000;
  if (!all) options.filter = &filter;
  std::vector<catalog::Partition> partitions;
  for (;;) {
    TARN_TRY(auto page, catalog_.ListPartitions(seen.scope, table.database, table.name, options));
    std::move(page.items.begin(), page.items.end(), std::back_inserter(partitions));
    if (page.next.empty()) break;
    options.after = page.next;
  }
  return partitions;
}

// Which of a table's folders Lake Formation opens; the others are asked for here by the caller's rights to S3.
Result<std::vector<std::string>> Lake::OpenedFolders(const SeenTable& seen, const std::string& home,
                                                     const std::vector<object::Location>& folders) const {
  std::vector<std::string> opened;
  if (seen.vended) opened.push_back(home);
  for (const object::Location& folder : folders) {
    const std::string url = folder.Url();
    const bool is_own = !home.empty() && url.starts_with(home);
    if (!is_own) {
      TARN_CHECK(seen_.rights().RequireOwners(url));
      TARN_TRY(const bool opens, seen_.rights().Opens(seen.access, url));
      if (opens) opened.push_back(url);
      if (opens) continue;
      if (IsForeign(seen.scope)) return enforce::Insufficient(govern::Permission::kSelect, seen.table->name);
    }
    if (!iam_.asks() || (is_own && seen.vended)) continue;
    TARN_CHECK(iam_.Below("s3:GetObject", url));
    TARN_CHECK(iam_.List(url));
  }
  if (!opened.empty()) TARN_CHECK(iam_.DataAccess());
  return opened;
}

Result<std::shared_ptr<const engine::TableBinding>> Lake::BindFiles(const SeenTable& seen) {
  const catalog::Table& table = *seen.table;
  auto binding = std::make_shared<engine::TableBinding>();
  TARN_TRY(binding->format, TableFormat(table, binding->text));
  for (const catalog::Column& column : table.columns()) {
    TARN_TRY(engine::ColumnDef known, ToEngineColumn(column));
    binding->columns.push_back(std::move(known));
  }
  const auto whole = ParseFolder(table.location());
  const std::string home = whole.ok() ? whole->Url() : "";
  std::vector<object::Location> folders;
  if (table.partition_keys.empty()) {
    TARN_TRY(object::Location folder, ParseFolder(table.location()));
    folders.push_back(std::move(folder));
    binding->partitions.emplace_back();
  } else {
    for (const catalog::Column& key : table.partition_keys) {
      TARN_TRY(engine::ColumnDef known, ToEngineColumn(key));
      binding->partition_columns.push_back(std::move(known));
    }
    TARN_TRY(std::vector<catalog::Partition> partitions, MatchingPartitions(seen));
    for (catalog::Partition& partition : partitions) {
      engine::Partition bound;
      for (std::string& value : partition.values) {
        if (value == catalog::kHiveNull) {
          bound.values.emplace_back();
        } else {
          bound.values.emplace_back(std::move(value));
        }
      }
      TARN_TRY(object::Location folder, ParseFolder(partition.location()));
      folders.push_back(std::move(folder));
      binding->partitions.push_back(std::move(bound));
    }
  }
  TARN_TRY(auto opened, OpenedFolders(seen, home, folders));
  const std::string* restored = catalog::Find(table.parameters, "read_restored_glacier_objects");
  binding->lister = std::make_shared<FolderLister>(FilesOf(seen.scope), std::move(folders),
                                                   restored != nullptr && EqualsIgnoreCase(*restored, "true"));
  binding->source = iam_.Guarded(std::make_shared<ObjectSource>(FilesOf(seen.scope)), std::move(opened));
  if (!seen.access.whole()) {
    std::vector<sql::TableColumn> columns;
    for (const auto* list : {&table.columns(), &table.partition_keys}) {
      for (const catalog::Column& column : *list) {
        TARN_TRY(sql::TableColumn known, ToSqlColumn(table, column));
        columns.push_back(std::move(known));
      }
    }
    TARN_CHECK(BindAccess(seen.access, table.name, columns, now_, *binding));
  }
  return std::shared_ptr<const engine::TableBinding>(std::move(binding));
}

Result<std::shared_ptr<const engine::TableBinding>> Lake::BindPartitionsTable(const SeenTable& seen) {
  const catalog::Table& table = *seen.table;
  TARN_CHECK(CheckPartitionsSeen(table, seen.access));
  auto binding = std::make_shared<engine::TableBinding>();
  binding->format = engine::Format::kRows;
  binding->virtual_columns = false;
  for (const catalog::Column& key : table.partition_keys) {
    TARN_TRY(engine::ColumnDef known, ToEngineColumn(key));
    binding->columns.push_back(std::move(known));
  }
  TARN_TRY(std::vector<catalog::Partition> partitions, MatchingPartitions(seen));
  for (catalog::Partition& partition : partitions) {
    Cells row;
    for (std::string& value : partition.values) {
      if (value == catalog::kHiveNull) {
        row.emplace_back();
      } else {
        row.emplace_back(std::move(value));
      }
    }
    binding->rows.push_back(std::move(row));
  }
  return std::shared_ptr<const engine::TableBinding>(std::move(binding));
}

Result<std::shared_ptr<const engine::TableBinding>> Lake::BindInformationSchema(const std::string& name) {
  auto known = InformationTables().find(name);
  if (known == InformationTables().end()) {
    return Fail(engine::kTableNotFound, fmt::format("table {}.{} does not exist", kInformationSchema, name));
  }
  {
    std::scoped_lock lock(mutex_);
    governed_ = governed_ || seen_.rights().governed();
  }
  auto binding = std::make_shared<engine::TableBinding>();
  binding->format = engine::Format::kRows;
  binding->virtual_columns = false;
  for (const SchemaColumn& column : known->second) {
    binding->columns.push_back(
        {std::string(column.name), column.number ? engine::Type{engine::Kind::kBigInt} : Text()});
  }
  const std::string catalog(kCatalogName);
  TARN_CHECK(iam_.Glue("glue:GetDatabases"));
  catalog::ListOptions databases;
  for (;;) {
    TARN_TRY(auto page, seen_.ListDatabases(scope_, databases));
    for (const catalog::Database& database : page.items) {
      if (name == "schemata") {
        binding->rows.push_back({catalog, database.name});
        continue;
      }
      TARN_CHECK(iam_.Glue("glue:GetTables", database.name, "*"));
      catalog::ListOptions tables;
      for (;;) {
        TARN_TRY(auto listed, seen_.ListTables(scope_, database.name, tables));
        for (const catalog::Table& table : listed.items) {
          if (name == "columns") {
            AddColumnRows(table, binding->rows);
          } else if (name == "tables") {
            binding->rows.push_back({catalog, database.name, table.name, table.IsView() ? "VIEW" : "BASE TABLE"});
          } else if (table.IsView()) {
            Result<ViewDefinition> view = table.IsIcebergView() ? ReadIcebergView(files_, table) : DecodeView(table);
            binding->rows.push_back({catalog, database.name, table.name, view.ok() ? view->sql : ""});
          }
        }
        if (listed.next.empty()) break;
        tables.after = listed.next;
      }
    }
    if (page.next.empty()) break;
    databases.after = page.next;
  }
  if (name == "schemata") binding->rows.push_back({catalog, std::string(kInformationSchema)});
  return std::shared_ptr<const engine::TableBinding>(std::move(binding));
}

Result<std::shared_ptr<const engine::TableBinding>> Lake::Resolve(const std::string& database,
                                                                  const std::string& table) {
  if (database == kInformationSchema) return BindInformationSchema(table);
  {
    TARN_TRY(auto state, FindIceberg(database, table));
    if (state != nullptr) return BindIceberg(*state, PlaceOf(scope_, database).scope == scope_);
    TARN_TRY(auto about, BindMetadata(database, table));
    if (about != nullptr) return about;
  }
  std::string base = table;
  const bool partitions = base.size() > kPartitionsSuffix.size() && base.ends_with(kPartitionsSuffix);
  if (partitions) base.resize(base.size() - kPartitionsSuffix.size());
  TARN_TRY(const SeenTable found, Load(database, base));
  if (found.table == nullptr || found.table->IsView()) {
    return Fail(engine::kTableNotFound, fmt::format("table {}.{} does not exist", database, table));
  }
  return partitions ? BindPartitionsTable(found) : BindFiles(found);
}

}  // namespace tarn::query

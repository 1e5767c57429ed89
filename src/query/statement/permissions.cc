// What Lake Formation asks before a statement may touch what it names. SELECTs, and the queries within others, ask
// where tables are bound (lake.cc); statements that only show, where they read the catalog.
#include <fmt/format.h>

#include "base/strings.h"
#include "catalog/errors.h"
#include "enforce/columns.h"
#include "enforce/errors.h"
#include "enforce/links.h"
#include "govern/bucket_levels.h"
#include "object/store/store.h"
#include "query/errors.h"
#include "query/lake/place.h"
#include "query/statement/job.h"

namespace tarn::query {
namespace {

using govern::Permission;
using govern::TableAccess;

// The tag of tables in table buckets, and of objects, that tells their level.
constexpr std::string_view kClassificationKey = "classification";

// As for a table that is not there.
Error NoTable(const Job& job, const sql::TableName& name) {
  return Fail(kUserError, fmt::format("TABLE_NOT_FOUND: line {}:{}: Table '{}.{}.{}' does not exist", name.pos.line,
                                      name.pos.column, kCatalogName, DatabaseOf(job, name), AsciiLower(name.table)));
}

struct Checker {
  Job& job;

  const enforce::Rights& rights() const { return job.catalog.rights(); }
  Result<TableAccess> Of(const sql::TableName& name) const {
    return rights().OfTable(DatabaseOf(job, name), AsciiLower(name.table));
  }

  // A change of the table itself, by one who sees all of it, or none of its data.
  Status Alter(const sql::TableName& name, Permission permission = Permission::kAlter) const {
    TARN_TRY(const TableAccess access, Of(name));
    if (!enforce::Exists(access)) return SemanticError(10001, fmt::format("Table not found {}", name.table));
    if (!access.Has(permission)) return enforce::Insufficient(permission, AsciiLower(name.table));
    if (access.Has(Permission::kSelect) && !access.whole()) {
      return enforce::Insufficient(Permission::kSelect, AsciiLower(name.table));
    }
    return Ok();
  }
  // Rows are found by values that the caller must all see.
  Status Change(const sql::TableName& name, std::initializer_list<Permission> permissions) const {
    TARN_TRY(const TableAccess access, Of(name));
    if (!enforce::Exists(access)) return NoTable(job, name);
    for (const Permission permission : permissions) {
      if (!access.Has(permission)) return enforce::Insufficient(permission, AsciiLower(name.table));
    }
    return access.whole() ? Ok() : Status(enforce::Insufficient(Permission::kSelect, AsciiLower(name.table)));
  }
  Status Create(const sql::TableName& name, const std::string& location) const {
    return job.catalog.MayCreateTable(job.scope, DatabaseOf(job, name), name.table, location);
  }
  static std::string Property(const sql::QueryProperties& properties, const std::string& key) {
    const auto found = properties.find(key);
    return found == properties.end() ? "" : found->second.text;
  }

  Status operator()(const sql::AddPartitions& s) const {
    TARN_TRY(const TableAccess access, Of(s.table));
    if (!access.Has(Permission::kInsert)) TARN_CHECK(Alter(s.table));
    for (const auto& [spec, location] : s.partitions) TARN_CHECK(rights().RequireLocation(location));
    return Ok();
  }
  Status operator()(const sql::DropPartitions& s) const { return Alter(s.table); }
  Status operator()(const sql::RenamePartition& s) const { return Alter(s.table); }
  Status operator()(const sql::MsckRepair& s) const { return Alter(s.table); }
  Status operator()(const sql::AlterColumns& s) const { return Alter(s.table); }
  Status operator()(const sql::ChangeColumn& s) const { return Alter(s.table); }
  Status operator()(const sql::DropColumn& s) const { return Alter(s.table); }
  Status operator()(const sql::AlterPartitionField& s) const { return Alter(s.table); }
  Status operator()(const sql::SetTblProperties& s) const {
    TARN_CHECK(Alter(s.table));
    for (const auto& [key, value] : s.properties) TARN_CHECK(job.catalog.MayName("", key, value));
    return Ok();
  }
  Status operator()(const sql::UnsetTblProperties& s) const { return Alter(s.table); }
  Status operator()(const sql::SetLocation& s) const {
    TARN_CHECK(Alter(s.table));
    return rights().RequireLocation(s.location);
  }
  // In another database other grants hold, on all of its tables: only who sees the whole table moves it there.
  Status operator()(const sql::RenameTable& s) const {
    TARN_CHECK(Alter(s.table));
    if (DatabaseOf(job, s.table) != DatabaseOf(job, s.to)) TARN_CHECK(Change(s.table, {Permission::kAlter}));
    return Create(s.to, "");
  }
  Status operator()(const sql::DropTable& s) const {
    TARN_TRY(const TableAccess access, Of(s.table));
    if (!enforce::Exists(access)) {
      return s.if_exists ? Status(enforce::Insufficient(Permission::kDrop, AsciiLower(s.table.table)))
                         : Status(SemanticError(10001, fmt::format("Table not found {}", s.table.table)));
    }
    if (!access.Has(Permission::kDrop)) return enforce::Insufficient(Permission::kDrop, AsciiLower(s.table.table));
    if (!access.encroaches || access.Has(Permission::kDelete)) return Ok();
    // Files go with an Iceberg table.
    const auto found = job.services.catalog.GetTable(job.scope, DatabaseOf(job, s.table), s.table.table);
    return found.ok() && found->IsIceberg()
               ? Status(enforce::Insufficient(Permission::kDelete, AsciiLower(s.table.table)))
               : Ok();
  }
  Status operator()(const sql::CreateTable& s) const {
    for (const auto& [key, value] : s.properties) TARN_CHECK(job.catalog.MayName(s.location, key, value));
    return Create(s.table, s.location);
  }
  Status operator()(const sql::CreateTableAs& s) const {
    const std::string external = Property(s.properties, "external_location");
    return Create(s.table, external.empty() ? Property(s.properties, "location") : external);
  }
  Status operator()(const sql::CreateView& s) const {
    TARN_CHECK(Create(s.table, ""));
    if (!s.or_replace) return Ok();
    const auto present = job.services.catalog.GetTable(job.scope, DatabaseOf(job, s.table), s.table.table);
    if (!present.ok()) return Ok();
    return rights().RequireTable(present->database, present->name, Permission::kAlter);
  }
  Status operator()(const sql::InsertInto& s) const {
    TARN_TRY(const TableAccess access, Of(s.table));
    if (!enforce::Exists(access)) return NoTable(job, s.table);
    // Which columns there are shows in what an INSERT may say.
    const bool may = access.Has(Permission::kInsert) && enforce::SeesAllColumns(access);
    return may ? Ok() : Status(enforce::Insufficient(Permission::kInsert, AsciiLower(s.table.table)));
  }
  Status operator()(const sql::Unload& s) const { return rights().RequireLocation(s.location); }
  Status operator()(const sql::Delete& s) const { return Change(s.table, {Permission::kDelete}); }
  Status operator()(const sql::UpdateRows& s) const {
    return Change(s.table, {Permission::kInsert, Permission::kDelete});
  }
  Status operator()(const sql::Merge& s) const { return Change(s.table, {Permission::kInsert, Permission::kDelete}); }
  Status operator()(const sql::Optimize& s) const {
    return Change(s.table, {Permission::kInsert, Permission::kDelete});
  }
  Status operator()(const sql::Vacuum& s) const { return Change(s.table, {Permission::kDelete}); }
  Status operator()(const sql::CreateDatabase& s) const {
    TARN_CHECK(rights().RequireCatalog(Permission::kCreateDatabase));
    return rights().RequireHome(s.location);
  }
  Status operator()(const sql::AlterDatabase& s) const { return rights().RequireDatabase(s.name, Permission::kAlter); }
  Status operator()(const sql::DropDatabase& s) const {
    TARN_CHECK(rights().RequireDatabase(s.name, Permission::kDrop));
    catalog::ListOptions options;
    do {
      const auto page = job.services.catalog.ListTables(job.scope, s.name, options);
      if (!page.ok()) return Ok();  // the statement says it in its own words
      for (const catalog::Table& table : page->items) {
        TARN_CHECK(rights().RequireTable(table.database, table.name, Permission::kDrop));
      }
      options.after = page->next;
    } while (!options.after.empty());
    return Ok();
  }

  // Those that read alone, and those that come back here with another statement.
  Status operator()(const sql::QueryStatement&) const { return Ok(); }
  Status operator()(const sql::Explain&) const { return Ok(); }
  Status operator()(const sql::ShowDatabases&) const { return Ok(); }
  Status operator()(const sql::ShowTables&) const { return Ok(); }
  Status operator()(const sql::ShowViews&) const { return Ok(); }
  Status operator()(const sql::ShowPartitions&) const { return Ok(); }
  Status operator()(const sql::ShowColumns&) const { return Ok(); }
  Status operator()(const sql::ShowCreate&) const { return Ok(); }
  Status operator()(const sql::ShowTblProperties&) const { return Ok(); }
  Status operator()(const sql::ShowFunctions&) const { return Ok(); }
  Status operator()(const sql::ShowSession&) const { return Ok(); }
  Status operator()(const sql::ShowCatalogs&) const { return Ok(); }
  Status operator()(const sql::Describe&) const { return Ok(); }
  Status operator()(const sql::DescribeDatabase&) const { return Ok(); }
  Status operator()(const sql::Prepare&) const { return Ok(); }
  Status operator()(const sql::Execute&) const { return Ok(); }
  Status operator()(const sql::Deallocate&) const { return Ok(); }
  Status operator()(const sql::Unserved&) const { return Ok(); }
};

template <typename T>
constexpr bool kShows = std::is_same_v<T, sql::ShowColumns> || std::is_same_v<T, sql::ShowCreate> ||
                        std::is_same_v<T, sql::ShowTblProperties> || std::is_same_v<T, sql::Describe>;

// Grants name the account's own databases: tables of table buckets are for those who may change all. What is shown of
// them, seen.h decides.
Status CheckBucketPermissions(Job& job, const sql::Statement& statement) {
  return std::visit(
      [&](const auto& node) -> Status {
        using Node = std::decay_t<decltype(node)>;
        const enforce::Rights& rights = job.catalog.rights();
        if constexpr (std::is_same_v<Node, sql::CreateDatabase>) {
          return rights.RequireCatalog(Permission::kCreateDatabase);
        } else if constexpr (std::is_same_v<Node, sql::DropDatabase>) {
          return rights.RequireDatabase(PlaceText(job.target, AsciiLower(node.name)), Permission::kDrop);
        } else if constexpr (!kShows<Node> && requires { node.table.table; }) {
          return rights.RequireWhole(PlaceText(job.target, DatabaseOf(job, node.table)), AsciiLower(node.table.table),
                                     Permission::kInsert);
        }
        return Ok();
      },
      statement.node);
}

// Of what is read but the table itself.
Result<std::string> LevelRead(Job& job, const std::string& database, const std::string& table,
                              const std::vector<sql::TableUse>& read) {
  if (job.services.classifier == nullptr) return std::string();
  const std::string own = PlaceText(job.target, database);
  std::string of_others;
  std::vector<govern::Classifier::Source> sources;
  for (const sql::TableUse& use : read) {
    if (use.info.database == own && use.info.table == table) continue;
    // "orders$partitions" tells of orders.
    const std::string name = use.info.table.substr(0, use.info.table.find('$', 1));
    const LakePlace place = PlaceOf(job.scope, use.info.database);
    const auto found = job.services.catalog.GetTable(place.scope, place.database, name);
    TARN_TRY(const auto target, enforce::FollowLink(job.services.catalog, place.scope, place.database, name, found));
    if (target) {
      TARN_TRY(const std::string level,
               job.services.classifier->LevelOf(target->scope, {{target->database, target->table, use.columns}}));
      of_others = govern::HigherLevel(of_others, level);
      continue;
    }
    if (place.scope == job.scope) {
      sources.push_back({use.info.database, name, use.columns});
      continue;
    }
    if (found.ok()) of_others = govern::HigherLevel(of_others, govern::LevelOf(*found));
  }
  TARN_TRY(const std::string level, job.services.classifier->LevelOf(job.scope, sources));
  return govern::HigherLevel(level, of_others);
}

}  // namespace

Result<catalog::Alongside> WithLevel(Job& job, const std::string& database, const std::string& table,
                                     const std::vector<sql::TableUse>& read, catalog::Alongside also) {
  TARN_TRY(std::string level, LevelRead(job, database, table, read));
  if (level.empty()) return also;
  return catalog::Alongside(
      [&job, database, table, level = std::move(level), also = std::move(also)](kv::Txn& txn) -> Status {
        if (also) TARN_CHECK(also(txn));
        if (InTableBucket(job)) return govern::RaiseBucketTable(txn, job.target, database, table, level);
        return job.services.classifier->Raise(txn, job.scope, database, table, level);
      });
}

Status RaiseLevel(Job& job, const std::string& database, const std::string& table,
                  const std::vector<sql::TableUse>& read) {
  TARN_TRY(const std::string level, LevelRead(job, database, table, read));
  if (level.empty()) return Ok();
  if (!InTableBucket(job)) return job.services.classifier->Raise(job.scope, database, table, level);
  TARN_TRY(const catalog::Table present, job.services.catalog.GetTable(job.target, database, table));
  const std::string higher = govern::HigherLevel(govern::LevelOf(present), level);
  if (higher == govern::LevelOf(present)) return Ok();
  return job.services.catalog.TagTable(job.target, database, table, {{std::string(kClassificationKey), higher}}, {});
}

Status ClassifyFiles(Job& job, const std::vector<std::string>& urls, const std::vector<sql::TableUse>& read) {
  TARN_TRY(const std::string level, LevelRead(job, "", "", read));
  if (level.empty()) return Ok();
  for (const std::string& url : urls) {
    TARN_TRY(const object::Location place, object::ParseLocation(url));
    TARN_TRY(const object::Bucket bucket, job.services.objects.GetBucket(place.bucket));
    TARN_CHECK(job.services.objects.SetTags(bucket, place.key, "", {{std::string(kClassificationKey), level}}));
  }
  return Ok();
}

Status CheckPermissions(Job& job, const sql::Statement& statement) {
  if (!job.catalog.rights().governed()) return Ok();
  // Results are files too.
  TARN_CHECK(job.catalog.rights().RequireLocation(job.execution.result.output_location.value_or("")));
  return InTableBucket(job) ? CheckBucketPermissions(job, statement) : std::visit(Checker{job}, statement.node);
}

}  // namespace tarn::query

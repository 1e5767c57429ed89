// SHOW and DESCRIBE.
#include <fmt/format.h>
#include <re2/re2.h>

#include "base/strings.h"
#include "catalog/errors.h"
#include "enforce/columns.h"
#include "enforce/iceberg_view.h"
#include "enforce/links.h"
#include "query/errors.h"
#include "query/iceberg_view.h"
#include "query/statement/hive_table.h"
#include "query/statement/job.h"
#include "query/statement/seen.h"
#include "query/statement/show_iceberg.h"

namespace tarn::query {
namespace {

// A Hive pattern: '*' is any text, '|' separates alternatives; case does not count.
class Pattern {
 public:
  explicit Pattern(const std::optional<std::string>& text) {
    if (!text) return;
    std::string regex = "(?i)(?:";
    for (char c : *text) {
      if (c == '*') {
        regex += ".*";
      } else if (c == '|') {
        regex += '|';
      } else {
        regex += RE2::QuoteMeta(std::string(1, c));
      }
    }
    regex_ = std::make_unique<RE2>(regex + ")", RE2::Quiet);
  }
  bool Matches(const std::string& name) const { return regex_ == nullptr || RE2::FullMatch(name, *regex_); }

 private:
  std::unique_ptr<RE2> regex_;
};

// Names of the tables or views of a database that match.
Result<std::vector<std::string>> TableNames(Job& job, const std::string& named, const std::optional<std::string>& text,
                                            bool views_only) {
  const std::string database = named.empty() ? job.database() : AsciiLower(named);
  if (!InTableBucket(job)) TARN_CHECK(EnsureDefaultDatabase(job.services.catalog, job.scope, database));
  const Pattern pattern(text);
  std::vector<std::string> names;
  catalog::ListOptions options;
  for (;;) {
    auto page = SeenTables(job, database, options);
    if (page.Is(catalog::kNoSuchDatabase)) {
      return SemanticError(10072, fmt::format("Database does not exist: {}", database));
    }
    if (!page.ok()) return page.error();
    for (const catalog::Table& table : page->items) {
      if (views_only && !table.IsView()) continue;
      if (pattern.Matches(table.name)) names.push_back(table.name);
    }
    if (page->next.empty()) return names;
    options.after = page->next;
  }
}

void AddDetails(const catalog::Table& table, std::vector<std::string>& lines) {
  auto add = [&](std::string_view name, std::string_view value) {
    lines.push_back(fmt::format("{:<20}\t{:<20}\t ", name, value));
  };
  lines.emplace_back("\t \t ");
  lines.emplace_back("# Detailed Table Information\t \t ");
  add("Database:", table.database);
  add("Owner:", table.owner.value_or(""));
  add("CreateTime:", FormatIso8601(table.create_time));
  add("Location:", table.location());
  add("Table Type:", table.table_type.value_or(""));
  lines.emplace_back("Table Parameters:\t \t ");
  for (const auto& [key, value] : table.parameters.value_or(catalog::Parameters{})) {
    lines.push_back(fmt::format("\t{:<20}\t{:<20}", key, value));
  }
  if (!table.storage) return;
  lines.emplace_back("\t \t ");
  lines.emplace_back("# Storage Information\t \t ");
  if (table.storage->serde) add("SerDe Library:", table.storage->serde->library.value_or(""));
  add("InputFormat:", table.storage->input_format.value_or(""));
  add("OutputFormat:", table.storage->output_format.value_or(""));
}

const std::vector<ResultColumn>& DescribeColumns() {
  static const std::vector<ResultColumn> columns = {TextColumn("col_name"), TextColumn("data_type"),
                                                    TextColumn("comment")};
  return columns;
}

// A table that is shown: what a link leads to, of another catalog, too.
struct Shown {
  catalog::Table table;
  Scope scope;
};

Result<Shown> FindShown(Job& job, const sql::TableName& name) {
  const std::string database = DatabaseOf(job, name);
  Shown shown{.table = {}, .scope = job.target};
  if (InTableBucket(job)) {
    TARN_TRY(shown.table, FindHiveTable(job, name));
    return shown;
  }
  const auto found = job.services.catalog.GetTable(job.scope, database, name.table);
  TARN_TRY(const auto target, enforce::FollowLink(job.services.catalog, job.scope, database, name.table, found));
  if (!target) {
    TARN_TRY(shown.table, FindHiveTable(job, name));
    return shown;
  }
  TARN_TRY(const govern::TableAccess access,
           enforce::OfLinked(job.catalog.rights(), database, AsciiLower(name.table), found.ok(), *target));
  const auto kept = job.services.catalog.GetTable(target->scope, target->database, target->table);
  if (!enforce::Exists(access) || !kept.ok() || kept->target) {
    return SemanticError(10001, fmt::format("Table not found {}", name.table));
  }
  TARN_CHECK(job.iam.GlueIn(target->scope, "glue:GetTable", target->database, target->table));
  shown.table = *kept;
  enforce::Restrict(access, shown.table);
  shown.scope = target->scope;
  return shown;
}

// The Iceberg table behind a record as it is shown, for which its own metadata counts.
Result<catalog::IcebergTable> LoadIceberg(Job& job, const Scope& scope, const catalog::Table& record) {
  TARN_TRY(catalog::IcebergTable table, job.services.iceberg.tables.Load(scope, record.database, record.name));
  TARN_TRY(const govern::TableAccess access, AccessIn(job, scope, record.database, record.name));
  if (!access.whole() && access.Has(govern::Permission::kSelect)) {
    TARN_TRY(iceberg::TableMetadata seen, enforce::SeenMetadata(access, *table.metadata));
    table.metadata = std::make_shared<const iceberg::TableMetadata>(std::move(seen));
    table.json.reset();
    table.record = record;
  }
  return table;
}

}  // namespace

Status RunShowDatabases(Job& job, const sql::ShowDatabases& show) {
  if (!InTableBucket(job)) TARN_CHECK(EnsureDefaultDatabase(job.services.catalog, job.scope, "default"));
  const Pattern pattern(show.pattern);
  std::vector<std::string> names;
  catalog::ListOptions options;
  for (;;) {
    TARN_TRY(auto page, SeenDatabases(job, options));
    for (const catalog::Database& database : page.items) {
      if (pattern.Matches(database.name)) names.push_back(database.name);
    }
    if (page.next.empty()) break;
    options.after = page.next;
  }
  return job.WriteText({TextColumn("database_name")}, names);
}

Status RunShowTables(Job& job, const sql::ShowTables& show) {
  TARN_TRY(std::vector<std::string> names, TableNames(job, show.database, show.pattern, false));
  return job.WriteText({TextColumn("tab_name")}, names);
}

Status RunShowViews(Job& job, const sql::ShowViews& show) {
  TARN_TRY(std::vector<std::string> names, TableNames(job, show.database, show.pattern, true));
  return job.WriteText({TextColumn("views")}, names);
}

Status RunShowPartitions(Job& job, const sql::ShowPartitions& show) {
  TARN_TRY(catalog::Table table, FindHiveTable(job, show.table));
  if (table.partition_keys.empty()) {
    return DdlTaskError(fmt::format("Table {} is not a partitioned table", table.name));
  }
  std::vector<std::string> lines;
  catalog::ListPartitionsOptions options;
  options.limit = 10000;
  for (;;) {
    TARN_TRY(auto page, job.catalog.ListPartitions(job.scope, table.database, table.name, options));
    for (const catalog::Partition& partition : page.items) {
      lines.push_back(PartitionPath(table.partition_keys, partition.values));
    }
    if (page.next.empty()) break;
    options.after = page.next;
  }
  return job.WriteText({TextColumn("partition")}, lines);
}

Status RunShowColumns(Job& job, const sql::ShowColumns& show) {
  TARN_TRY(catalog::Table table, FindHiveTable(job, show.table));
  std::vector<std::string> lines;
  std::vector<catalog::Column> columns = table.columns();
  if (table.IsIceberg()) {
    TARN_TRY(const catalog::IcebergTable iceberg, LoadIceberg(job, job.target, table));
    columns = CurrentColumns(iceberg);
  }
  lines.reserve(columns.size());
  for (const catalog::Column& column : columns) lines.push_back(fmt::format("{:<20}", column.name));
  for (const catalog::Column& key : table.partition_keys) lines.push_back(fmt::format("{:<20}", key.name));
  return job.WriteText({TextColumn("field")}, lines);
}

Status RunShowCreate(Job& job, const sql::ShowCreate& show) {
  if (!show.view) {
    TARN_TRY(catalog::Table table, FindHiveTable(job, show.table));
    if (table.IsIceberg()) {
      TARN_TRY(const catalog::IcebergTable iceberg, LoadIceberg(job, job.target, table));
      return job.WriteText({TextColumn("createtab_stmt")}, ShowCreateIcebergLines(iceberg));
    }
    if (!table.IsView()) return job.WriteText({TextColumn("createtab_stmt")}, ShowCreateTableLines(table));
  }
  const std::string database = DatabaseOf(job, show.table);
  Result<catalog::Table> table = SeenTable(job, database, show.table.table);
  if (!table.ok() || !table->IsView()) {
    return Fail(kUserError, fmt::format("TABLE_NOT_FOUND: line 1:1: View '{}.{}.{}' does not exist", kCatalogName,
                                        database, show.table.table));
  }
  TARN_TRY(ViewDefinition view, table->IsIcebergView() ? ReadIcebergView(job.files, *table) : DecodeView(*table));
  // Not told to who sees some of its columns.
  if (view.sql.empty()) return enforce::Insufficient(govern::Permission::kSelect, table->name);
  std::vector<std::string> lines = {fmt::format("CREATE VIEW {}.{}.{} AS", kCatalogName, database, table->name)};
  for (std::string_view line : Split(view.sql, '\n')) lines.emplace_back(line);
  return job.WriteText({DescribeColumn("Create View", sql::VarcharType())}, lines);
}

Status RunShowTblProperties(Job& job, const sql::ShowTblProperties& show) {
  TARN_TRY(catalog::Table table, FindHiveTable(job, show.table));
  if (table.IsIceberg()) {
    TARN_TRY(const catalog::IcebergTable iceberg, LoadIceberg(job, job.target, table));
    table.parameters = AllProperties(iceberg);
  }
  std::vector<std::string> lines;
  if (show.key) {
    const std::string* value = catalog::Find(table.parameters, *show.key);
    lines.push_back(value != nullptr
                        ? *value
                        : fmt::format("Table {}.{} does not have property: {}", table.database, table.name, *show.key));
  } else {
    for (const auto& [key, value] : table.parameters.value_or(catalog::Parameters{})) {
      lines.push_back(key + "\t" + value);
    }
  }
  return job.WriteText({TextColumn("prpt_name"), TextColumn("prpt_value")}, lines);
}

Status RunShowCatalogs(Job& job, const sql::ShowCatalogs& show) {
  const Pattern pattern(show.pattern);
  std::vector<std::string> names;
  PageRequest request;
  for (;;) {
    TARN_TRY(auto page, job.services.data_catalogs.List(job.scope, request));
    for (const DataCatalog& catalog : page.items) {
      if (pattern.Matches(AsciiLower(catalog.name))) names.push_back(AsciiLower(catalog.name));
    }
    if (page.next.empty()) break;
    request.token = page.next;
  }
  return job.WriteText({DescribeColumn("Catalog", sql::VarcharType())}, names);
}

Status RunDescribe(Job& job, const sql::Describe& describe) {
  TARN_TRY(Shown shown, FindShown(job, describe.table));
  catalog::Table& table = shown.table;
  std::vector<std::string> lines;
  if (table.IsIceberg()) {
    TARN_TRY(const catalog::IcebergTable iceberg, LoadIceberg(job, shown.scope, table));
    table.storage->columns = CurrentColumns(iceberg);
    table.parameters = AllProperties(iceberg);
    lines = DescribeIcebergLines(iceberg);
  } else {
    lines = DescribeLines(table);
  }
  if (!describe.column.empty()) {
    std::vector<catalog::Column> all = table.columns();
    all.insert(all.end(), table.partition_keys.begin(), table.partition_keys.end());
    for (const catalog::Column& column : all) {
      if (!EqualsIgnoreCase(column.name, describe.column)) continue;
      return job.WriteText(DescribeColumns(), {DescribeLine(column.name, column.type.value_or("string"),
                                                            column.comment.value_or("from deserializer"))});
    }
    return SemanticError(10002, fmt::format("Invalid column reference {}", describe.column));
  }
  if (describe.formatted && !table.IsIceberg())
    lines.insert(lines.begin(), {DescribeLine("# col_name", "data_type", "comment"), "\t \t "});
  if (describe.formatted || describe.extended) AddDetails(table, lines);
  return job.WriteText(DescribeColumns(), lines);
}

Status RunDescribeDatabase(Job& job, const sql::DescribeDatabase& describe) {
  Result<catalog::Database> found = SeenDatabase(job, AsciiLower(describe.database));
  if (found.Is(catalog::kNoSuchDatabase)) {
    return SemanticError(10072, fmt::format("Database does not exist: {}", describe.database));
  }
  if (!found.ok()) return found.error();
  std::string line =
      fmt::format("{}\t{}\t{}", found->name, found->description.value_or(""), found->location.value_or(""));
  if (describe.extended) {
    for (const auto& [key, value] : found->parameters.value_or(catalog::Parameters{})) {
      line += fmt::format("\t{}={}", key, value);
    }
  }
  return job.WriteText({TextColumn("db_name"), TextColumn("comment"), TextColumn("location")}, {line});
}

}  // namespace tarn::query

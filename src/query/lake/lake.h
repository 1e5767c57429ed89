// The lake as one query sees it: names resolved against the catalog, tables bound to the files of matching partitions.
//
// Invariants: a table is read from the catalog once per run of a query and stays that, an Iceberg table at one
// snapshot. A partition that no use of the table can need is neither listed nor opened. Files whose path below the
// table's location has a part that begins with '_' or '.' do not exist. Errors: sql's and engine's reasons, catalog's,
// object's. Threads: any.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "catalog/catalog.h"
#include "catalog/iceberg/planner.h"
#include "catalog/iceberg/tables.h"
#include "enforce/catalog_view.h"
#include "engine/table.h"
#include "object/files.h"
#include "query/iam_rights.h"
#include "query/lake/iceberg_access.h"
#include "query/lake/place.h"
#include "query/store/data_catalog.h"
#include "query/store/execution.h"
#include "sql/analyze.h"
#include "tables/tail.h"

namespace tarn::query {

inline constexpr std::string_view kCatalogName = "awsdatacatalog";
inline constexpr std::string_view kInformationSchema = "information_schema";

// How the files of a table are read. kNotSupported (engine's) names a SerDe that is not served.
Result<engine::Format> TableFormat(const catalog::Table& table, engine::TextOptions& text);

Result<sql::Type> ToSqlType(const iceberg::Type& type);

// "s3://bucket/key" as a folder: the key ends in '/' unless it is empty.
Result<object::Location> ParseFolder(std::string_view url);

// Lists the visible files below a folder. Archived objects are none, but with `read_restored` those that have a
// restored copy.
Result<std::vector<engine::File>> ListFolder(const object::Files& files, const object::Location& folder,
                                             bool read_restored);

// The SQL of a view that Athena, Presto or we stored; empty for what is no such view.
struct ViewDefinition {
  std::string sql;
  std::string catalog;
  std::string database;
};
Result<ViewDefinition> DecodeView(const catalog::Table& table);

// A constant expression's value, as text; no value: NULL. Moments are microseconds since 1970 in UTC.
struct Constant {
  sql::Type type;
  std::optional<std::string> text;
};
using EvaluateConstant = std::function<Result<Constant>(sql::ExprPtr expression)>;

// An Iceberg table at the state in which a query reads it, and what the caller sees of that state.
struct IcebergState {
  catalog::IcebergTable table;
  catalog::ScanState at;
  govern::TableAccess access;
  bool vended = false;                       // SeenTable's
  std::shared_ptr<const tables::Tail> tail;  // what is read beside it; null: nothing
  Scope scope = {};                          // where it is kept
};

// "t" of "t$live".
std::optional<std::string> TableOfLive(std::string_view name);

// A table's record as it is, and what the caller sees of it; null: there is none for the caller.
struct SeenTable {
  std::shared_ptr<const catalog::Table> table;
  govern::TableAccess access;
  bool vended = false;  // Lake Formation opens its data: IAM is asked for lakeformation:GetDataAccess instead of S3
  Scope scope = {};     // where it is kept: a link may lead to another account
  std::pair<std::string, std::string> name = {};  // the database's and its own, as the query has them
};

class Lake : public sql::CatalogView, public engine::TableResolver {
 public:
  // `seen` is the same catalog as the query's caller sees it, `iam` what the caller may read of it and its data.
  Lake(const catalog::Catalog& catalog, const enforce::CatalogView& seen, const IamRights& iam,
       const DataCatalogs& data_catalogs, const IcebergAccess& iceberg, object::Store& objects, Scope scope);
  ~Lake() override;

  Result<std::optional<sql::TableInfo>> FindTable(const sql::TableName& name) const override;
  // A table to insert into: all of its columns, also for one who may not read it.
  Result<std::optional<sql::TableInfo>> FindTarget(const sql::TableName& name) const;
  Result<std::optional<sql::TableInfo>> FindVersion(const sql::TableName& name, const std::string& kind,
                                                    sql::ExprPtr value) const override;
  Result<bool> DatabaseExists(const std::string& catalog, const std::string& database) const override;
  Result<bool> CatalogExists(const std::string& catalog) const override;

  // How values of AS OF are computed, and what time it is; before any look-up that needs them.
  void SetConstants(EvaluateConstant evaluate, Timestamp now) {
    evaluate_ = std::move(evaluate);
    now_ = now;
  }

  // Forgets what was read of tables, for a statement that runs again on what they are now.
  void Renew();

  // Tells which partitions the uses of each table may need; before the engine resolves.
  void Prune(const std::vector<sql::TableUse>& uses);
  Result<std::shared_ptr<const engine::TableBinding>> Resolve(const std::string& database,
                                                              const std::string& table) override;

  // The Iceberg table that `engine_table` (TableInfo's) means in this query; null when it is none.
  Result<std::shared_ptr<const IcebergState>> FindIceberg(const std::string& database,
                                                          const std::string& engine_table) const;

  const object::Files& files() const { return files_; }
  // Those of who keeps a table.
  object::Files FilesOf(const Scope& scope) const { return {objects_, scope.account}; }
  // The tables that were looked up for their rows.
  std::vector<TableRead> read() const;
  // Lake Formation has a say in what this query read so far.
  bool governed() const {
    std::scoped_lock lock(mutex_);
    return governed_;
  }

 private:
  using Name = std::pair<std::string, std::string>;
  Result<SeenTable> Load(const std::string& database, const std::string& table) const;
  Result<SeenTable> Find(const std::string& database, const std::string& table) const;
  bool IsForeign(const Scope& scope) const { return scope.account != scope_.account; }
  catalog::MayOpen MayOpenFor(const IcebergState& state) const;
  // May the caller know of the table by IAM; `found` is null where there is none of the name.
  Status MayDescribe(const LakePlace& place, const std::string& table, const catalog::Table* found) const;
  Result<std::optional<sql::TableInfo>> DescribeIceberg(const sql::TableName& name, const IcebergState& state) const;
  Result<catalog::ScanPoint> PointOf(const sql::TableName& name, const std::string& kind, sql::ExprPtr value,
                                     const iceberg::TableMetadata& metadata) const;
  Result<std::optional<sql::TableInfo>> DescribeLive(const sql::TableName& name) const;
  Result<std::optional<sql::TableInfo>> DescribeMetadata(const sql::TableName& name) const;
  Result<std::shared_ptr<const engine::TableBinding>> BindMetadata(const std::string& database,
                                                                   const std::string& name);
  Result<std::shared_ptr<const engine::TableBinding>> BindIceberg(const IcebergState& state, bool in_s3);
  Result<std::vector<std::string>> OpenedFolders(const SeenTable& seen, const std::string& home,
                                                 const std::vector<object::Location>& folders) const;
  Result<std::shared_ptr<const engine::TableBinding>> BindFiles(const SeenTable& seen);
  Result<std::vector<catalog::Partition>> MatchingPartitions(const SeenTable& seen);
  Result<std::shared_ptr<const engine::TableBinding>> BindPartitionsTable(const SeenTable& seen);
  Result<std::shared_ptr<const engine::TableBinding>> BindInformationSchema(const std::string& table);

  const catalog::Catalog& catalog_;
  const enforce::CatalogView& seen_;
  const IamRights& iam_;
  const DataCatalogs& data_catalogs_;
  const IcebergAccess iceberg_;
  object::Store& objects_;
  object::Files files_;
  Scope scope_;
  EvaluateConstant evaluate_;
  Timestamp now_;
  mutable std::mutex mutex_;
  mutable bool governed_ = false;
  mutable std::map<Name, SeenTable> tables_;
  mutable std::map<Name, std::shared_ptr<const IcebergState>> iceberg_states_;  // by the engine's name
  std::map<Name, std::vector<sql::PartitionPredicate>> predicates_;
};

}  // namespace tarn::query

// One statement being run: what it may use, and where its outcome goes.
//
// A statement's function writes its result objects, fills in `execution` (columns, statistics, counts) and returns Ok,
// or an Error whose message is what StateChangeReason will say. Threads: one job belongs to one thread; Cancel any.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "catalog/iceberg/tables.h"
#include "enforce/catalog_view.h"
#include "engine/engine.h"
#include "govern/tags/classifier.h"
#include "object/files.h"
#include "query/iam_rights.h"
#include "query/lake/iceberg_access.h"
#include "query/lake/lake.h"
#include "query/results.h"
#include "query/store/data_catalog.h"
#include "query/store/execution.h"
#include "query/store/saved.h"
#include "sql/statement.h"

namespace tarn::query {

// What every statement may use; outlives all jobs.
struct Services {
  catalog::Catalog& catalog;  // as it is: Job::catalog is what the caller sees
  object::Store& objects;
  engine::Pool& pool;
  const Clock& clock;
  SavedQueries& saved;
  DataCatalogs& data_catalogs;
  IcebergAccess iceberg;
  WorkerPool& writers;                     // puts small result objects beside each other
  govern::Access* access;                  // null: nothing is governed
  const identity::Authorizer* authorizer;  // null: IAM has no say
  govern::Classifier* classifier;          // null: levels of classification do not follow data
};

class Job {
 public:
  Job(Services& services, Scope scope, identity::Caller caller, Execution start, uint64_t scanned_bytes_max);

  Services& services;
  const Scope scope;
  Scope target;  // where the table is kept that the statement changes: the scope, or a table bucket's
  const identity::Caller caller;
  enforce::CatalogView catalog;
  const IamRights iam;
  Execution execution;
  const object::Files files;
  Lake lake;
  const uint64_t scanned_bytes_max;     // 0: no limit
  std::vector<std::string> parameters;  // values of the statement's ?
  std::string reuse_digest;             // set when the results may answer the same query again

  // The database that unqualified names mean.
  std::string database() const;
  sql::AnalyzeContext context() const;

  // The value of an expression without columns.
  Result<Constant> Evaluate(sql::ExprPtr expression);
  // Runs on the engine and waits; adds to the statistics. The error is the query's.
  Result<engine::Outcome> RunEngine(engine::Query query);
  // Ends the running engine query, and any later one at once.
  void Cancel();
  bool cancelled() const { return cancelled_.load(); }
  bool started() const;  // the engine works on it (or it needs none)
  uint64_t scanned_bytes() const;

  // Writes `lines` and their metadata beside it as the execution's result.
  Status WriteText(std::vector<ResultColumn> columns, const std::vector<std::string>& lines);
  // Puts the metadata beside the result while `first` runs; both are durable on return.
  Status WithMetadata(const std::string& key_suffix, const std::vector<ResultColumn>& columns,
                      const std::function<Status()>& first);

 private:
  std::atomic<bool> cancelled_ = false;
  mutable std::mutex mutex_;
  std::shared_ptr<engine::Execution> running_;
};

// What IAM asks of the caller before the statement runs (iam_permissions.cc); tables that are read ask as they are
// bound.
Status CheckIam(Job& job, const sql::Statement& statement);
// What Lake Formation asks of the caller before the statement may touch what it names (permissions.cc).
Status CheckPermissions(Job& job, const sql::Statement& statement);

// That the table which the statement makes has the highest level of classification of what it reads: told as it is
// made.
Result<catalog::Alongside> WithLevel(Job& job, const std::string& database, const std::string& table,
                                     const std::vector<sql::TableUse>& read, catalog::Alongside also = nullptr);
// Lifts the table that rows are written to, before they are.
Status RaiseLevel(Job& job, const std::string& database, const std::string& table,
                  const std::vector<sql::TableUse>& read);

// Tells the level on objects, by the tag `classification`.
Status ClassifyFiles(Job& job, const std::vector<std::string>& urls, const std::vector<sql::TableUse>& read);

// Parsed and bound, whatever it is.
Status RunStatement(Job& job, sql::Statement& statement);

// A query's rows as the CSV result.
Status RunSelect(Job& job, sql::Query& query);
Status RunExplain(Job& job, sql::Explain& explain);
Status RunPrepare(Job& job, const sql::Prepare& prepare);
Status RunExecute(Job& job, const sql::Execute& execute);
Status RunDeallocate(Job& job, const sql::Deallocate& deallocate);

// Changes of databases and tables (definitions.cc), of partitions (partitions.cc), of data (write.cc).
Status RunCreateDatabase(Job& job, const sql::CreateDatabase& create);
Status RunDropDatabase(Job& job, const sql::DropDatabase& drop);
Status RunAlterDatabase(Job& job, const sql::AlterDatabase& alter);
Status RunCreateTable(Job& job, const sql::CreateTable& create);
Status RunCreateView(Job& job, sql::CreateView& create);
Status RunDropTable(Job& job, const sql::DropTable& drop);
Status RunAlterColumns(Job& job, const sql::AlterColumns& alter);
Status RunChangeColumn(Job& job, const sql::ChangeColumn& change);
Status RunDropColumn(Job& job, const sql::DropColumn& drop);
Status RunSetTblProperties(Job& job, const sql::SetTblProperties& set);
Status RunUnsetTblProperties(Job& job, const sql::UnsetTblProperties& unset);
Status RunSetLocation(Job& job, const sql::SetLocation& set);
Status RunRenameTable(Job& job, const sql::RenameTable& rename);
Status RunAddPartitions(Job& job, const sql::AddPartitions& add);
Status RunDropPartitions(Job& job, const sql::DropPartitions& drop);
Status RunRenamePartition(Job& job, const sql::RenamePartition& rename);
Status RunMsckRepair(Job& job, const sql::MsckRepair& repair);
Status RunCreateTableAs(Job& job, sql::CreateTableAs& create);
Status RunInsertInto(Job& job, sql::InsertInto& insert);
Status RunUnload(Job& job, sql::Unload& unload);

// Iceberg tables: definitions (iceberg/alter.cc), rows (iceberg/write.cc).
Status RunCreateIceberg(Job& job, const sql::CreateTable& create);
Status RunDropIceberg(Job& job, const sql::DropTable& drop, const catalog::IcebergTable& table);
Status RunAlterIceberg(Job& job, const sql::AlterColumns& alter);
Status RunAlterIceberg(Job& job, const sql::ChangeColumn& change);
Status RunAlterIceberg(Job& job, const sql::DropColumn& drop);
Status RunAlterIceberg(Job& job, const sql::SetTblProperties& set);
Status RunAlterIceberg(Job& job, const sql::UnsetTblProperties& unset);
Status RunAlterPartitionField(Job& job, const sql::AlterPartitionField& alter);
Status RunCreateIcebergAs(Job& job, sql::CreateTableAs& create);
Status RunInsertIntoIceberg(Job& job, sql::InsertInto& insert, const catalog::IcebergTable& table);
Status RunDelete(Job& job, sql::Delete& change);
Status RunUpdate(Job& job, sql::UpdateRows& change);
Status RunMerge(Job& job, sql::Merge& merge);
Status RunOptimize(Job& job, sql::Optimize& optimize);
Status RunVacuum(Job& job, const sql::Vacuum& vacuum);
// Whether a table can be made so: where nothing lies yet; in a table bucket, of a name that it takes.
Status CheckNewIceberg(Job& job, const sql::TableName& name, const std::string& location);
// The manifest, the metadata and the counts that a statement leaves that changed rows.
Status FinishWrite(Job& job, const std::vector<std::string>& urls, uint64_t rows, uint64_t bytes);
// The query's plan, its columns with types: asked of the engine where the analysis does not know one.
Result<sql::Plan> PlanTyped(Job& job, sql::Query& query);
// What no table can be made from.
Status CheckColumnNames(const std::vector<sql::OutputColumn>& columns);
// False when the table is there and the statement says IF NOT EXISTS. Errors TABLE_ALREADY_EXISTS, SCHEMA_NOT_FOUND.
Result<bool> StartCreateAs(Job& job, const std::string& database, const sql::CreateTableAs& create);
// For each column of the table the position of the query's column that fills it; -1 for none.
Result<std::vector<int>> MatchColumns(const sql::InsertInto& insert, const std::vector<sql::TableColumn>& columns,
                                      const std::vector<sql::OutputColumn>& given);

// Answers about the catalog (show.cc).
Status RunShowDatabases(Job& job, const sql::ShowDatabases& show);
Status RunShowTables(Job& job, const sql::ShowTables& show);
Status RunShowViews(Job& job, const sql::ShowViews& show);
Status RunShowPartitions(Job& job, const sql::ShowPartitions& show);
Status RunShowColumns(Job& job, const sql::ShowColumns& show);
Status RunShowCreate(Job& job, const sql::ShowCreate& show);
Status RunShowTblProperties(Job& job, const sql::ShowTblProperties& show);
Status RunShowCatalogs(Job& job, const sql::ShowCatalogs& show);
Status RunDescribe(Job& job, const sql::Describe& describe);
Status RunDescribeDatabase(Job& job, const sql::DescribeDatabase& describe);

// The table a DDL statement names; the error reads as Hive's.
Result<catalog::Table> FindHiveTable(Job& job, const sql::TableName& name);
std::string DatabaseOf(const Job& job, const sql::TableName& name);
// The table of that name among those of the statement's target, as SQL text: "catalog"."database"."table".
std::string TargetText(const Job& job, const catalog::Table& table);
// Whether the statement changes a table of a table bucket.
bool InTableBucket(const Job& job);
// Makes "default" exist when it is what `database` says, as Athena does at first use.
Status EnsureDefaultDatabase(catalog::Catalog& catalog, const Scope& scope, std::string_view database);

// Hive's texts for failed DDL.
Error SemanticError(int code, std::string_view text);
Error DdlTaskError(std::string_view text);

}  // namespace tarn::query

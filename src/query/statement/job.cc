#include "query/statement/job.h"

#include <fmt/format.h>

#include <future>
#include <type_traits>

#include "base/strings.h"
#include "catalog/buckets/table_buckets.h"
#include "catalog/errors.h"
#include "enforce/errors.h"
#include "engine/errors.h"
#include "query/errors.h"
#include "query/lake/place.h"
#include "query/statement/seen.h"

namespace tarn::query {

Job::Job(Services& services, Scope scope, identity::Caller caller, Execution start, uint64_t scanned_bytes_max)
    : services(services),
      scope(std::move(scope)),
      target(this->scope),
      caller(std::move(caller)),
      catalog(services.catalog, services.access, this->caller, this->scope),
      iam(services.authorizer, services.objects, this->caller, this->scope),
      execution(std::move(start)),
      files(services.objects, this->scope.account),
      lake(services.catalog, catalog, iam, services.data_catalogs, services.iceberg, services.objects, this->scope),
      scanned_bytes_max(scanned_bytes_max),
      parameters(execution.parameters) {
  lake.SetConstants([this](sql::ExprPtr expression) { return Evaluate(std::move(expression)); }, execution.submitted);
}

std::string Job::database() const {
  // Clients quote the context's name as they do in statements: awswrangler sends "`db`".
  std::string_view name = execution.database ? *execution.database : std::string_view("default");
  if (name.size() > 2 && name.front() == name.back() && (name.front() == '`' || name.front() == '"')) {
    name = name.substr(1, name.size() - 2);
  }
  return AsciiLower(name);
}

sql::AnalyzeContext Job::context() const {
  sql::AnalyzeContext context;
  context.catalog = AsciiLower(execution.catalog.value_or(std::string(kCatalogName)));
  context.database = database();
  context.now = execution.submitted;
  context.user = caller.arn;
  return context;
}

Result<engine::Outcome> Job::RunEngine(engine::Query query) {
  if (query.scanned_bytes_max == 0) query.scanned_bytes_max = scanned_bytes_max;
  std::shared_ptr<engine::Execution> running;
  {
    std::scoped_lock lock(mutex_);
    if (cancelled()) return Fail(engine::kCancelled, "the query was cancelled");
    TARN_TRY(running, services.pool.Start(std::move(query)));
    running_ = running;
  }
  engine::Outcome outcome = running->Wait();
  execution.statistics.queue_millis += outcome.statistics.queued_micros / 1000;
  execution.statistics.planning_millis += outcome.statistics.planning_micros / 1000;
  execution.statistics.scanned_bytes += static_cast<int64_t>(outcome.statistics.scanned_bytes);
  if (!outcome.status.ok()) return outcome.status.error();
  return outcome;
}

void Job::Cancel() {
  std::scoped_lock lock(mutex_);
  cancelled_ = true;
  if (running_ != nullptr) running_->Cancel();
}

bool Job::started() const {
  std::scoped_lock lock(mutex_);
  return running_ == nullptr || running_->started();
}

uint64_t Job::scanned_bytes() const {
  std::scoped_lock lock(mutex_);
  return running_ == nullptr ? 0 : running_->scanned_bytes();
}

Status Job::WithMetadata(const std::string& key_suffix, const std::vector<ResultColumn>& columns,
                         const std::function<Status()>& first) {
  TARN_TRY(object::Location to, object::ParseLocation(execution.result.output_location.value_or("")));
  to.key += key_suffix;
  const std::string bytes = EncodeMetadata(execution.id, columns);
  auto put = [this, to, bytes]() -> Status {
    TARN_TRY(object::Version version, files.Put(to.bucket, to.key, bytes));
    return Ok();
  };
  std::promise<Status> promise;
  std::future<Status> future = promise.get_future();
  const bool beside = services.writers.TryPost([&] { promise.set_value(put()); });
  Status done = first();
  const Status metadata = beside ? future.get() : put();
  return done.ok() ? metadata : done;
}

Status Job::WriteText(std::vector<ResultColumn> columns, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += line;
    text += '\n';
  }
  TARN_TRY(object::Location to, object::ParseLocation(execution.result.output_location.value_or("")));
  TARN_CHECK(WithMetadata(".metadata", columns, [&]() -> Status {
    TARN_TRY(object::Version version, files.Put(to.bucket, to.key, text));
    return Ok();
  }));
  execution.columns = std::move(columns);
  execution.statistics.output_bytes = static_cast<int64_t>(text.size());
  execution.statistics.output_rows = static_cast<int64_t>(lines.size());
  return Ok();
}

std::string DatabaseOf(const Job& job, const sql::TableName& name) {
  return name.database.empty() ? job.database() : AsciiLower(name.database);
}

bool InTableBucket(const Job& job) { return job.target != job.scope; }

std::string TargetText(const Job& job, const catalog::Table& table) {
  const auto bucket = catalog::TableBucketOf(job.target);
  const std::string catalog = bucket ? std::string(catalog::kTableBucketCatalogs) + *bucket : std::string(kCatalogName);
  return fmt::format("{}.{}.{}", sql::QuoteIdentifier(catalog), sql::QuoteIdentifier(table.database),
                     sql::QuoteIdentifier(table.name));
}

Error SemanticError(int code, std::string_view text) {
  return Fail(kUserError, fmt::format("FAILED: SemanticException [Error {}]: {}", code, text));
}

Error DdlTaskError(std::string_view text) {
  return Fail(kUserError, fmt::format("FAILED: Execution Error, return code 1 from "
                                      "org.apache.hadoop.hive.ql.exec.DDLTask. {}",
                                      text));
}

Result<catalog::Table> FindHiveTable(Job& job, const sql::TableName& name) {
  const std::string database = DatabaseOf(job, name);
  Result<catalog::Table> found = SeenTable(job, database, AsciiLower(name.table));
  if (found.ok()) return found;
  if (found.Is(catalog::kNoSuchDatabase)) {
    return SemanticError(10072, fmt::format("Database does not exist: {}", database));
  }
  if (found.Is(catalog::kNoSuchTable) || found.Is(enforce::kInsufficient))
    return SemanticError(10001, fmt::format("Table not found {}", name.table));
  return found;
}

Status EnsureDefaultDatabase(catalog::Catalog& catalog, const Scope& scope, std::string_view database) {
  if (!EqualsIgnoreCase(database, "default")) return Ok();
  Result<catalog::Database> found = catalog.GetDatabase(scope, "default");
  if (found.ok() || !found.Is(catalog::kNoSuchDatabase)) return found.ok() ? Ok() : Status(found.error());
  catalog::Database made;
  made.name = "default";
  made.description = "Default Hive database";
  Status created = catalog.CreateDatabase(scope, std::move(made));
  if (created.Is(catalog::kAlreadyExists)) return Ok();
  return created;
}

namespace {

Status CheckCatalog(const Job& job, const std::string& catalog) {
  if (catalog.empty() || EqualsIgnoreCase(catalog, kCatalogName)) return Ok();
  if (IsTableBucketCatalog(AsciiLower(catalog))) {
    return Fail(kUnserved, fmt::format("NOT_SUPPORTED: this statement is not supported in catalog {}", catalog));
  }
  return job.services.data_catalogs.CheckServed(job.scope, catalog);
}

struct Dispatch {
  Job& job;

  Status operator()(sql::QueryStatement& s) { return RunSelect(job, *s.query); }
  Status operator()(sql::Explain& s) { return RunExplain(job, s); }
  Status operator()(sql::ShowDatabases& s) { return RunShowDatabases(job, s); }
  Status operator()(sql::ShowTables& s) { return RunShowTables(job, s); }
  Status operator()(sql::ShowViews& s) { return RunShowViews(job, s); }
  Status operator()(sql::ShowPartitions& s) { return RunShowPartitions(job, s); }
  Status operator()(sql::ShowColumns& s) { return RunShowColumns(job, s); }
  Status operator()(sql::ShowCreate& s) { return RunShowCreate(job, s); }
  Status operator()(sql::ShowTblProperties& s) { return RunShowTblProperties(job, s); }
  Status operator()(sql::ShowFunctions&) { return Unserved("SHOW FUNCTIONS"); }
  Status operator()(sql::ShowSession&) { return Unserved("SHOW SESSION"); }
  Status operator()(sql::ShowCatalogs& s) { return RunShowCatalogs(job, s); }
  Status operator()(sql::Describe& s) { return RunDescribe(job, s); }
  Status operator()(sql::DescribeDatabase& s) { return RunDescribeDatabase(job, s); }
  Status operator()(sql::CreateDatabase& s) { return RunCreateDatabase(job, s); }
  Status operator()(sql::DropDatabase& s) { return RunDropDatabase(job, s); }
  Status operator()(sql::AlterDatabase& s) { return RunAlterDatabase(job, s); }
  Status operator()(sql::CreateTable& s) { return RunCreateTable(job, s); }
  Status operator()(sql::CreateTableAs& s) { return RunCreateTableAs(job, s); }
  Status operator()(sql::InsertInto& s) { return RunInsertInto(job, s); }
  Status operator()(sql::Unload& s) { return RunUnload(job, s); }
  Status operator()(sql::CreateView& s) { return RunCreateView(job, s); }
  Status operator()(sql::DropTable& s) { return RunDropTable(job, s); }
  Status operator()(sql::MsckRepair& s) { return RunMsckRepair(job, s); }
  Status operator()(sql::AddPartitions& s) { return RunAddPartitions(job, s); }
  Status operator()(sql::DropPartitions& s) { return RunDropPartitions(job, s); }
  Status operator()(sql::RenamePartition& s) { return RunRenamePartition(job, s); }
  Status operator()(sql::AlterColumns& s) { return RunAlterColumns(job, s); }
  Status operator()(sql::ChangeColumn& s) { return RunChangeColumn(job, s); }
  Status operator()(sql::DropColumn& s) { return RunDropColumn(job, s); }
  Status operator()(sql::AlterPartitionField& s) { return RunAlterPartitionField(job, s); }
  Status operator()(sql::Delete& s) { return RunDelete(job, s); }
  Status operator()(sql::UpdateRows& s) { return RunUpdate(job, s); }
  Status operator()(sql::Merge& s) { return RunMerge(job, s); }
  Status operator()(sql::Optimize& s) { return RunOptimize(job, s); }
  Status operator()(sql::Vacuum& s) { return RunVacuum(job, s); }
  Status operator()(sql::SetTblProperties& s) { return RunSetTblProperties(job, s); }
  Status operator()(sql::UnsetTblProperties& s) { return RunUnsetTblProperties(job, s); }
  Status operator()(sql::SetLocation& s) { return RunSetLocation(job, s); }
  Status operator()(sql::RenameTable& s) { return RunRenameTable(job, s); }
  Status operator()(sql::Prepare& s) { return RunPrepare(job, s); }
  Status operator()(sql::Execute& s) { return RunExecute(job, s); }
  Status operator()(sql::Deallocate& s) { return RunDeallocate(job, s); }
  Status operator()(sql::Unserved& s) { return Unserved(s.what); }

  static Status Unserved(std::string_view what) {
    return Fail(kUnserved, fmt::format("NOT_SUPPORTED: {} is not served yet", what));
  }
};

template <typename T>
concept NamesTable = requires(const T& s) { s.table.catalog; };
template <typename T, typename... Kinds>
concept OneOf = (std::is_same_v<T, Kinds> || ...);
template <typename T>
concept ReadsOnly = std::is_same_v<T, sql::QueryStatement>;
// What table buckets take. Views, renaming, OPTIMIZE and VACUUM are not for them, as in Athena.
// https://docs.aws.amazon.com/athena/latest/ug/gdc-register-s3-table-bucket-cat.html
template <typename T>
concept ForTableBuckets =
    OneOf<T, sql::ShowDatabases, sql::ShowTables, sql::ShowViews, sql::ShowColumns, sql::ShowCreate,
          sql::ShowTblProperties, sql::Describe, sql::DescribeDatabase, sql::CreateDatabase, sql::DropDatabase,
          sql::CreateTable, sql::CreateTableAs, sql::InsertInto, sql::Delete, sql::UpdateRows, sql::Merge,
          sql::DropTable, sql::AlterColumns, sql::ChangeColumn, sql::DropColumn, sql::AlterPartitionField,
          sql::SetTblProperties, sql::UnsetTblProperties>;

// Which catalog the statement is about: that of the name it begins with, else the context's.
Status SetTarget(Job& job, const sql::Statement& statement) {
  return std::visit(
      [&](const auto& node) -> Status {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, sql::Explain>) return SetTarget(job, *node.statement);
        std::string catalog = AsciiLower(job.execution.catalog.value_or(""));
        if (ReadsOnly<Node> && IsTableBucketCatalog(catalog)) return Ok();
        if constexpr (NamesTable<Node>) {
          if (!node.table.catalog.empty()) catalog = AsciiLower(node.table.catalog);
        }
        if (!ForTableBuckets<Node> || !IsTableBucketCatalog(catalog)) return CheckCatalog(job, catalog);
        const catalog::TableBuckets* const buckets = job.services.iceberg.buckets;
        if (buckets == nullptr || !buckets->CatalogScope(job.scope, catalog).ok()) {
          return Fail(kUserError, fmt::format("CATALOG_NOT_FOUND: Catalog '{}' does not exist", catalog));
        }
        job.target = CatalogScope(job.scope, catalog);
        return Ok();
      },
      statement.node);
}

}  // namespace

Status RunStatement(Job& job, sql::Statement& statement) {
  TARN_CHECK(SetTarget(job, statement));
  if (job.iam.asks()) TARN_CHECK(CheckIam(job, statement));
  TARN_CHECK(CheckPermissions(job, statement));
  return std::visit(Dispatch{job}, statement.node);
}

}  // namespace tarn::query

#include "query/service.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "base/hash.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/strings.h"
#include "engine/errors.h"
#include "govern/principal.h"
#include "kv/kv.h"
#include "object/errors.h"
#include "object/store/store.h"
#include "query/errors.h"
#include "query/failure.h"
#include "query/statement/job.h"
#include "sql/errors.h"

namespace tarn::query {
namespace {

using namespace std::chrono_literals;

// How long Start waits for a statement that only touches the catalog, and Stop for the end.
constexpr auto kDefinitionWait = 500ms;
constexpr auto kStopWait = 3000ms;
constexpr uint64_t kStartsPerExpiry = 10'000;  // the history is swept at start and after as many queries

// One accepted statement that is not final yet.
struct Live {
  Live(Services& services, const Scope& scope, const identity::Caller& caller, const Execution& start, uint64_t cutoff)
      : job(services, scope, caller, start, cutoff), accepted(start) {}

  Job job;
  const Execution accepted;  // as it was stored; what readers see until the end
  sql::Statement statement;
  std::atomic<bool> running = false;
  std::mutex mutex;
  std::condition_variable ended;
  bool done = false;

  void WaitDone(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex);
    ended.wait_for(lock, limit, [&] { return done; });
  }
};

constexpr int kRunsAgainMax = 10;
constexpr int64_t kRunAgainWithin = 300 * kMicrosPerSecond;  // since the first run began

// Runs the statement, which is spent, with the values of its parameters.
Status RunBound(Job& job, sql::Statement& statement) {
  if (job.cancelled()) return Fail(engine::kCancelled, "the query was cancelled");
  const bool binds =
      statement.As<sql::Execute>() == nullptr && (!job.parameters.empty() || statement.parameter_count > 0);
  if (binds) TARN_CHECK(sql::BindParameters(statement, job.parameters));
  return RunStatement(job, statement);
}

int64_t MillisUp(int64_t micros) { return micros <= 0 ? 0 : (micros + 999) / 1000; }

bool ChangesRows(const sql::Statement& statement) {
  return statement.As<sql::Delete>() != nullptr || statement.As<sql::UpdateRows>() != nullptr ||
         statement.As<sql::Merge>() != nullptr;
}

// Where the result of this kind of statement lies below the output location.
std::string ResultName(const sql::Statement& statement, const std::string& id) {
  const bool rows = statement.As<sql::QueryStatement>() != nullptr || statement.As<sql::Execute>() != nullptr;
  if (rows) return id + ".csv";
  if (statement.As<sql::CreateTableAs>() != nullptr) return "tables/" + id;
  if (statement.As<sql::InsertInto>() != nullptr || statement.As<sql::Unload>() != nullptr || ChangesRows(statement)) {
    return id;
  }
  return id + ".txt";
}

bool TouchesCatalogOnly(const sql::Statement& statement) {
  const bool works = statement.As<sql::QueryStatement>() != nullptr || statement.As<sql::Execute>() != nullptr ||
                     statement.As<sql::CreateTableAs>() != nullptr || statement.As<sql::InsertInto>() != nullptr ||
                     statement.As<sql::Unload>() != nullptr || statement.As<sql::Explain>() != nullptr ||
                     statement.As<sql::MsckRepair>() != nullptr || ChangesRows(statement) ||
                     statement.As<sql::Optimize>() != nullptr || statement.As<sql::Vacuum>() != nullptr;
  return !works;
}

// Results of a query that asks for the time or for chance are never used again.
bool IsRepeatable(std::string_view query) {
  const std::string text = AsciiLower(query);
  for (std::string_view word : {"now(", "current_", "localtime", "rand", "uuid", "shuffle", "tablesample"}) {
    if (text.find(word) != std::string::npos) return false;
  }
  return true;
}

std::string RequestPrint(const StartRequest& r) {
  std::string print =
      fmt::format("{}\x1f{}\x1f{}\x1f{}\x1f", r.query, r.database.value_or(""), r.catalog.value_or(""), r.workgroup);
  print += EncodeResultConfiguration(r.result);
  for (const std::string& parameter : r.parameters) print += '\x1f' + parameter;
  return Sha256(print);
}

void SplitResource(std::string_view resource, std::string_view* kind, std::string_view* name) {
  const size_t slash = resource.find('/');
  *kind = resource.substr(0, slash);
  *name = slash == std::string_view::npos ? "" : resource.substr(slash + 1);
}

}  // namespace

class QueryService::Impl {
 public:
  Impl(kv::Store& store, catalog::Catalog& catalog, object::Store& objects, const IcebergAccess& iceberg,
       engine::Pool& pool, const Clock& clock, const QueryOptions& options)
      : store(store),
        clock(clock),
        workgroups(store, clock),
        saved(store, clock),
        data_catalogs(store),
        metadata(catalog, data_catalogs, objects, options.access, options.authorizer),
        history(store, clock),
        writers("query-results", 4, 1000),
        services{catalog,           objects, pool,    clock,          saved,
                 data_catalogs,     iceberg, writers, options.access, options.authorizer,
                 options.classifier},
        definitions("query-definitions", 4, options.queue_max),
        threads("queries", options.threads, options.queue_max) {}

  ~Impl() {
    stopping = true;
    {
      std::scoped_lock lock(mutex);
      for (auto& [id, entry] : live) entry->job.Cancel();
    }
    threads.Stop();
    definitions.Stop();
    writers.Stop();
  }

  Result<Execution> Prepare(const Scope& scope, const StartRequest& request, const WorkGroup& group,
                            const sql::Statement& statement);
  Result<std::string> Launch(const Scope& scope, const StartRequest& request, const WorkGroup& group,
                             sql::Statement statement, Execution execution);
  Status CheckOutputBucket(const identity::Caller& caller, const Scope& scope, const ResultConfiguration& result);
  Result<bool> Reuse(const Scope& scope, const StartRequest& request, const std::string& digest, Execution& execution);
  void Run(const std::shared_ptr<Live>& entry);
  void Finish(const std::shared_ptr<Live>& entry, const Status& status, Timestamp picked_up);
  std::shared_ptr<Live> FindLive(const Scope& scope, std::string_view id);
  // What the rows that it read came to.
  Result<bool> MayBeTold(const identity::Caller& caller, const Scope& scope, const Execution& execution) const;
  Status CheckResource(kv::Txn& txn, const Scope& scope, std::string_view resource);

  kv::Store& store;
  const Clock& clock;
  WorkGroups workgroups;
  SavedQueries saved;
  DataCatalogs data_catalogs;
  Metadata metadata;
  History history;
  WorkerPool writers;
  Services services;
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<Live>, std::less<>> live;
  std::atomic<bool> stopping = false;
  std::atomic<uint64_t> started = 0;
  WorkerPool definitions;  // statements on the catalog alone, so that they never wait for long queries
  WorkerPool threads;      // the others; last, with the one before: their threads use all of the above
};

Status QueryService::Impl::CheckOutputBucket(const identity::Caller& caller, const Scope& scope,
                                             const ResultConfiguration& result) {
  TARN_TRY(object::Location location, object::ParseLocation(*result.output_location));
  const std::string failure = fmt::format("Unable to verify/create output bucket {}", location.bucket);
  Result<object::Bucket> bucket = services.objects.GetBucket(location.bucket);
  if (bucket.Is(object::kNoSuchBucket)) {
    const IamRights iam(services.authorizer, services.objects, caller, scope);
    if (!iam.Bucket("s3:CreateBucket", location.bucket).ok()) return Fail(kInvalidRequest, failure);
    bucket = services.objects.CreateBucket(scope, location.bucket);
  }
  if (!bucket.ok()) return Fail(kInvalidRequest, failure);
  if (bucket->owner.account != scope.account) return Fail(kInvalidRequest, failure);
  if (result.expected_bucket_owner && *result.expected_bucket_owner != bucket->owner.account) {
    return Fail(kInvalidRequest, failure + ": the bucket's owner is not the expected one");
  }
  return Ok();
}

Result<Execution> QueryService::Impl::Prepare(const Scope& scope, const StartRequest& request, const WorkGroup& group,
                                              const sql::Statement& statement) {
  Execution execution;
  execution.id = RandomUuid();
  execution.caller = govern::PrincipalOf(request.caller);
  execution.query = request.query;
  execution.statement_type = sql::StatementType(statement);
  execution.substatement_type = sql::SubstatementType(statement);
  execution.workgroup = group.name;
  execution.database = request.database;
  execution.catalog = request.catalog;
  execution.parameters = request.parameters;
  execution.reuse_enabled = request.reuse_enabled;
  execution.reuse_max_age_minutes = request.reuse_max_age_minutes;
  execution.selected_engine = group.configuration.selected_engine;
  execution.submitted = clock.Now();

  const ResultConfiguration of_group = group.configuration.result.value_or(ResultConfiguration{});
  ResultConfiguration& result = execution.result;
  if (group.configuration.enforce && of_group.output_location) {
    result = of_group;
  } else {
    result = request.result;
    if (!result.output_location) result.output_location = of_group.output_location;
    if (!result.encryption_option && !request.result.output_location) {
      result.encryption_option = of_group.encryption_option;
      result.kms_key = of_group.kms_key;
    }
  }
  if (result.output_location.value_or("").empty()) {
    return Fail(kInvalidRequest,
                "No output location provided. An output location is required either through the Workgroup result "
                "configuration setting or as an API input.");
  }
  TARN_CHECK(CheckResultConfiguration(result));
  if (result.encryption_option && *result.encryption_option != "SSE_S3") {
    return Fail(kInvalidRequest,
                fmt::format("Result encryption {} is not served yet; SSE_S3 is.", *result.encryption_option));
  }
  TARN_CHECK(CheckOutputBucket(request.caller, scope, result));
  std::string& location = *result.output_location;
  if (location.back() != '/') location += '/';
  location += ResultName(statement, execution.id);
  return execution;
}

Result<bool> QueryService::Impl::Reuse(const Scope& scope, const StartRequest& request, const std::string& digest,
                                       Execution& execution) {
  if (!request.reuse_enabled.value_or(false)) return false;
  // What an earlier query was allowed to read, this caller's session may not be.
  if (services.authorizer != nullptr && !request.caller.acts_for_account()) return false;
  const int64_t minutes = request.reuse_max_age_minutes.value_or(60);
  const Timestamp oldest = execution.submitted.Plus(-minutes * 60 * kMicrosPerSecond);
  TARN_TRY(auto previous, history.FindReusable(scope, digest, oldest));
  if (!previous) return false;
  TARN_TRY(object::Location location, object::ParseLocation(previous->result.output_location.value_or("")));
  const object::Files files(services.objects, scope.account);
  if (!files.Head(location.bucket, location.key).ok()) return false;
  execution.result.output_location = previous->result.output_location;
  execution.columns = previous->columns;
  execution.has_header = previous->has_header;
  execution.state = State::kSucceeded;
  execution.completed = clock.Now();
  execution.statistics.total_millis = MillisUp(execution.completed.micros - execution.submitted.micros);
  execution.statistics.service_millis = execution.statistics.total_millis;
  execution.statistics.reused = true;
  return true;
}

Result<std::string> QueryService::Impl::Launch(const Scope& scope, const StartRequest& request, const WorkGroup& group,
                                               sql::Statement statement, Execution execution) {
  const std::string print = RequestPrint(request);
  std::string digest;
  if (statement.As<sql::QueryStatement>() != nullptr && IsRepeatable(request.query)) {
    digest = Sha256(fmt::format("{}\x1f{}\x1f{}", Hex(RequestPrint(request)), group.name, request.caller.arn));
    TARN_TRY(bool reused, Reuse(scope, request, digest, execution));
    if (reused) return history.Insert(scope, execution, request.token, print);
  }
  const auto cutoff = static_cast<uint64_t>(group.configuration.bytes_scanned_cutoff.value_or(0));
  auto entry = std::make_shared<Live>(services, scope, request.caller, execution, cutoff);
  entry->statement = std::move(statement);
  entry->job.reuse_digest = digest;
  {
    std::scoped_lock lock(mutex);
    live[execution.id] = entry;
  }
  auto forget = [&] {
    std::scoped_lock lock(mutex);
    live.erase(execution.id);
  };
  Result<std::string> id = history.Insert(scope, execution, request.token, print);
  if (!id.ok() || *id != execution.id) {
    forget();
    return id;
  }
  const bool wait = TouchesCatalogOnly(entry->statement);
  if (++started % kStartsPerExpiry == 0) {
    writers.TryPost([this] {
      if (auto expired = history.Expire(); !expired.ok()) log::Warn("query", expired.error().message);
    });
  }
  if (!(wait ? definitions : threads).TryPost([this, entry] { Run(entry); })) {
    entry->job.execution.state = State::kFailed;
    entry->job.execution.completed = clock.Now();
    entry->job.execution.state_reason = "INTERNAL_ERROR_QUERY_ENGINE: too many queries are waiting; run it again later";
    const Status stored = history.Finish(scope, entry->job.execution, "");
    forget();
    if (!stored.ok()) return stored.error();
    return Fail(kTooManyQueries,
                "You have exceeded the limit for the number of queries you can run concurrently. "
                "Reduce the number of concurrent queries submitted by this account.");
  }
  if (wait) entry->WaitDone(kDefinitionWait);
  return id;
}

void QueryService::Impl::Run(const std::shared_ptr<Live>& entry) {
  const Timestamp picked_up = clock.Now();
  entry->running = true;
  Job& job = entry->job;
  Status status = RunBound(job, entry->statement);
  // What lost to another writer's commit, upkeep's mostly, is planned anew and run on the table as it is then.
  for (int again = 1; again <= kRunsAgainMax && status.Is(kCommitConflict); ++again) {
    if (clock.Now() >= picked_up.Plus(kRunAgainWithin)) break;
    auto statement = sql::Parse(job.execution.query);
    if (!statement.ok()) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(RandomU64() % static_cast<uint64_t>(20 * again)));
    job.lake.Renew();
    status = RunBound(job, *statement);
  }
  Finish(entry, status, picked_up);
}

void QueryService::Impl::Finish(const std::shared_ptr<Live>& entry, const Status& status, Timestamp picked_up) {
  Job& job = entry->job;
  Execution& execution = job.execution;
  execution.completed = clock.Now();
  execution.read = job.lake.read();
  Statistics& s = execution.statistics;
  const int64_t waited = picked_up.micros - execution.submitted.micros;
  s.total_millis = std::max<int64_t>(1, MillisUp(execution.completed.micros - execution.submitted.micros));
  s.queue_millis = std::max<int64_t>(1, s.queue_millis + waited / 1000);
  s.engine_millis = std::max<int64_t>(1, MillisUp(execution.completed.micros - picked_up.micros));
  s.service_millis = 1;
  if (status.ok()) {
    execution.state = State::kSucceeded;
  } else {
    SetFailure(status.error(), execution);
    if (stopping && execution.state == State::kCancelled) {
      execution.state = State::kFailed;
      execution.state_reason = "INTERNAL_ERROR_QUERY_ENGINE: the server stopped while the query ran; run it again";
      execution.error = AthenaError{1, 100, true, *execution.state_reason};
    }
  }
  // What a caller may see of governed tables can change without a trace in them.
  const Status stored = history.Finish(job.scope, execution, job.lake.governed() ? "" : job.reuse_digest);
  if (!stored.ok()) {
    log::Fault("query",
               fmt::format("the end of query {} could not be stored: {}", execution.id, stored.error().message));
  }
  metrics::GetCounter("tarn_queries_total", status.ok() ? "state=\"succeeded\"" : "state=\"failed\"").Add();
  metrics::GetCounter("tarn_query_scanned_bytes_total").Add(static_cast<uint64_t>(s.scanned_bytes));
  {
    std::scoped_lock lock(mutex);
    live.erase(execution.id);
  }
  std::scoped_lock lock(entry->mutex);
  entry->done = true;
  entry->ended.notify_all();
}

std::shared_ptr<Live> QueryService::Impl::FindLive(const Scope& scope, std::string_view id) {
  std::scoped_lock lock(mutex);
  auto found = live.find(id);
  if (found == live.end() || found->second->job.scope != scope) return nullptr;
  return found->second;
}

Status QueryService::Impl::CheckResource(kv::Txn& txn, const Scope& scope, std::string_view resource) {
  std::string_view kind;
  std::string_view name;
  SplitResource(resource, &kind, &name);
  if (kind == "workgroup") {
    if (WorkGroups::Find(txn, scope, name).ok()) return Ok();
  } else if (kind == "datacatalog") {
    if (data_catalogs.Get(scope, name).ok()) return Ok();
  }
  return Fail(kNoSuchResource, fmt::format("Athena Resource, {} Does Not Exist", resource));
}

QueryService::QueryService(kv::Store& store, catalog::Catalog& catalog, object::Store& objects,
                           const IcebergAccess& iceberg, engine::Pool& pool, const Clock& clock, QueryOptions options)
    : impl_(std::make_unique<Impl>(store, catalog, objects, iceberg, pool, clock, options)) {
  // Seen from the first scrape on, so that a rate() misses nothing.
  metrics::GetCounter("tarn_queries_total", "state=\"succeeded\"");
  metrics::GetCounter("tarn_queries_total", "state=\"failed\"");
  metrics::GetCounter("tarn_query_scanned_bytes_total");
}
QueryService::~QueryService() = default;

WorkGroups& QueryService::workgroups() { return impl_->workgroups; }
SavedQueries& QueryService::saved() { return impl_->saved; }
DataCatalogs& QueryService::data_catalogs() { return impl_->data_catalogs; }
Metadata& QueryService::metadata() { return impl_->metadata; }

Status QueryService::Recover() {
  TARN_TRY(size_t failed, impl_->history.Recover());
  if (failed > 0) log::Info("query", fmt::format("{} unfinished queries of the last run are marked as failed", failed));
  TARN_TRY(size_t expired, impl_->history.Expire());
  if (expired > 0)
    log::Info("query", fmt::format("{} queries older than {} days are forgotten", expired, kHistoryDays));
  return Ok();
}

Result<std::string> QueryService::Start(const Scope& scope, const StartRequest& request) {
  const std::string name = request.workgroup.empty() ? std::string(kPrimaryWorkGroup) : request.workgroup;
  TARN_TRY(WorkGroup group, impl_->workgroups.Get(scope, name));
  if (!group.enabled) return Fail(kInvalidRequest, fmt::format("WorkGroup {} is disabled.", name));
  if (request.result.output_location) TARN_CHECK(CheckOutputLocation(*request.result.output_location));
  Result<sql::Statement> statement = sql::Parse(request.query);
  if (!statement.ok()) return Fail(kMalformedQuery, statement.error().message);
  TARN_TRY(Execution execution, impl_->Prepare(scope, request, group, *statement));
  return impl_->Launch(scope, request, group, std::move(statement).value(), std::move(execution));
}

Status QueryService::Stop(const Scope& scope, std::string_view id) {
  if (std::shared_ptr<Live> entry = impl_->FindLive(scope, id)) {
    entry->job.Cancel();
    entry->WaitDone(kStopWait);
    return Ok();
  }
  TARN_TRY(Execution execution, impl_->history.Get(scope, id));
  return Ok();
}

Result<Execution> QueryService::Get(const Scope& scope, std::string_view id) {
  if (std::shared_ptr<Live> entry = impl_->FindLive(scope, id)) {
    Execution execution = entry->accepted;
    const bool working = entry->running && entry->job.started();
    execution.state = working ? State::kRunning : State::kQueued;
    execution.statistics.scanned_bytes = static_cast<int64_t>(entry->job.scanned_bytes());
    execution.statistics.total_millis = MillisUp(impl_->clock.Now().micros - execution.submitted.micros);
    (working ? execution.statistics.engine_millis : execution.statistics.queue_millis) =
        execution.statistics.total_millis;
    return execution;
  }
  return impl_->history.Get(scope, id);
}

Result<bool> QueryService::Impl::MayBeTold(const identity::Caller& caller, const Scope& scope,
                                           const Execution& execution) const {
  if (services.access == nullptr || caller.acts_for_account()) return true;
  if (govern::PrincipalOf(caller) == execution.caller) return true;
  bool sees_all = true;
  for (const TableRead& read : execution.read) {
    TARN_TRY(const auto access, services.access->OfTable(caller, read.scope, read.database, read.table));
    sees_all = sees_all && access.whole();
  }
  if (sees_all) return true;
  const IamRights iam(services.authorizer, services.objects, caller, scope);
  return iam.Object("s3:GetObject", execution.result.output_location.value_or("")).ok();
}

Result<Execution> QueryService::GetFor(const identity::Caller& caller, const Scope& scope, std::string_view id) {
  TARN_TRY(Execution execution, Get(scope, id));
  if (!IsFinal(execution.state)) return execution;
  TARN_TRY(const bool may, impl_->MayBeTold(caller, scope, execution));
  if (may) return execution;
  constexpr std::string_view kWithheld = "Insufficient Lake Formation permission(s) on what the query read";
  execution.is_withheld = true;
  if (execution.state_reason) execution.state_reason = kWithheld;
  if (execution.error) execution.error->message = kWithheld;
  return execution;
}

Result<Page<std::string>> QueryService::List(const Scope& scope, std::string_view workgroup,
                                             const PageRequest& request) {
  return impl_->history.List(scope, workgroup.empty() ? kPrimaryWorkGroup : workgroup, request);
}

Result<Page<ResultRow>> QueryService::GetResults(const identity::Caller& caller, const Scope& scope,
                                                 std::string_view id, const PageRequest& request,
                                                 Execution* execution) {
  TARN_TRY(*execution, Get(scope, id));
  if (!IsFinal(execution->state)) {
    return Fail(kInvalidRequest,
                fmt::format("Query has not yet finished. Current state: {}", StateName(execution->state)));
  }
  if (execution->state != State::kSucceeded) {
    return Fail(kInvalidRequest,
                fmt::format("Query did not finish successfully. Final query state: {}", StateName(execution->state)));
  }
  const IamRights iam(impl_->services.authorizer, impl_->services.objects, caller, scope);
  if (const Status may = iam.Object("s3:GetObject", execution->result.output_location.value_or("")); !may.ok()) {
    return may.Is(kNotAuthorized) ? Fail(identity::kAccessDenied, may.error().message) : may.error();
  }
  return ReadResults(object::Files(impl_->services.objects, scope.account), *execution, request);
}

Result<TagList> QueryService::ListTags(const Scope& scope, std::string_view resource) {
  auto txn = impl_->store.Begin();
  TARN_CHECK(impl_->CheckResource(*txn, scope, resource));
  return ReadTags(*txn, scope, resource);
}

Status QueryService::Tag(const Scope& scope, std::string_view resource, const TagList& tags) {
  TARN_CHECK(CheckTags(tags));
  return kv::Transact(impl_->store, [&](kv::Txn& txn) -> Status {
    TARN_CHECK(impl_->CheckResource(txn, scope, resource));
    TARN_TRY(TagList all, ReadTags(txn, scope, resource));
    TARN_CHECK(MergeTags(all, tags));
    WriteTags(txn, scope, resource, all);
    return Ok();
  });
}

Status QueryService::Untag(const Scope& scope, std::string_view resource, const std::vector<std::string>& keys) {
  return kv::Transact(impl_->store, [&](kv::Txn& txn) -> Status {
    TARN_CHECK(impl_->CheckResource(txn, scope, resource));
    TARN_TRY(TagList all, ReadTags(txn, scope, resource));
    RemoveTags(all, keys);
    WriteTags(txn, scope, resource, all);
    return Ok();
  });
}

}  // namespace tarn::query

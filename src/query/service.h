// The query service: everything that Athena's API does, without its wire. The one class that server/ wires.
//
//   query::QueryService service(kv, catalog, objects, {iceberg_tables, manifests, planner}, pool, clock, {});
//   service.Recover();                                  // once, before the first request
//   auto id = service.Start(scope, {.query = "SELECT 1", …});
// Invariants: Start answers after the execution is durable; a query's final state is durable before it is told. Results
// are objects: they are read back from there, also after a restart.
// Errors: query/errors.h, and kv's, object's. Threads: any; every call blocks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "govern/access.h"
#include "govern/tags/classifier.h"
#include "identity/authorize.h"
#include "identity/caller.h"
#include "query/lake/iceberg_access.h"
#include "query/metadata.h"
#include "query/results.h"
#include "query/store/data_catalog.h"
#include "query/store/execution.h"
#include "query/store/history.h"
#include "query/store/page.h"
#include "query/store/saved.h"
#include "query/store/tags.h"
#include "query/store/workgroup.h"

namespace tarn::object {
class Store;
}
namespace tarn::engine {
class Pool;
}

namespace tarn::query {

struct StartRequest {
  std::string query;
  std::string token;  // of the client, for idempotency; may be empty
  std::optional<std::string> database;
  std::optional<std::string> catalog;
  ResultConfiguration result;
  std::string workgroup;  // empty: primary
  std::vector<std::string> parameters;
  std::optional<bool> reuse_enabled;
  std::optional<int32_t> reuse_max_age_minutes;
  identity::Caller caller;  // whose rights the statement has
};

struct QueryOptions {
  size_t threads = 16;               // statements in work at a time; SELECTs wait for one of the engine's slots
  size_t queue_max = 2000;           // accepted beyond; more: kTooManyQueries
  govern::Access* access = nullptr;  // obeyed by all statements; null: nothing is governed
  const identity::Authorizer* authorizer = nullptr;  // asked what callers may by IAM; null: all
  govern::Classifier* classifier = nullptr;          // null: levels of classification do not follow data
};

class QueryService {
 public:
  QueryService(kv::Store& store, catalog::Catalog& catalog, object::Store& objects, const IcebergAccess& iceberg,
               engine::Pool& pool, const Clock& clock, QueryOptions options = {});
  ~QueryService();  // ends what runs; it is FAILED then

  // Fails what a previous process left unfinished and forgets what is too old. Before any other call.
  Status Recover();

  WorkGroups& workgroups();
  SavedQueries& saved();
  DataCatalogs& data_catalogs();
  Metadata& metadata();

  // Returns the execution's id.
  Result<std::string> Start(const Scope& scope, const StartRequest& request);
  // Ends it; when this returns its state is final, unless that takes longer than a moment.
  Status Stop(const Scope& scope, std::string_view id);
  Result<Execution> Get(const Scope& scope, std::string_view id);
  // As it is told to the caller. Why it failed and how many rows it had tells of the rows that it read: to who ran it,
  // who sees the whole of the tables, and who may get the result's object.
  Result<Execution> GetFor(const identity::Caller& caller, const Scope& scope, std::string_view id);
  Result<Page<std::string>> List(const Scope& scope, std::string_view workgroup, const PageRequest& request);
  // One page of a succeeded execution's rows, for who may get the result's object (identity::kAccessDenied);
  // `execution` receives what it is of.
  Result<Page<ResultRow>> GetResults(const identity::Caller& caller, const Scope& scope, std::string_view id,
                                     const PageRequest& request, Execution* execution);

  // `resource` is the ARN's last part, "workgroup/a" or "datacatalog/a"; kNoSuchResource when there is none.
  Result<TagList> ListTags(const Scope& scope, std::string_view resource);
  Status Tag(const Scope& scope, std::string_view resource, const TagList& tags);
  Status Untag(const Scope& scope, std::string_view resource, const std::vector<std::string>& keys);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tarn::query

// The Iceberg REST catalog below /iceberg: config, OAuth2 tokens, namespaces, tables, views, functions. Specified by
// apache/iceberg's open-api/rest-catalog-open-api.yaml.
//
// A namespace is a database of the catalog, a table or view the Glue table of the same name. One table of routes
// says what is served; `config` declares exactly its lines. Callers sign with SigV4 (any service name) or carry a token
// of /v1/oauth/tokens, whose client id and secret are an access key's. Each route asks the authoriser for the Glue
// action that does the same. A change's Idempotency-Key is kept with the change (idempotency.h). Errors are the
// specification's ErrorModel. Threads: the handler runs on I/O threads, the work on the metadata pool.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/protocol/dispatch.h"
#include "base/executor.h"
#include "base/time.h"
#include "catalog/buckets/table_buckets.h"
#include "catalog/iceberg/planner.h"
#include "catalog/iceberg/purge.h"
#include "catalog/iceberg/tables.h"
#include "catalog/iceberg/views.h"
#include "govern/access.h"
#include "http/server.h"
#include "identity/authorize.h"
#include "identity/directory.h"
#include "identity/sessions.h"
#include "kv/kv.h"

namespace tarn::api::iceberg_rest {

class ScanPlans;
class KeptSessions;

// All outlive the face.
struct Parts {
  std::string default_region;  // of callers with a token
  std::string advertise;       // the URL told to clients; empty: the request's Host
  const Clock* clock = nullptr;
  identity::CredentialSource* credentials = nullptr;
  const identity::Authorizer* authorizer = nullptr;  // the one that S3 asks, with the word of catalogs
  WorkerPool* pool = nullptr;
  govern::Access* access = nullptr;  // null: nothing is governed
  catalog::Catalog* catalog = nullptr;
  catalog::IcebergTables* tables = nullptr;
  catalog::TableBuckets* buckets = nullptr;
  catalog::IcebergViews* views = nullptr;
  catalog::Purger* purger = nullptr;
  catalog::Planner* planner = nullptr;
  object::Store* objects = nullptr;
  std::string sealing_key;           // secret, the same after a restart
  std::shared_ptr<ScanPlans> plans;  // the face's own
  identity::Sessions* sessions = nullptr;
  std::shared_ptr<KeptSessions> kept_sessions;  // the face's own
  // Lake Formation's credentials for whole tables: whether the data lake settings let engines outside have them, and
  // in whose name the data of an account's registered locations is opened. Null: none are given.
  std::function<Result<bool>(const identity::Caller& caller, const Scope& scope)> engines;
  std::function<Result<identity::Caller>(const std::string& account)> opener;
  kv::Store* kv = nullptr;
  std::function<void(const protocol::AuditRecord&)> audit;  // of every answered request, as the dispatcher's hook
  protocol::AuditSink* audit_sink = nullptr;                // asked before every answer, as the dispatcher's
};

class Rest {
 public:
  explicit Rest(Parts parts);
  ~Rest();

  http::Handler AsHandler();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tarn::api::iceberg_rest

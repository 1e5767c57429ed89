// Every way into a lake: the services behind one dispatcher, and the routes beside them (Iceberg REST, /ingest,
// /_tarn).
//
// A service is added in services.cc; what it is made of is a member of the server's parts/ or comes with the lake.
// Threads: any, once it is open.
#pragma once

#include <memory>
#include <string>

#include "api/iceberg/rest.h"
#include "api/protocol/dispatch.h"
#include "api/s3/logging/access_log.h"
#include "api/s3/metrics/request_counter.h"
#include "base/executor.h"
#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "blob/blob.h"
#include "http/server.h"
#include "jobs/crawl/crawl_runner.h"
#include "jobs/crawl/definitions.h"
#include "query/service.h"
#include "registry/registry.h"
#include "server/care/admin.h"
#include "server/care/caretaker.h"
#include "server/doors/ingest.h"
#include "server/options.h"
#include "server/parts/audit_trail.h"
#include "server/parts/catalogs.h"
#include "server/parts/firehose.h"
#include "server/parts/governance.h"
#include "server/parts/identities.h"
#include "server/parts/metrics.h"
#include "server/parts/objects.h"
#include "server/parts/streams.h"

namespace tarn::server {

// All outlive it.
struct ServicesParts {
  const Options& options;
  const Clock& clock;
  const std::string& lake_key;
  kv::Store& kv;
  blob::Store& blobs;
  AuditTrail& audit;
  Identities& identities;
  Objects& objects;
  Catalogs& catalogs;
  Governance& governance;
  Metrics& metrics;
  engine::Pool& engine;
  LakeStreams& streams;
  Firehose& firehose;
  query::QueryService& queries;
  jobs::crawl::Definitions& crawlers;
  jobs::crawl::CrawlRunner& crawls;
  registry::SchemaRegistry& schemas;
  Caretaker& care;
};

class Services {
 public:
  static Result<std::unique_ptr<Services>> Open(const ServicesParts& parts);
  ~Services() { Stop(); }
  void Stop();  // idempotent; waits for what runs

  http::Handler& handler() { return handler_; }

 private:
  explicit Services(const ServicesParts& parts);

  Status AddIdentity();   // who may do what
  Status AddStorage();    // S3 and its neighbours
  Status AddAnalytics();  // Glue, Athena
  Status AddStreams();    // what comes in record by record
  void AddIceberg();
  void AddAdmin();
  Scope Root() const { return {parts_.options.account, parts_.options.region}; }
  void Note(const api::protocol::AuditRecord& record);

  const ServicesParts parts_;
  api::s3::AccessLog access_log_;
  api::s3::RequestCounter request_counter_;
  std::unique_ptr<api::protocol::Dispatcher> dispatcher_;
  std::unique_ptr<Ingest> ingest_;
  std::unique_ptr<Admin> admin_;
  std::unique_ptr<api::iceberg_rest::Rest> iceberg_;
  http::Handler handler_;

  // They end first: what they run uses the rest.
  WorkerPool metadata_pool_;
  WorkerPool iceberg_pool_;
  WorkerPool data_pool_;
  WorkerPool query_pool_;
};

}  // namespace tarn::server

// The lake's own ways in: the door below /ingest with its keys, wired to the services that it puts into.
//
// Keys over the lake's own requests, for its root only:
//   GET    /_tarn/ingest-keys                             all keys of the account and region
//   POST   /_tarn/ingest-keys?streams=A,B[&seconds=N]     a new one; its text is answered this once
//   PUT    /_tarn/ingest-keys?id=ID                       changes its limits
//   DELETE /_tarn/ingest-keys?id=ID                       ends it
// POST and PUT with [&requests-per-second=N][&bytes-per-second=N], N a number from 1 or "none".
// Each with [&account=A][&region=R] for another account and region than the lake's first. Errors: those of
// ingest/keys.h; stream::kNotFound.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/ingest/door.h"
#include "api/protocol/audit_sink.h"
#include "api/protocol/service.h"
#include "delivery/streams.h"
#include "ingest/keys.h"
#include "server/care/zone_route.h"
#include "stream/streams.h"

namespace tarn::server {

// All outlive it but the services, which it keeps.
struct IngestParts {
  std::string default_region;
  kv::Store& store;
  const Clock& clock;
  identity::CredentialSource& credentials;
  const identity::Authorizer& authorizer;
  WorkerPool& pool;
  api::protocol::AuditSink* audit_sink;
  stream::Streams& streams;
  std::shared_ptr<api::protocol::Service> kinesis;
  delivery::Streams& delivery_streams;
  std::shared_ptr<api::protocol::Service> firehose;
};

class Ingest {
 public:
  explicit Ingest(const IngestParts& parts);
  ~Ingest();

  http::Handler AsHandler() { return door_->AsHandler(); }
  Result<std::string> RunKeys(Scope scope, std::string_view method, const QueryOf& query);

 private:
  bool IsDelivery(const Scope& scope, const std::string& stream) const;
  Result<std::string> MakeKey(const Scope& scope, const QueryOf& query);
  Result<std::string> ChangeKey(const Scope& scope, const QueryOf& query);

  const IngestParts parts_;
  ingest::IngestKeys keys_;
  std::unique_ptr<api::ingest::Target> data_;
  std::unique_ptr<api::ingest::Target> delivery_;
  std::unique_ptr<api::ingest::Door> door_;
};

}  // namespace tarn::server

// The lake's own requests below /_tarn, for the root account's root only but where told, signed as S3 requests are:
//
//   POST /_tarn/backup?directory=/ABSOLUTE   brings a backup up to date (server/care/backup.h)
//   POST /_tarn/verify                       checks every object end to end (object/verify/verify.h)
//   GET  /_tarn/status                       space, scrub
//   POST /_tarn/upkeep?database=D&table=T    upkeep of Iceberg tables, now (server/care/upkeep_route.h)
//   POST /_tarn/explain?principal=&action=&resource=   who may do what, and why (server/care/explain.h)
//   POST /_tarn/migrate?table=D.T            a Hive table becomes an Iceberg table (the same)
//   GET, POST, DELETE /_tarn/zones           the lake's zones (server/care/zone_route.h)
//   GET, POST, PUT, DELETE /_tarn/ingest-keys   keys of the door (server/doors/ingest.h)
//   GET, POST /_tarn/load                    pieces of files for tables, for any caller (server/doors/load.h)
// Answers are JSON; errors have S3's XML form. Long ones run on a pool of their own, one backup and one verification at
// a time: Busy (503) for the next.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "api/protocol/audit_sink.h"
#include "base/time.h"
#include "blob/blob.h"
#include "http/server.h"
#include "identity/directory.h"
#include "kv/kv.h"
#include "object/verify/verify.h"
#include "server/care/explain.h"
#include "server/care/upkeep_route.h"
#include "server/care/zone_route.h"
#include "server/doors/load.h"
#include "server/options.h"
#include "stream/log.h"

namespace tarn::server {

struct AdminParts {
  const Options* options = nullptr;
  std::string lake;  // what tells this lake from others
  const Clock* clock = nullptr;
  identity::CredentialSource* credentials = nullptr;
  kv::Store* kv = nullptr;
  blob::Store* blobs = nullptr;
  stream::Log* log = nullptr;
  std::function<Result<std::string>(const UpkeepRequest& request)> upkeep;
  std::function<Result<std::string>(const MigrateRequest& request)> migrate;
  std::function<Result<std::string>(const ExplainRequest& request)> explain;
  // What is kept and listed, by path: answers the methods that AdminOperationOf knows for it.
  using Kept = std::function<Result<std::string>(std::string_view method, const QueryOf& query)>;
  std::map<std::string, Kept, std::less<>> kept;
  std::function<Result<std::string>(const LoadRequest& request, const QueryOf& query)> load;
  api::protocol::AuditSink* audit_sink = nullptr;  // told of every request; may be null
};

// What it uses outlives it; ends after what it runs.
class Admin {
 public:
  explicit Admin(AdminParts parts);
  ~Admin();
  http::Handler AsHandler();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A report as the command line shows it and /_tarn/verify answers it.
std::string ToJson(const object::VerifyReport& report);

}  // namespace tarn::server

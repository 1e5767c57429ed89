// POST /ingest/<stream>: JSON lines into a data stream or a delivery stream, without an AWS SDK.
//
// The caller signs with SigV4 (service kinesis, firehose or execute-api) or carries an ingest key, in `x-api-key` or as
// a bearer token; a key acts for its account's root, with putting into its streams as its only right. The body is
// ingest/lines.h's, perhaps gzip. Nothing is put unless all of it is well-formed; then it goes in batches of at most
// Target's limits, one after the other, up to the first that is refused. The answer tells each record's place, or why
// it has none. Each batch is authorised and recorded as the call that it is (PutRecords, PutRecordBatch).
// Errors: JSON with "code" and "message", and the "line" that is wrong; 413 beyond kBodyBytesMax, 429 with Retry-After
// when the stream takes no more now, or the key's limits are reached (ingest/rates.h). Threads: the handler runs on I/O
// threads, blocking work on the pool.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/protocol/audit_sink.h"
#include "api/protocol/call.h"
#include "api/protocol/codec.h"
#include "base/executor.h"
#include "base/task.h"
#include "base/time.h"
#include "http/server.h"
#include "identity/directory.h"
#include "ingest/keys.h"
#include "ingest/lines.h"

namespace tarn::api::ingest {

inline constexpr uint64_t kBodyBytesMax = 10 << 20;  // also unpacked

// Where one record lies, or why it lies nowhere.
struct Placed {
  std::string shard;
  std::string sequence;
  std::string record_id;  // of a delivery stream's record, instead of both
  std::string error_code;
  std::string error_message;
};

struct PutAnswer {
  std::vector<Placed> placed;                  // one a line
  std::optional<protocol::WireError> refusal;  // of the batch: nothing was put
};

// A kind of stream.
class Target {
 public:
  virtual ~Target() = default;
  virtual size_t batch_records_max() const = 0;
  virtual size_t batch_bytes_max() const = 0;
  // Authorises, puts, records. `call` and `lines` outlive the task.
  virtual Task<PutAnswer> Put(const protocol::Call& call, const std::string& stream,
                              const std::vector<tarn::ingest::Line>& lines) = 0;
};

// All outlive the door.
struct DoorParts {
  std::string default_region;
  const Clock* clock = nullptr;
  identity::CredentialSource* credentials = nullptr;
  const identity::Authorizer* authorizer = nullptr;
  WorkerPool* pool = nullptr;
  tarn::ingest::IngestKeys* keys = nullptr;
  protocol::AuditSink* audit_sink = nullptr;  // of refused sign-ins; may be null
  // Which kind of stream the name is; blocks.
  std::function<Target&(const Scope& scope, const std::string& stream)> target;
};

class Door {
 public:
  explicit Door(DoorParts parts);
  ~Door();
  http::Handler AsHandler();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tarn::api::ingest

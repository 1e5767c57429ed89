// Sinks: where deliveries go. One delivery is one call: all of its records are there when it returns, and its positions
// with them; or, after an error, those of some tables are (tables.h), and the next attempt leaves them out.
//
// Errors: kRefused and those of object, catalog, iceberg, engine: try again. Blocking. Threads: any, one call a stream
// at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "blob/blob.h"
#include "delivery/plan/plan.h"
#include "delivery/records/intake.h"
#include "delivery/records/processors.h"
#include "delivery/records/source.h"
#include "delivery/stream.h"
#include "identity/authorize.h"
#include "object/store/store.h"
#include "registry/registry.h"

namespace tarn::delivery {

// One buffer on its way.
struct Delivery {
  const Scope& scope;
  const DeliveryStream& stream;
  const Plan& plan;
  const std::vector<Arrived>& records;
  const Positions& after;  // where the logs are delivered to then
  Timestamp now;
  uint32_t attempts = 1;
  int64_t failing_micros = 0;  // since the first attempt
};

// What a delivery did, for its metrics.
struct Outcome {
  uint64_t rows = 0;     // records that were delivered, after they were taken apart
  uint64_t failed = 0;   // in the error output
  uint64_t bytes = 0;    // of files for S3, else of the records
  uint64_t objects = 0;  // files for S3
  uint64_t backup_bytes = 0;
  Timestamp oldest;
};

// Of one file's records together; a larger group becomes several files.
inline constexpr uint64_t kWholeFileBytesMax = 128 << 20;

// Files that wait for the transaction of their delivery.
struct NewFile {
  std::string bucket;
  std::string key;
  std::string bytes;
  std::string content_encoding;
  std::string role;
  std::string kms_key;
};

class Tables;
class Converter;
class HttpSink;

// All outlive it.
struct SinkParts {
  kv::Store& store;
  blob::Store& blobs;
  object::Store& objects;
  Intake& intake;
  const identity::Authorizer& authorizer;
  // Who works for a stream: the role's session. Errors: kRefused where Firehose cannot take the role on.
  std::function<Result<identity::Caller>(const Scope&, const std::string& role, const DeliveryStream&)> principal;
  Converter* converter = nullptr;                      // null: no format conversion
  Tables* tables = nullptr;                            // null: no Iceberg
  HttpSink* http = nullptr;                            // null: no HTTP endpoints
  const registry::SchemaRegistry* registry = nullptr;  // null: records are what they are
};

class Sinks {
 public:
  explicit Sinks(SinkParts parts) : parts_(std::move(parts)) {}

  Result<Outcome> Deliver(const Delivery& delivery);
  // The records as they are delivered.
  Result<Processed> Process(const Delivery& delivery) const;
  // The delivery that gives its records up: nothing but the positions.
  Status Skip(const Delivery& delivery);

 private:
  struct Made;
  struct Group;
  Processor::Unwrap UnwrapOf(const Delivery& delivery) const;
  std::vector<Group> GroupByFile(const Delivery& delivery, const Processed& processed, Made& made);
  Status AddFile(const Delivery& delivery, const Group& group, Made& made);
  Status AddS3Files(const Delivery& delivery, const Processed& processed, Made& made);
  Status AddBackup(const Delivery& delivery, const Place& place, Made& made);
  Status AddFailures(const Delivery& delivery, const std::vector<Failed>& failed, Made& made);
  Status SendHttp(const Delivery& delivery, Processed& processed, Made& made);
  Status CheckMayReadSchema(const Delivery& delivery) const;
  Status CheckMayWrite(const Delivery& delivery, const NewFile& file, const object::Bucket& bucket,
                       const identity::Caller& caller) const;
  Status Commit(const Delivery& delivery, const std::vector<NewFile>& files);

  const SinkParts parts_;
};

}  // namespace tarn::delivery

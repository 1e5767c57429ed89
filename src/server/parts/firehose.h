// Firehose: the delivery streams of a lake, with all that they deliver to.
#pragma once

#include <memory>
#include <string>

#include "api/protocol/service.h"
#include "base/result.h"
#include "base/time.h"
#include "blob/blob.h"
#include "catalog/catalog.h"
#include "delivery/converter.h"
#include "delivery/deliverer.h"
#include "delivery/http/http_sink.h"
#include "delivery/iceberg/row_writer.h"
#include "delivery/iceberg/tables.h"
#include "delivery/iceberg/tails.h"
#include "delivery/records/intake.h"
#include "delivery/sinks.h"
#include "delivery/streams.h"
#include "iam/iam.h"
#include "keys/keys.h"
#include "observe/metric_sink.h"
#include "server/parts/kinesis_source.h"
#include "server/parts/streams.h"
#include "tables/tail.h"

namespace tarn::server {

// All outlive it.
struct FirehoseParts {
  kv::Store& kv;
  blob::Store& blobs;
  object::Store& objects;
  catalog::Catalog& catalog;
  catalog::IcebergTables& tables;
  catalog::Snapshots& snapshots;
  engine::Pool& engine;
  const registry::SchemaRegistry& schemas;
  iam::Iam& iam;
  const identity::Authorizer& authorizer;
  keys::Keys& keys;
  const Clock& clock;
  LakeStreams& streams;
  observe::MetricSink& metrics;
  govern::Access* access = nullptr;
  uint32_t seconds_max = 0;        // see delivery::DelivererParts
  uint64_t backlog_bytes_max = 0;  // see delivery::IntakeOptions
};

class Firehose {
 public:
  static Result<std::unique_ptr<Firehose>> Open(const FirehoseParts& parts);
  ~Firehose();

  Status Start() { return deliverer_->Start(); }
  void Stop() { deliverer_->Stop(); }
  std::shared_ptr<api::protocol::Service> MakeService();
  delivery::Streams& streams() { return streams_; }
  tables::TailSource& tails() { return *tails_; }

 private:
  Firehose(const FirehoseParts& parts, std::unique_ptr<delivery::Intake> intake);

  // What must stay of the streams' logs.
  Result<stream::Log::KeepOf> LookAtLogs() const;

  const FirehoseParts parts_;
  delivery::Streams streams_;
  const std::unique_ptr<delivery::Intake> intake_;
  delivery::Converter converter_;
  delivery::EngineRows rows_;
  delivery::Tables tables_;
  std::unique_ptr<delivery::HttpSink> http_;
  std::unique_ptr<delivery::SourceReader> source_;
  std::unique_ptr<delivery::Sinks> sinks_;
  std::unique_ptr<delivery::Deliverer> deliverer_;
  std::unique_ptr<delivery::Tails> tails_;
};

}  // namespace tarn::server

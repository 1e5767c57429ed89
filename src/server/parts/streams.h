// The lake's streams: their log in DIR/streams, the domain on it, and the upkeep of both.
//
// Threads: any.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "api/protocol/service.h"
#include "base/executor.h"
#include "blob/key_wrapper.h"
#include "keys/keys.h"
#include "kv/kv.h"
#include "observe/metric_sink.h"
#include "stream/log.h"
#include "stream/streams.h"

namespace tarn::api::kinesis {
class KinesisService;
}

namespace tarn::server {

class LakeStreams {
 public:
  // All outlive it. `iterator_key` has 32 bytes.
  static Result<std::unique_ptr<LakeStreams>> Open(const std::string& data, kv::Store& store,
                                                   const blob::KeyWrapper& wrapper, const Clock& clock,
                                                   std::string iterator_key, int64_t settle_micros);

  stream::Log& log() { return *log_; }
  stream::Streams& streams() { return *streams_; }
  // Kinesis's face.
  std::shared_ptr<api::protocol::Service> MakeService(keys::Keys& keys, WorkerPool& pool, observe::MetricSink& metrics);
  // Of that face.
  void EndSubscriptions() const;

  // The owner of the other logs (Firehose): what makes Log::KeepOf for them. Null: there is none for now.
  using Look = std::function<Result<stream::Log::KeepOf>()>;
  void SetOtherOwner(Look look);
  // Gives back what nobody needs: expired and delivered records, and those of streams that are gone. Nothing while the
  // other owner cannot be asked. Blocks.
  Status Reclaim();

 private:
  LakeStreams() = default;

  std::unique_ptr<stream::Log> log_;
  std::unique_ptr<stream::Streams> streams_;
  std::mutex mutex_;
  Look other_owner_;
  std::shared_ptr<api::kinesis::KinesisService> service_;
};

}  // namespace tarn::server

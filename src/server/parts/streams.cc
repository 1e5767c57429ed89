#include "server/parts/streams.h"

#include <utility>

#include "api/kinesis/kinesis_service.h"

namespace tarn::server {

Result<std::unique_ptr<LakeStreams>> LakeStreams::Open(const std::string& data, kv::Store& store,
                                                       const blob::KeyWrapper& wrapper, const Clock& clock,
                                                       std::string iterator_key, int64_t settle_micros) {
  auto made = std::unique_ptr<LakeStreams>(new LakeStreams());
  stream::LogOptions log;
  log.directory = data + "/streams";
  log.wrapper = &wrapper;
  log.clock = &clock;
  TARN_TRY(made->log_, stream::Log::Open(std::move(log)));
  stream::Options options;
  options.iterator_key = std::move(iterator_key);
  options.settle_micros = settle_micros;
  made->streams_ = std::make_unique<stream::Streams>(store, *made->log_, clock, std::move(options));
  return made;
}

std::shared_ptr<api::protocol::Service> LakeStreams::MakeService(keys::Keys& keys, WorkerPool& pool,
                                                                 observe::MetricSink& metrics) {
  service_ = std::make_shared<api::kinesis::KinesisService>(
      api::kinesis::Parts{.streams = *streams_, .keys = keys, .pool = pool, .metrics = &metrics});
  return service_;
}

void LakeStreams::EndSubscriptions() const {
  if (service_) service_->EndSubscriptions();
}

void LakeStreams::SetOtherOwner(Look look) {
  const std::lock_guard lock(mutex_);
  other_owner_ = std::move(look);
}

Status LakeStreams::Reclaim() {
  Look look;
  {
    const std::lock_guard lock(mutex_);
    look = other_owner_;
  }
  if (!look) return Ok();
  return log_->Reclaim([&]() -> Result<stream::Log::KeepOf> {
    TARN_TRY(stream::Streams::Keeper made, streams_->MakeKeeper());
    auto keeper = std::make_shared<const stream::Streams::Keeper>(std::move(made));
    TARN_TRY(stream::Log::KeepOf other, look());
    return stream::Log::KeepOf([keeper, other = std::move(other)](stream::LogId log) {
      const auto keep = keeper->Of(log);
      return keep ? keep : other(log);
    });
  });
}

}  // namespace tarn::server

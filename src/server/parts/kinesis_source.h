// Kinesis streams as delivery streams read them: all shards, parents before children, aggregated records taken apart.
//
// Reads as the source's role; without limits of throughput. Errors: kRefused when the
// stream is not there, the authorizer's. Threads: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "delivery/records/source.h"
#include "identity/authorize.h"
#include "stream/streams.h"

namespace tarn::server {

class KinesisSource : public delivery::SourceReader {
 public:
  using Principal =
      std::function<Result<identity::Caller>(const Scope&, const std::string& role, const delivery::DeliveryStream&)>;
  // Both outlive it.
  KinesisSource(stream::Streams& streams, const identity::Authorizer& authorizer, Principal principal)
      : streams_(streams), authorizer_(authorizer), principal_(std::move(principal)) {}

  Result<std::vector<delivery::Arrived>> Read(const Scope& scope, const delivery::DeliveryStream& stream,
                                              delivery::Positions& positions, uint64_t bytes_max) override;
  uint64_t Watch(const delivery::DeliveryStream& stream, std::function<void()> wake) override;
  void Unwatch(uint64_t watch) override { streams_.Unwatch(watch); }

 private:
  struct Shelf;
  // Answers how many bytes were read.
  Result<uint64_t> ReadShard(const Shelf& shelf, const stream::Shard& shard, delivery::Positions& positions,
                             uint64_t bytes_max, std::vector<delivery::Arrived>& records);

  stream::Streams& streams_;
  const identity::Authorizer& authorizer_;
  const Principal principal_;
  std::atomic<uint64_t> turn_ = 0;  // which shard is read first: none is read last for ever
};

}  // namespace tarn::server

// Counts what CloudWatch's namespace AWS/Kinesis shows: of streams always, of shards what enhanced monitoring asks for.
//
// https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html. Memory only; any thread.
#pragma once

#include <initializer_list>
#include <map>
#include <string>

#include "observe/metric_sink.h"
#include "stream/streams.h"

namespace tarn::api::kinesis {

// One PutRecord or PutRecords.
struct PutCount {
  bool batch = false;
  double millis = 0;
  double bytes = 0;  // of the records that were put
  double records = 0;
  double throttled = 0;
  struct OfShard {
    double bytes = 0;
    double records = 0;
  };
  std::map<std::string, OfShard> shards;
};

// One GetRecords, or one event of SubscribeToShard.
struct GetCount {
  std::string shard;
  std::string consumer;  // of an event
  double millis = 0;
  double bytes = 0;
  double records = 0;
  double behind = 0;  // milliseconds
  bool throttled = false;
};

class Meter {
 public:
  // Counts nothing where there is no sink.
  explicit Meter(observe::MetricSink* sink) : sink_(sink) {}
  void Put(const stream::Stream& stream, const PutCount& count) const;
  void Get(const stream::Stream& stream, const GetCount& count) const;

 private:
  void OfShard(const stream::Stream& stream, const std::string& shard,
               std::initializer_list<observe::Measured> samples) const;
  observe::MetricSink* sink_;
};

}  // namespace tarn::api::kinesis

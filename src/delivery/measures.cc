#include "delivery/measures.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace tarn::delivery {
namespace {

observe::MetricOwner OwnerOf(const Scope& scope, const std::string& stream) {
  return {scope, "AWS/Firehose", {{"DeliveryStreamName", stream}}};
}

std::string PrefixOf(DestinationKind kind) {
  switch (kind) {
    case DestinationKind::kIceberg:
      return "DeliveryToIceberg.";
    case DestinationKind::kHttp:
      return "DeliveryToHttpEndpoint.";
    case DestinationKind::kS3:
      break;
  }
  return "DeliveryToS3.";
}

// Metrics whose names are made.
class Samples {
 public:
  explicit Samples(std::string prefix) : prefix_(std::move(prefix)) {}
  void Add(const char* name, const char* unit, double value) {
    names_.push_back(prefix_ + name);
    rest_.push_back({{}, unit, value});
  }
  void CountIn(observe::MetricSink& sink, const observe::MetricOwner& owner) {
    for (size_t i = 0; i < names_.size(); ++i) rest_[i].name = names_[i];
    sink.Count(owner, rest_);
  }

 private:
  const std::string prefix_;
  std::vector<std::string> names_;
  std::vector<observe::Measured> rest_;
};

double SecondsSince(const Delivery& delivery, Timestamp oldest) {
  const int64_t seconds = std::max<int64_t>(0, delivery.now.micros - oldest.micros) / kMicrosPerSecond;
  return static_cast<double>(seconds);
}

}  // namespace

void Measures::CountPut(const Scope& scope, const std::string& stream, PutKind kind, uint64_t records,
                        uint64_t bytes) const {
  if (sink_ == nullptr) return;
  const auto count = static_cast<double>(records), size = static_cast<double>(bytes);
  Samples samples("");
  samples.Add("IncomingRecords", "Count", count);
  samples.Add("IncomingBytes", "Bytes", size);
  samples.Add("IncomingPutRequests", "Count", 1);
  if (kind == PutKind::kRecord) {
    samples.Add("PutRecord.Requests", "Count", 1);
    samples.Add("PutRecord.Bytes", "Bytes", size);
  } else {
    samples.Add("PutRecordBatch.Requests", "Count", 1);
    samples.Add("PutRecordBatch.Records", "Count", count);
    samples.Add("PutRecordBatch.Bytes", "Bytes", size);
  }
  samples.CountIn(*sink_, OwnerOf(scope, stream));
}

void Measures::CountRead(const Scope& scope, const std::string& stream, uint64_t records, uint64_t bytes) const {
  if (sink_ == nullptr) return;
  Samples samples("DataReadFromKinesisStream.");
  samples.Add("Records", "Count", static_cast<double>(records));
  samples.Add("Bytes", "Bytes", static_cast<double>(bytes));
  samples.CountIn(*sink_, OwnerOf(scope, stream));
}

void Measures::CountDelivered(const Delivery& delivery, const Outcome& outcome) const {
  if (sink_ == nullptr) return;
  const auto count = [](uint64_t number) { return static_cast<double>(number); };
  const observe::MetricOwner owner = OwnerOf(delivery.scope, delivery.stream.name);
  const DestinationKind kind = delivery.plan.kind;
  Samples samples(PrefixOf(kind));
  samples.Add("Success", "Count", 1);
  samples.Add("Bytes", "Bytes", count(outcome.bytes));
  samples.Add("DataFreshness", "Seconds", SecondsSince(delivery, outcome.oldest));
  if (kind == DestinationKind::kIceberg) {
    samples.Add("IncomingRowCount", "Count", count(outcome.rows + outcome.failed));
    samples.Add("SuccessfulRowCount", "Count", count(outcome.rows));
    samples.Add("FailedRowCount", "Count", count(outcome.failed));
  } else {
    samples.Add("Records", "Count", count(outcome.rows));
  }
  if (kind == DestinationKind::kS3) samples.Add("ObjectCount", "Count", count(outcome.objects));
  samples.CountIn(*sink_, owner);
  if (outcome.backup_bytes == 0) return;
  Samples backup("BackupToS3.");
  backup.Add("Success", "Count", 1);
  backup.Add("Records", "Count", count(delivery.records.size()));
  backup.Add("Bytes", "Bytes", count(outcome.backup_bytes));
  backup.Add("DataFreshness", "Seconds", SecondsSince(delivery, outcome.oldest));
  backup.CountIn(*sink_, owner);
}

void Measures::CountRefused(const Delivery& delivery) const {
  if (sink_ == nullptr) return;
  Samples samples(PrefixOf(delivery.plan.kind));
  samples.Add("Success", "Count", 0);
  samples.CountIn(*sink_, OwnerOf(delivery.scope, delivery.stream.name));
}

}  // namespace tarn::delivery

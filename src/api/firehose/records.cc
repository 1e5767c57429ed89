// PutRecord and PutRecordBatch.
#include <utility>

#include "api/firehose/firehose_service.h"
#include "base/random.h"
#include "delivery/errors.h"

namespace tarn::api::firehose {
namespace {

constexpr size_t kBatchBytesMax = 4 << 20;
constexpr size_t kRecordIdLetters = 216;

std::string RecordId() { return RandomText(kRecordIdLetters, kAlphanumeric); }

}  // namespace

Result<gen::PutRecordOutput> FirehoseService::PutRecord(const protocol::Call& call, const gen::PutRecordInput& in) {
  TARN_TRY(
      const delivery::DeliveryStream stream,
      deliverer_.Put(call.scope, *in.delivery_stream_name, {in.record->data.value_or("")}, delivery::PutKind::kRecord));
  gen::PutRecordOutput out;
  out.record_id = RecordId();
  out.encrypted = stream.encryption.enabled;
  return out;
}

Result<gen::PutRecordBatchOutput> FirehoseService::PutRecordBatch(const protocol::Call& call,
                                                                  const gen::PutRecordBatchInput& in) {
  std::vector<std::string> records;
  size_t bytes = 0;
  for (const gen::Record& record : *in.records) {
    records.push_back(record.data.value_or(""));
    bytes += records.back().size();
  }
  if (bytes > kBatchBytesMax) {
    return Fail(delivery::kInvalid, "Records size exceeds 4 MB limit");
  }
  TARN_TRY(const delivery::DeliveryStream stream,
           deliverer_.Put(call.scope, *in.delivery_stream_name, std::move(records)));
  gen::PutRecordBatchOutput out;
  out.failed_put_count = 0;
  out.encrypted = stream.encryption.enabled;
  out.request_responses.emplace(in.records->size());
  for (gen::PutRecordBatchResponseEntry& entry : *out.request_responses) entry.record_id = RecordId();
  return out;
}

}  // namespace tarn::api::firehose

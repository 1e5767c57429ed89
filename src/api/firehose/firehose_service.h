// Amazon Data Firehose's wire face: delivery streams, what is put into them, their destinations, encryption and tags.
//
// Threads: any; handlers block.
#pragma once

#include <span>
#include <string>

#include "api/firehose/gen/shapes.h"
#include "api/protocol/service.h"
#include "delivery/deliverer.h"
#include "delivery/streams.h"
#include "keys/keys.h"

namespace tarn::api::firehose {

#define TARN_FIREHOSE_HANDLER(Operation) \
  Result<gen::Operation##Output> Operation(const protocol::Call& call, const gen::Operation##Input& in)

class FirehoseService : public protocol::Service {
 public:
  // All outlive the service.
  FirehoseService(delivery::Streams& streams, delivery::Deliverer& deliverer, keys::Keys& keys)
      : streams_(streams), deliverer_(deliverer), keys_(keys) {}

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override;
  std::span<const protocol::ErrorRow> errors() const override;

  TARN_FIREHOSE_HANDLER(CreateDeliveryStream);
  TARN_FIREHOSE_HANDLER(DeleteDeliveryStream);
  TARN_FIREHOSE_HANDLER(DescribeDeliveryStream);
  TARN_FIREHOSE_HANDLER(ListDeliveryStreams);
  TARN_FIREHOSE_HANDLER(UpdateDestination);
  TARN_FIREHOSE_HANDLER(StartDeliveryStreamEncryption);
  TARN_FIREHOSE_HANDLER(StopDeliveryStreamEncryption);

  TARN_FIREHOSE_HANDLER(PutRecord);
  TARN_FIREHOSE_HANDLER(PutRecordBatch);

  TARN_FIREHOSE_HANDLER(ListTagsForDeliveryStream);
  TARN_FIREHOSE_HANDLER(TagDeliveryStream);
  TARN_FIREHOSE_HANDLER(UntagDeliveryStream);

 private:
  Status CheckKey(const protocol::Call& call, const delivery::Encryption& encryption) const;

  delivery::Streams& streams_;
  delivery::Deliverer& deliverer_;
  keys::Keys& keys_;
};

#undef TARN_FIREHOSE_HANDLER

// The destination as kept, of a request to make a stream. `creates`: roles are passed by the caller. Errors:
// delivery::kInvalid; the authorizer's.
Result<std::string> DestinationOf(const protocol::Call& call, const gen::CreateDeliveryStreamInput& in);
// The destination that an update makes of the present one.
Result<std::string> DestinationOf(const protocol::Call& call, const gen::UpdateDestinationInput& in,
                                  const std::string& present);
// Whether a request names exactly one destination.
Status CheckOneDestination(const gen::UpdateDestinationInput& in);

}  // namespace tarn::api::firehose

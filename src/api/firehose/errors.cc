#include "delivery/errors.h"

#include "api/firehose/firehose_service.h"

namespace tarn::api::firehose {

std::span<const protocol::ErrorRow> FirehoseService::errors() const {
  static constexpr protocol::ErrorRow kErrors[] = {
      {&delivery::kNotFound, "ResourceNotFoundException", 400},
      {&delivery::kInUse, "ResourceInUseException", 400},
      {&delivery::kInvalid, "InvalidArgumentException", 400},
      {&delivery::kLimit, "LimitExceededException", 400},
      {&delivery::kMoved, "ConcurrentModificationException", 400},
      {&delivery::kKmsKey, "InvalidKMSResourceException", 400},
      {&delivery::kWrongSource, "InvalidArgumentException", 400},
      {&delivery::kBusy, "ServiceUnavailableException", 503},
      {&delivery::kRefused, "ServiceUnavailableException", 503},
      {&delivery::kBadRecord, "InvalidArgumentException", 400},
      {&delivery::kDamaged, "InternalFailure", 500},
  };
  return kErrors;
}

}  // namespace tarn::api::firehose

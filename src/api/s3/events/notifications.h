// S3's event notifications: from a change in the object store to the records that targets get.
//
// A change of a bucket with a notification configuration is kept in the outbox stream kEventStream as part of the
// change; TargetsOf then tells the destinations, by the configuration that the bucket has at that time, and MessageFor
// what one of them gets ({"Records": […]}, version 2.1 of S3's event message structure). Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "object/store/changes.h"
#include "object/store/store.h"

namespace tarn::api::s3 {

inline constexpr std::string_view kEventStream = "s3";

class EventRecorder : public object::ChangeListener {
 public:
  Status OnChange(kv::Txn& txn, const object::Change& change) override;
};

// The destinations' ARNs that a kept event goes to now; none when the bucket is gone or wants it no more.
Result<std::vector<std::string>> TargetsOf(object::Store& store, const std::string& event);

// The message for that destination.
Result<std::string> MessageFor(object::Store& store, const std::string& event, const std::string& destination);

}  // namespace tarn::api::s3

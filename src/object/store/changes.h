// Changes: what a listener learns of objects as they change, inside the transaction that changes them.
//
// A listener's error fails the change. It is told only of buckets with a "notification" document. Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kv/kv.h"
#include "object/bucket.h"

namespace tarn::object {

// Who asked for a change, and how; as event records tell it. Empty for what the lake does by itself.
struct Origin {
  std::string how;  // "Put", "Post", "Copy", "CompleteMultipartUpload": the end of an ObjectCreated event's name
  std::string principal;
  std::string source_ip;
  std::string request_id;
};

// What some events tell beside.
struct ChangeDetail {
  std::string destination;    // where a transition took the version: a class, or an archive tier
  std::string storage_class;  // a restored version's own
  Timestamp until;            // when its restored copy ends
};

struct Change {
  const Bucket& bucket;
  std::string_view event;  // "ObjectCreated:Put", "ObjectRemoved:DeleteMarkerCreated"; kTestEvent: a new configuration
  std::string_view key;
  std::string version_id;  // empty in a bucket that never had versioning
  uint64_t size = 0;
  std::string etag;  // without quotes; empty for removals
  uint64_t seq = 0;  // grows with each change of the key
  Timestamp when;
  const Origin& origin;
  ChangeDetail detail = {};
};

class ChangeListener {
 public:
  virtual ~ChangeListener() = default;
  virtual Status OnChange(kv::Txn& txn, const Change& change) = 0;
};

inline constexpr std::string_view kNotificationDocument = "notification";
inline constexpr std::string_view kTestEvent = "TestEvent";

}  // namespace tarn::object

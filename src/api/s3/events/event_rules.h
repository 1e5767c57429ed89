// What a bucket's notification configuration says: which are valid, and which of its rules an event meets. Pure.
//
// Amazon S3 User Guide, "Amazon S3 Event Notifications": event types, filters, overlapping configurations.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/s3/gen/shapes.h"
#include "base/result.h"

namespace tarn::api::s3 {

// One rule, whatever kind of destination it has.
struct EventRule {
  std::string id;
  std::string destination;          // an ARN
  std::vector<std::string> events;  // "s3:ObjectCreated:*"
  std::string prefix;
  std::string suffix;
};

// The rules of a configuration; ids that are missing are made up and written into it. kInvalidArgument as AWS words it.
Result<std::vector<EventRule>> ReadEventRules(gen::NotificationConfiguration& configuration, std::string_view region);

// `event` without "s3:", e.g. "ObjectCreated:Put".
bool Meets(const EventRule& rule, std::string_view event, std::string_view key);

}  // namespace tarn::api::s3

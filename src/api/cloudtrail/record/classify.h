// What kind of call an operation is, as CloudTrail tells calls apart: management or data, reading or changing.
//
// Data events are those on the contents of resources (S3's objects, metrics' data points, rows of S3 Tables).
// CloudTrail's lists per service are the model; an operation that none names goes by its verb. Threads: any.
#pragma once

#include <string>
#include <string_view>

#include "api/protocol/dispatch.h"
#include "audit/event.h"

namespace tarn::api::cloudtrail {

struct Kind {
  audit::Category category = audit::Category::kManagement;
  bool read_only = false;
};

// `service` as protocol::AuditRecord has it ("s3", "iceberg").
Kind KindOf(const protocol::AuditRecord& record);

// "s3.amazonaws.com".
std::string EventSourceOf(const protocol::AuditRecord& record);
// Whether the answer says that the caller is not known or may not do it.
bool IsDenial(const protocol::AuditRecord& record);
// Whether it says that there were too many calls.
bool IsThrottled(const protocol::AuditRecord& record);

}  // namespace tarn::api::cloudtrail

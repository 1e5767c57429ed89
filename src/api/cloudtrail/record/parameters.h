// Requests and answers as CloudTrail's requestParameters and responseElements, and the resources that they name.
//
// Never secrets and never bodies: members that the model calls sensitive and those whose names say so are hidden, blobs
// are left out, long texts are cut. Names begin with a small letter, as CloudTrail writes them. Threads: any.
#pragma once

#include <string>
#include <vector>

#include "api/protocol/dispatch.h"
#include "audit/event.h"
#include "json/json.h"

namespace tarn::api::cloudtrail {

// Null when nothing was decoded, or when nothing was given.
json::Value RequestParametersOf(const protocol::AuditRecord& record);
json::Value ResponseElementsOf(const protocol::AuditRecord& record);
std::vector<audit::Resource> ResourcesOf(const protocol::AuditRecord& record);
// That a call of S3 names; empty: it names none.
std::string BucketOf(const protocol::AuditRecord& record);

}  // namespace tarn::api::cloudtrail

// Event: the record of one call, in CloudTrail's form, with what look-ups and trails choose by beside it.
//
// `json` is the whole event as clients get it (CloudTrail's record contents, eventVersion 1.11); the other fields
// repeat what of it is asked for. Times are UTC microseconds. Bytes on disk: docs/format/audit.md. Values; no I/O.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/record_fields.h"
#include "base/time.h"

namespace tarn::audit {

enum class Category : uint8_t { kManagement = 0, kData = 1, kInsight = 2 };

struct Resource {
  std::string type;  // "AWS::S3::Bucket"
  std::string name;  // an ARN, or a name
  bool operator==(const Resource&) const = default;
};

struct Event {
  std::string id;  // a UUID
  std::string account;
  std::string region;
  Timestamp time;      // when the call arrived
  std::string source;  // "s3.amazonaws.com"
  std::string name;    // "CreateBucket"
  std::string username;
  std::string access_key_id;
  Category category = Category::kManagement;
  bool read_only = false;
  bool open = false;  // written with the call's change, its outcome not yet known
  std::string error_code;
  std::string principal;  // ARN
  std::string source_ip;
  std::vector<Resource> resources;
  std::string json;
  uint64_t bytes_in = 0;
  uint64_t bytes_out = 0;
  std::string error_message;
  std::string decided_by;  // the statement that allowed or denied it, where it is known
  std::string user_agent;
  std::string request_id;
};

template <class V>
void VisitFields(V&& visit, Resource& resource) {
  visit(1, resource.type);
  visit(2, resource.name);
}

template <class V>
void VisitFields(V&& visit, Event& event) {
  visit(1, event.id);
  visit(2, event.account);
  visit(3, event.region);
  visit(4, event.time);
  visit(5, event.source);
  visit(6, event.name);
  visit(7, event.username);
  visit(8, event.access_key_id);
  visit(9, event.category);
  visit(10, event.read_only);
  visit(11, event.open);
  visit(12, event.error_code);
  visit(13, event.principal);
  visit(14, event.source_ip);
  visit(15, event.resources);
  visit(16, event.json);
  visit(17, event.bytes_in);
  visit(18, event.bytes_out);
  visit(19, event.error_message);
  visit(20, event.decided_by);
  visit(21, event.user_agent);
  visit(22, event.request_id);
}

}  // namespace tarn::audit

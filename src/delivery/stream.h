// A delivery stream's definition, as kept in kv. Bytes: docs/format/delivery.md.
//
// `source` and `destination` are JSON objects of the service's own names, as DescribeDeliveryStream shows them:
// {"KinesisStreamSourceDescription": {…}}, {"ExtendedS3DestinationDescription": {…}, "S3DestinationDescription": {…}}.
// plan.h reads what a delivery needs of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/record_fields.h"
#include "base/scope.h"
#include "base/time.h"

namespace tarn::delivery {

struct Tag {
  std::string key;
  std::optional<std::string> value;
};

struct Encryption {
  std::string key_type;  // "AWS_OWNED_CMK", "CUSTOMER_MANAGED_CMK"; empty: never encrypted
  std::string key_arn;
  bool enabled = false;
};

inline constexpr std::string_view kDirectPut = "DirectPut";
inline constexpr std::string_view kFromKinesis = "KinesisStreamAsSource";
inline constexpr std::string_view kDestinationId = "destinationId-000000000001";

struct DeliveryStream {
  std::string name;
  std::string type;      // kDirectPut or kFromKinesis
  uint64_t version = 1;  // of the destination
  Timestamp created;
  Timestamp updated;
  uint64_t log = 0;     // drawn at random: names the records of this very stream, whatever is made under its name later
  std::string creator;  // ARN of who made it
  std::string source;
  std::string destination;
  Encryption encryption;
  std::vector<Tag> tags;  // in the order of their coming
};

std::string ArnOf(const Scope& scope, std::string_view name);

template <class V>
void VisitFields(V&& visit, Tag& tag) {
  visit(1, tag.key);
  visit(2, tag.value);
}

template <class V>
void VisitFields(V&& visit, Encryption& encryption) {
  visit(1, encryption.key_type);
  visit(2, encryption.key_arn);
  visit(3, encryption.enabled);
}

template <class V>
void VisitFields(V&& visit, DeliveryStream& stream) {
  visit(1, stream.name);
  visit(2, stream.type);
  visit(3, stream.version);
  visit(4, stream.created);
  visit(5, stream.updated);
  visit(6, stream.log);
  visit(7, stream.creator);
  visit(8, stream.source);
  visit(9, stream.destination);
  visit(10, stream.encryption);
  visit(11, stream.tags);
}

}  // namespace tarn::delivery

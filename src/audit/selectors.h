// Which events a trail takes: CloudTrail's basic and advanced event selectors.
//
// A trail without selectors takes all management events. With basic ones it takes what any of them takes; with advanced
// ones what meets every field of any of them. Values; no I/O. CloudTrail User Guide, "Logging data events".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/event.h"
#include "base/record_fields.h"

namespace tarn::audit {

enum class Reads : uint8_t { kAll = 0, kReadOnly = 1, kWriteOnly = 2 };

struct DataResource {
  std::string type;                 // "AWS::S3::Object"
  std::vector<std::string> values;  // prefixes of ARNs
};

struct BasicSelector {
  Reads reads = Reads::kAll;
  bool management = true;
  std::vector<DataResource> data;
  std::vector<std::string> excluded_sources;  // of management events: "kms.amazonaws.com"
};

struct FieldSelector {
  std::string field;  // "eventCategory", "resources.ARN"
  std::vector<std::string> equals;
  std::vector<std::string> starts_with;
  std::vector<std::string> ends_with;
  std::vector<std::string> not_equals;
  std::vector<std::string> not_starts_with;
  std::vector<std::string> not_ends_with;
};

struct AdvancedSelector {
  std::optional<std::string> name;
  std::vector<FieldSelector> fields;
};

struct Selectors {
  std::vector<BasicSelector> basic;
  std::vector<AdvancedSelector> advanced;  // not with basic ones

  bool given() const { return !basic.empty() || !advanced.empty(); }
  bool Takes(const Event& event) const;
  // Whether any data event can be taken.
  bool TakesData() const;
};

// What selectors of a data event's resource look at: an object's ARN, or its bucket's with a "/" behind; a Kinesis
// stream's or consumer's. Either is empty where it is not known.
struct DataSubject {
  std::string type;  // "AWS::S3::Object"
  std::string arn;
};
DataSubject DataSubjectOf(const Event& event);

template <class V>
void VisitFields(V&& visit, DataResource& value) {
  visit(1, value.type);
  visit(2, value.values);
}
template <class V>
void VisitFields(V&& visit, BasicSelector& value) {
  visit(1, value.reads);
  visit(2, value.management);
  visit(3, value.data);
  visit(4, value.excluded_sources);
}
template <class V>
void VisitFields(V&& visit, FieldSelector& value) {
  visit(1, value.field);
  visit(2, value.equals);
  visit(3, value.starts_with);
  visit(4, value.ends_with);
  visit(5, value.not_equals);
  visit(6, value.not_starts_with);
  visit(7, value.not_ends_with);
}
template <class V>
void VisitFields(V&& visit, AdvancedSelector& value) {
  visit(1, value.name);
  visit(2, value.fields);
}
template <class V>
void VisitFields(V&& visit, Selectors& value) {
  visit(1, value.basic);
  visit(2, value.advanced);
}

}  // namespace tarn::audit

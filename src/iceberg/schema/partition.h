// Partition specs and sort orders: lists of transformed columns.
//
// A field names its source columns by id. A spec of an older schema may name columns that are gone; only the default
// spec must fit the current schema. Field ids of partition tuples start at 1000.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/schema/schema.h"
#include "iceberg/schema/transform.h"
#include "json/json.h"

namespace tarn::iceberg {

inline constexpr int32_t kPartitionIdStart = 1000;

struct PartitionField {
  std::vector<int32_t> source_ids;  // one, except for transforms of several arguments
  int32_t field_id = 0;             // 0 in a request: to be assigned
  std::string name;
  Transform transform;

  int32_t source_id() const { return source_ids.empty() ? 0 : source_ids[0]; }
  bool operator==(const PartitionField&) const = default;
};

struct PartitionSpec {
  int32_t spec_id = 0;
  std::vector<PartitionField> fields;

  bool is_unpartitioned() const;  // no field, or void ones alone
  int32_t last_field_id() const;  // 999 when there is none
  // Same sources, transforms and names, whatever the ids.
  bool CompatibleWith(const PartitionSpec& other) const;
  bool HasSequentialIds() const;
  bool operator==(const PartitionSpec&) const = default;

  static Result<PartitionSpec> FromJson(const json::Value& json);
  // The bare list of fields, as manifests and v1 metadata keep it; ids are assigned when none has one.
  static Result<PartitionSpec> FromFields(const json::Value& json, int32_t spec_id);
  void Write(json::Writer& out) const;
  void WriteFields(json::Writer& out) const;
  std::string FieldsJson() const;
};

// Error Invalid when a field's source is missing, nested in a list or map or of a type that its transform cannot take,
// or a name is taken.
Status CheckSpec(const PartitionSpec& spec, const Schema& schema);
// The struct of partition tuples; fields optional. A source that is gone gives the type unknown.
Type PartitionType(const PartitionSpec& spec, const Schema& schema);
// "ts_day=2026-11-21/id_bucket=3", names and values URL-encoded.
std::string PartitionPath(const PartitionSpec& spec, const Schema& schema, const Values& partition);
// The partition of a row: `row(source id)` gives the column's value.
Result<Values> PartitionOf(const PartitionSpec& spec, const Schema& schema,
                           const std::function<Value(int32_t source_id)>& row);

struct SortField {
  Transform transform;
  std::vector<int32_t> source_ids;
  bool descending = false;
  bool nulls_last = false;

  int32_t source_id() const { return source_ids.empty() ? 0 : source_ids[0]; }
  bool operator==(const SortField&) const = default;
};

struct SortOrder {
  int32_t order_id = 0;  // 0: unsorted
  std::vector<SortField> fields;

  bool is_unsorted() const { return fields.empty(); }
  bool SameOrder(const SortOrder& other) const { return fields == other.fields; }
  bool operator==(const SortOrder&) const = default;

  static Result<SortOrder> FromJson(const json::Value& json);
  void Write(json::Writer& out) const;
};

Status CheckSortOrder(const SortOrder& order, const Schema& schema);

}  // namespace tarn::iceberg

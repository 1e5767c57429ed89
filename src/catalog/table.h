// What the catalog holds: databases, tables, partitions and what hangs on them.
//
// One model for Glue, Athena, Iceberg REST and S3 Tables. Members that a client may leave out are optional, and what
// was left out stays out: an answer shows what was given. `uid` is ours, never shown: a table dropped and made again is
// another table. Names are unique by lower case; `name` holds the lower-case form, `shown_name` the form that Iceberg
// REST was given, where the two differ. Times are UTC microseconds.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace tarn::catalog {

using Parameters = std::map<std::string, std::string>;

// The value of `key`, or null.
const std::string* Find(const std::optional<Parameters>& parameters, std::string_view key);

struct Column {
  std::string name;
  std::optional<std::string> type;  // Hive's type text: "bigint", "array<struct<a:int>>"
  std::optional<std::string> comment;
  std::optional<Parameters> parameters;
  bool operator==(const Column&) const = default;
};

struct SerDe {
  std::optional<std::string> name;
  std::optional<std::string> library;  // "org.openx.data.jsonserde.JsonSerDe"
  std::optional<Parameters> parameters;
  bool operator==(const SerDe&) const = default;
};

struct SortColumn {
  std::string column;
  int32_t order = 1;  // 1 ascending, 0 descending
  bool operator==(const SortColumn&) const = default;
};

struct SkewedInfo {
  std::optional<std::vector<std::string>> column_names;
  std::optional<std::vector<std::string>> column_values;
  std::optional<Parameters> value_locations;
  bool operator==(const SkewedInfo&) const = default;
};

struct SchemaReference {
  bool has_schema_id = false;
  std::optional<std::string> schema_arn;
  std::optional<std::string> schema_name;
  std::optional<std::string> registry_name;
  std::optional<std::string> version_id;
  std::optional<int64_t> version_number;
  bool operator==(const SchemaReference&) const = default;
};

struct StorageDescriptor {
  std::optional<std::vector<Column>> columns;
  std::optional<std::string> location;  // "s3://bucket/prefix/"
  std::optional<std::vector<std::string>> additional_locations;
  std::optional<std::string> input_format;
  std::optional<std::string> output_format;
  std::optional<bool> compressed;
  std::optional<int32_t> number_of_buckets;
  std::optional<SerDe> serde;
  std::optional<std::vector<std::string>> bucket_columns;
  std::optional<std::vector<SortColumn>> sort_columns;
  std::optional<Parameters> parameters;
  std::optional<SkewedInfo> skewed;
  std::optional<bool> stored_as_sub_directories;
  std::optional<SchemaReference> schema_reference;
  bool operator==(const StorageDescriptor&) const = default;
};

// A link to a database or table elsewhere.
struct Target {
  std::optional<std::string> catalog_id;
  std::optional<std::string> database;
  std::optional<std::string> name;  // tables only
  std::optional<std::string> region;
  bool operator==(const Target&) const = default;
};

struct PrincipalPermissions {
  std::optional<std::string> principal;
  std::optional<std::vector<std::string>> permissions;
  bool operator==(const PrincipalPermissions&) const = default;
};

struct Database {
  std::string uid;
  std::string name;  // a nested namespace's: catalog/namespaces.h
  std::optional<std::string> description;
  std::optional<std::string> location;
  std::optional<Parameters> parameters;
  std::optional<std::vector<PrincipalPermissions>> default_permissions;
  std::optional<Target> target;
  Timestamp create_time;
  Parameters tags;
  std::string shown_name;              // empty: `name`
  std::optional<std::string> creator;  // the IAM user or role that made it; kept by updates

  const std::string& Shown() const { return shown_name.empty() ? name : shown_name; }
};

struct Table {
  std::string uid;
  std::string name;
  std::string database;
  uint64_t version = 0;  // counts from 1; every update takes the next
  std::optional<std::string> description;
  std::optional<std::string> owner;
  std::optional<std::string> created_by;
  Timestamp create_time;
  Timestamp update_time;
  std::optional<Timestamp> last_access_time;
  std::optional<Timestamp> last_analyzed_time;
  std::optional<int32_t> retention;
  std::optional<StorageDescriptor> storage;
  std::vector<Column> partition_keys;
  std::optional<std::string> view_original_text;
  std::optional<std::string> view_expanded_text;
  std::optional<std::string> table_type;  // "EXTERNAL_TABLE", "VIRTUAL_VIEW", …
  std::optional<Parameters> parameters;
  std::optional<Target> target;
  Parameters tags;
  std::string shown_name;              // empty: `name`
  std::optional<std::string> creator;  // the IAM user or role that made it; kept by updates
  std::optional<std::vector<PrincipalPermissions>> default_permissions;  // its database's, when it was made

  const std::string& Shown() const { return shown_name.empty() ? name : shown_name; }
  bool IsView() const { return table_type == "VIRTUAL_VIEW"; }
  bool IsIceberg() const;
  bool IsIcebergView() const;  // of Iceberg's view format: its query lies in a metadata file
  // The columns of the storage descriptor; empty when there is none.
  const std::vector<Column>& columns() const;
  // The location; empty when there is none.
  std::string_view location() const;
};

struct Partition {
  std::vector<std::string> values;  // one a partition key, in the keys' order
  Timestamp create_time;
  std::optional<Timestamp> last_access_time;
  std::optional<Timestamp> last_analyzed_time;
  std::optional<StorageDescriptor> storage;
  std::optional<Parameters> parameters;
  std::string_view location() const;
};

struct ResourceUri {
  std::optional<std::string> type;
  std::optional<std::string> uri;
};

struct Function {
  std::string name;
  std::string database;
  std::optional<std::string> class_name;
  std::optional<std::string> owner_name;
  std::optional<std::string> owner_type;
  std::optional<std::string> function_type;
  std::optional<std::vector<ResourceUri>> resource_uris;
  Timestamp create_time;
};

struct PartitionIndex {
  std::string name;
  std::vector<std::string> keys;
};

// One column's statistics. The data's members differ by kind: they are kept as the JSON of the service's shape.
struct ColumnStatistics {
  std::string column;
  std::string column_type;
  Timestamp analyzed_time;
  std::string data;
};

// The value of a partition whose key is null, as Hive writes it.
inline constexpr std::string_view kHiveNull = "__HIVE_DEFAULT_PARTITION__";

}  // namespace tarn::catalog

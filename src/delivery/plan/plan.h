// Plan: what a delivery stream does with its records, read from its destination's description.
//
// What is not served is refused here, by name, when a stream is made or changed: a plan can always be carried out.
// Units: bytes, seconds. Errors: kInvalid. Pure. Threads: any.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationConfiguration.html
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "delivery/output/compress.h"
#include "delivery/output/prefix.h"
#include "delivery/records/time_pattern.h"

namespace tarn::delivery {

struct Hints {
  uint64_t bytes = 5 << 20;
  uint32_t seconds = 300;
};

// Where in S3 files go.
struct Place {
  std::string role;    // ARN
  std::string bucket;  // name
  Prefix prefix;
  std::optional<Prefix> error_prefix;
  Compression compression = Compression::kNone;
  std::string extension;  // instead of the compression's own
  std::string kms_key;    // empty: as the bucket says
  std::string time_zone = "UTC";
};

// What happens to each record, in this order.
struct Processing {
  bool decompress = false;        // gzip
  bool extract_messages = false;  // of CloudWatch Logs
  enum class Split : uint8_t { kNone, kJson, kDelimited } split = Split::kNone;
  std::string delimiter;  // of kDelimited
  std::string query;      // jq: an object of partition keys (or of routing, for tables)
  bool append_newline = false;
};

// JSON to Parquet.
struct Conversion {
  std::string role;  // that reads the schema
  std::string database;
  std::string table;
  std::optional<uint64_t> version;  // nothing: the present one
  enum class Codec : uint8_t { kNone, kSnappy, kGzip } codec = Codec::kSnappy;
  bool case_sensitive = false;
  bool dots_to_underscores = false;
  std::map<std::string, std::string> keys;     // column → key in the JSON
  std::vector<TimePattern> timestamp_formats;  // none: as java.sql.Timestamp writes them
};

struct TableTarget {
  std::string database;
  std::string table;
  std::vector<std::string> unique_keys;     // none: the table's identifier fields
  std::vector<std::string> partitioned_by;  // of a table that is made: columns
  std::optional<Prefix> error_prefix;
};

struct IcebergPlan {
  std::vector<TableTarget> targets;  // none: the records' own routing
  bool append_only = false;
  bool creates = false;   // tables that are not there
  bool evolves = false;   // columns that are not there
  std::string warehouse;  // where tables are made, "s3://bucket/folder"; empty: below their database's location
};

struct HttpPlan {
  std::string url;
  std::string access_key;
  bool gzip = false;
  std::vector<std::pair<std::string, std::string>> attributes;
};

enum class DestinationKind : uint8_t { kS3, kIceberg, kHttp };

struct Plan {
  DestinationKind kind = DestinationKind::kS3;
  std::string role;  // that delivers
  Place place;       // of kS3 its files, of the others what failed (and all, with `backs_up`)
  Hints hints;
  Processing processing;
  std::optional<Conversion> conversion;
  bool partitions = false;      // by the processing's query
  std::optional<Place> backup;  // of kS3: the records as they came
  bool backs_up = false;        // of kHttp: all records go to `place` too
  uint32_t retry_seconds = 300;
  IcebergPlan iceberg;
  HttpPlan http;
};

// `destination`: of a stream of that scope, see stream.h.
Result<Plan> ReadPlan(std::string_view destination, const Scope& scope);

// Fills in what AWS tells of a destination that says nothing: hints, compression, encryption, logging. `description` is
// the JSON object of one "…DestinationDescription".
std::string WithDefaults(std::string_view kind, std::string_view description);
// A description with the members of `update` in place of its own.
std::string Merged(std::string_view description, std::string_view update);

}  // namespace tarn::delivery

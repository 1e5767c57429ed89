#include "iceberg/manifest/avro_schemas.h"

#include <fmt/format.h>

#include <set>

#include "json/json.h"

namespace tarn::iceberg {
namespace {

// {"name":…,"type":…,"field-id":…}; optional ones are unions with null.
std::string Plain(std::string_view name, std::string_view type, int id, bool required) {
  if (required) return fmt::format(R"({{"name":"{}","type":{},"field-id":{}}})", name, type, id);
  return fmt::format(R"({{"name":"{}","type":["null",{}],"default":null,"field-id":{}}})", name, type, id);
}

std::string Map(int key_id, int value_id, std::string_view value) {
  return fmt::format(R"({{"type":"array","items":{{"type":"record","name":"k{0}_v{1}","fields":[)"
                     R"({{"name":"key","type":"int","field-id":{0}}},{{"name":"value","type":{2},"field-id":{1}}}]}},)"
                     R"("logicalType":"map"}})",
                     key_id, value_id, value);
}

std::string List(int element_id, std::string_view element) {
  return fmt::format(R"({{"type":"array","items":{},"element-id":{}}})", element, element_id);
}

std::string Record(std::string_view name, const std::string& fields) {
  return fmt::format(R"({{"type":"record","name":"{}","fields":[{}]}})", name, fields);
}

int DecimalBytesFor(int precision) {
  // The least n with 2^(8n-1) > 10^precision.
  int bytes = 1;
  unsigned __int128 limit = 1;
  for (int i = 0; i < precision; ++i) limit *= 10;
  for (unsigned __int128 top = 128; top < limit && bytes < 16; top <<= 8) ++bytes;
  return bytes;
}

// A named type may be defined but once, and some readers know no references: the second one gets another name.
std::string Fixed(std::string name, std::string_view rest, std::set<std::string>& defined) {
  while (!defined.insert(name).second) name += "_";
  return fmt::format(R"({{"type":"fixed","name":"{}",{}}})", name, rest);
}

std::string AvroType(const Type& type, std::set<std::string>& defined) {
  const auto timestamp = [](std::string_view unit, bool utc) {
    return fmt::format(R"({{"type":"long","logicalType":"timestamp-{}","adjust-to-utc":{}}})", unit, utc);
  };
  switch (type.id()) {
    case TypeId::kBoolean:
      return R"("boolean")";
    case TypeId::kInt:
      return R"("int")";
    case TypeId::kDate:
      return R"({"type":"int","logicalType":"date"})";
    case TypeId::kLong:
      return R"("long")";
    case TypeId::kTime:
      return R"({"type":"long","logicalType":"time-micros"})";
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
      return timestamp("micros", type.id() == TypeId::kTimestampTz);
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return timestamp("nanos", type.id() == TypeId::kTimestampTzNs);
    case TypeId::kFloat:
      return R"("float")";
    case TypeId::kDouble:
      return R"("double")";
    case TypeId::kDecimal:
      return Fixed(fmt::format("decimal_{}_{}", type.precision(), type.scale()),
                   fmt::format(R"("size":{},"logicalType":"decimal","precision":{},"scale":{})",
                               DecimalBytesFor(type.precision()), type.precision(), type.scale()),
                   defined);
    case TypeId::kUuid:
      return Fixed("uuid_fixed", R"("size":16,"logicalType":"uuid")", defined);
    case TypeId::kFixed:
      return Fixed(fmt::format("fixed_{}", type.length()), fmt::format(R"("size":{})", type.length()), defined);
    case TypeId::kBinary:
      return R"("bytes")";
    default:
      return R"("string")";
  }
}

// Avro names hold letters, digits and underscores; others are written as their code.
std::string AvroName(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool digit = c >= '0' && c <= '9';
    if (letter || (digit && !out.empty())) {
      out += c;
    } else if (digit) {
      out += fmt::format("_{}", c);
    } else {
      out += fmt::format("_x{:X}", static_cast<uint8_t>(c));
    }
  }
  return out.empty() ? "_" : out;
}

std::string PartitionRecord(const Type& partition_type) {
  std::string fields;
  std::set<std::string> defined;
  for (const Field& field : partition_type.fields()) {
    if (!fields.empty()) fields += ',';
    const std::string name = AvroName(field.name);
    const std::string original =
        name == field.name ? "" : fmt::format(R"(,"iceberg-field-name":{})", json::Quote(field.name));
    fields += fmt::format(R"({{"name":"{}","type":["null",{}],"default":null,"field-id":{}{}}})", name,
                          AvroType(field.type, defined), field.id, original);
  }
  return Record("r102", fields);
}

}  // namespace

std::string ManifestListSchema(int version) {
  const bool v1 = version == 1;
  std::string fields = Plain("manifest_path", R"("string")", 500, true) + "," +
                       Plain("manifest_length", R"("long")", 501, true) + "," +
                       Plain("partition_spec_id", R"("int")", 502, true) + ",";
  if (!v1) {
    fields += Plain("content", R"("int")", 517, true) + "," + Plain("sequence_number", R"("long")", 515, true) + "," +
              Plain("min_sequence_number", R"("long")", 516, true) + ",";
  }
  fields += Plain("added_snapshot_id", R"("long")", 503, true) + "," +
            Plain(v1 ? "added_data_files_count" : "added_files_count", R"("int")", 504, !v1) + "," +
            Plain(v1 ? "existing_data_files_count" : "existing_files_count", R"("int")", 505, !v1) + "," +
            Plain(v1 ? "deleted_data_files_count" : "deleted_files_count", R"("int")", 506, !v1) + "," +
            Plain("added_rows_count", R"("long")", 512, !v1) + "," +
            Plain("existing_rows_count", R"("long")", 513, !v1) + "," +
            Plain("deleted_rows_count", R"("long")", 514, !v1) + ",";
  const std::string summary = Record("r508", Plain("contains_null", R"("boolean")", 509, true) + "," +
                                                 Plain("contains_nan", R"("boolean")", 518, false) + "," +
                                                 Plain("lower_bound", R"("bytes")", 510, false) + "," +
                                                 Plain("upper_bound", R"("bytes")", 511, false));
  fields += Plain("partitions", List(508, summary), 507, false) + "," + Plain("key_metadata", R"("bytes")", 519, false);
  if (version >= 3) fields += "," + Plain("first_row_id", R"("long")", 520, false);
  return Record("manifest_file", fields);
}

std::string ManifestSchema(int version, const Type& partition_type) {
  std::string file;
  if (version > 1) file += Plain("content", R"("int")", 134, true) + ",";
  file += Plain("file_path", R"("string")", 100, true) + "," + Plain("file_format", R"("string")", 101, true) + "," +
          Plain("partition", PartitionRecord(partition_type), 102, true) + "," +
          Plain("record_count", R"("long")", 103, true) + "," + Plain("file_size_in_bytes", R"("long")", 104, true) +
          ",";
  if (version == 1) file += Plain("block_size_in_bytes", R"("long")", 105, true) + ",";
  file += Plain("column_sizes", Map(117, 118, R"("long")"), 108, false) + "," +
          Plain("value_counts", Map(119, 120, R"("long")"), 109, false) + "," +
          Plain("null_value_counts", Map(121, 122, R"("long")"), 110, false) + "," +
          Plain("nan_value_counts", Map(138, 139, R"("long")"), 137, false) + "," +
          Plain("lower_bounds", Map(126, 127, R"("bytes")"), 125, false) + "," +
          Plain("upper_bounds", Map(129, 130, R"("bytes")"), 128, false) + "," +
          Plain("key_metadata", R"("bytes")", 131, false) + "," +
          Plain("split_offsets", List(133, R"("long")"), 132, false);
  if (version > 1) file += "," + Plain("equality_ids", List(136, R"("int")"), 135, false);
  file += "," + Plain("sort_order_id", R"("int")", 140, false);
  if (version >= 3) file += "," + Plain("first_row_id", R"("long")", 142, false);
  if (version > 1) file += "," + Plain("referenced_data_file", R"("string")", 143, false);
  if (version >= 3) {
    file += "," + Plain("content_offset", R"("long")", 144, false) + "," +
            Plain("content_size_in_bytes", R"("long")", 145, false);
  }
  std::string entry =
      Plain("status", R"("int")", 0, true) + "," + Plain("snapshot_id", R"("long")", 1, version == 1) + ",";
  if (version > 1) {
    entry += Plain("sequence_number", R"("long")", 3, false) + "," +
             Plain("file_sequence_number", R"("long")", 4, false) + ",";
  }
  entry += Plain("data_file", Record("r2", file), 2, true);
  return Record("manifest_entry", entry);
}

}  // namespace tarn::iceberg

#include "iceberg/manifest/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "iceberg/errors.h"
#include "iceberg/manifest/avro_schemas.h"

namespace tarn::iceberg {

using avro::PutBool;
using avro::PutBytes;
using avro::PutLong;

namespace {

// Unions are [null, value].
void PutOptional(std::string& out, const std::optional<int64_t>& value) {
  PutLong(out, value ? 1 : 0);
  if (value) PutLong(out, *value);
}
void PutOptional(std::string& out, const std::optional<int32_t>& value) {
  PutOptional(out, value ? std::optional<int64_t>(*value) : std::nullopt);
}
void PutOptional(std::string& out, const std::optional<std::string>& value) {
  PutLong(out, value ? 1 : 0);
  if (value) PutBytes(out, *value);
}
// Empty: null.
void PutKey(std::string& out, const std::string& key) {
  PutLong(out, key.empty() ? 0 : 1);
  if (!key.empty()) PutBytes(out, key);
}
template <typename List, typename Put>
void PutList(std::string& out, const List& list, const Put& put) {
  PutLong(out, list.empty() ? 0 : 1);
  if (list.empty()) return;
  PutLong(out, static_cast<int64_t>(list.size()));
  for (const auto& each : list) put(each);
  PutLong(out, 0);
}
void PutCounts(std::string& out, const ByColumn<int64_t>& counts) {
  PutList(out, counts, [&](const auto& each) {
    PutLong(out, each.first);
    PutLong(out, each.second);
  });
}
void PutBounds(std::string& out, const ByColumn<std::string>& bounds) {
  PutList(out, bounds, [&](const auto& each) {
    PutLong(out, each.first);
    PutBytes(out, each.second);
  });
}

template <typename T>
void PutRaw(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

void PutDecimal(std::string& out, Int128 unscaled, int precision) {
  // As wide as the schema's fixed type is.
  int bytes = 1;
  unsigned __int128 limit = 1;
  for (int i = 0; i < precision; ++i) limit *= 10;
  for (unsigned __int128 top = 128; top < limit && bytes < 16; top <<= 8) ++bytes;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(static_cast<uint8_t>(unscaled >> (8 * i)));
}

void PutPartitionValue(std::string& out, const Type& type, const Value& value) {
  PutLong(out, value.is_null() ? 0 : 1);
  if (value.is_null()) return;
  if (const auto* flag = value.As<bool>()) return PutBool(out, *flag);
  if (const auto* single = value.As<float>()) return PutRaw(out, *single);
  if (const auto* number = value.As<double>()) return PutRaw(out, *number);
  if (const auto* unscaled = value.As<Int128>()) return PutDecimal(out, *unscaled, type.precision());
  if (const auto* text = value.As<std::string>()) {
    if (type.id() == TypeId::kUuid || type.id() == TypeId::kFixed) {
      out += *text;
    } else {
      PutBytes(out, *text);
    }
    return;
  }
  PutLong(out, value.Integer());
}

bool IsNan(const Value& value) {
  const auto* single = value.As<float>();
  const auto* number = value.As<double>();
  return (single != nullptr && std::isnan(*single)) || (number != nullptr && std::isnan(*number));
}

avro::Header HeaderOf(const Schema& schema, const PartitionSpec& spec, const ManifestOptions& options) {
  avro::Header header = {{"schema", schema.ToJson()},
                         {"schema-id", std::to_string(schema.schema_id())},
                         {"partition-spec", spec.FieldsJson()},
                         {"partition-spec-id", std::to_string(spec.spec_id)},
                         {"format-version", std::to_string(options.format_version)}};
  if (options.format_version > 1) {
    header["content"] = options.content == ManifestContent::kData ? "data" : "deletes";
  }
  return header;
}

}  // namespace

ManifestWriter::ManifestWriter(const Schema& schema, const PartitionSpec& spec, ManifestOptions options)
    : spec_(spec),
      partition_type_(PartitionType(spec, schema)),
      options_(std::move(options)),
      out_(ManifestSchema(options_.format_version, partition_type_), HeaderOf(schema, spec, options_), options_.codec,
           options_.sync) {
  manifest_.spec_id = spec.spec_id;
  manifest_.content = options_.content;
  manifest_.snapshot_id = options_.snapshot_id;
  manifest_.added_files = manifest_.existing_files = manifest_.deleted_files = 0;
  manifest_.added_rows = manifest_.existing_rows = manifest_.deleted_rows = 0;
  manifest_.partitions.resize(spec.fields.size());
  for (FieldSummary& summary : manifest_.partitions) summary.contains_nan = false;
  bounds_.resize(spec.fields.size());
}

Status ManifestWriter::Add(const ManifestEntry& entry) {
  const DataFile& file = entry.file;
  const bool deletes = file.content != FileContent::kData;
  if (deletes != (options_.content == ManifestContent::kDeletes)) {
    return Fail(kInvalid,
                fmt::format("{} does not belong into a manifest of {}", file.path, deletes ? "data" : "deletes"));
  }
  if (file.partition.size() != partition_type_.fields().size()) {
    return Fail(kInvalid, fmt::format("{} has {} partition values, its spec has {} fields", file.path,
                                      file.partition.size(), partition_type_.fields().size()));
  }
  for (size_t i = 0; i < file.partition.size(); ++i) {
    const Field& field = partition_type_.fields()[i];
    // A source that is gone has left nothing but nulls to write.
    if (!Holds(field.type, file.partition[i])) {
      return Fail(kInvalid, fmt::format("{} has a partition value for {} that is no {}", file.path, field.name,
                                        TypeText(field.type)));
    }
  }
  const bool needs_numbers = entry.status != EntryStatus::kAdded && options_.format_version > 1;
  if (needs_numbers && (!entry.sequence_number || !entry.file_sequence_number || !entry.snapshot_id)) {
    return Fail(kInvalid, fmt::format("{} is not new and lacks its sequence numbers or snapshot id", file.path));
  }
  Encode(entry);
  out_.EndRecord();
  Summarize(file);
  ++entries_;
  auto& files = entry.status == EntryStatus::kAdded      ? manifest_.added_files
                : entry.status == EntryStatus::kExisting ? manifest_.existing_files
                                                         : manifest_.deleted_files;
  auto& rows = entry.status == EntryStatus::kAdded      ? manifest_.added_rows
               : entry.status == EntryStatus::kExisting ? manifest_.existing_rows
                                                        : manifest_.deleted_rows;
  *files += 1;
  *rows += file.record_count;
  if (entry.is_live() && entry.sequence_number) {
    manifest_.min_sequence_number = std::min(manifest_.min_sequence_number.value_or(INT64_MAX), *entry.sequence_number);
  }
  return Ok();
}

void ManifestWriter::Encode(const ManifestEntry& entry) {
  const int version = options_.format_version;
  const DataFile& file = entry.file;
  std::string& out = out_.buffer();
  PutLong(out, static_cast<int64_t>(entry.status));
  if (version == 1) {
    PutLong(out, entry.snapshot_id.value_or(options_.snapshot_id.value_or(0)));
  } else {
    PutOptional(out, entry.snapshot_id ? entry.snapshot_id : options_.snapshot_id);
    PutOptional(out, entry.sequence_number);
    PutOptional(out, entry.file_sequence_number);
    PutLong(out, static_cast<int64_t>(file.content));
  }
  PutBytes(out, file.path);
  PutBytes(out, file.format);
  for (size_t i = 0; i < file.partition.size(); ++i) {
    PutPartitionValue(out, partition_type_.fields()[i].type, file.partition[i]);
  }
  PutLong(out, file.record_count);
  PutLong(out, file.file_bytes);
  if (version == 1) PutLong(out, int64_t{64} << 20);
  PutCounts(out, file.column_sizes);
  PutCounts(out, file.value_counts);
  PutCounts(out, file.null_counts);
  PutCounts(out, file.nan_counts);
  PutBounds(out, file.lower_bounds);
  PutBounds(out, file.upper_bounds);
  PutKey(out, file.key_metadata);
  const auto put = [&](int64_t each) { PutLong(out, each); };
  PutList(out, file.split_offsets, put);
  if (version > 1) PutList(out, file.equality_ids, put);
  PutOptional(out, file.sort_order_id);
  // A new file's first row id is given by its manifest.
  if (version >= 3) PutOptional(out, entry.status == EntryStatus::kAdded ? std::nullopt : file.first_row_id);
  if (version > 1) PutOptional(out, file.referenced_data_file);
  if (version >= 3) {
    PutOptional(out, file.content_offset);
    PutOptional(out, file.content_bytes);
  }
}

void ManifestWriter::Summarize(const DataFile& file) {
  for (size_t i = 0; i < file.partition.size(); ++i) {
    const Value& value = file.partition[i];
    FieldSummary& summary = manifest_.partitions[i];
    if (value.is_null()) {
      summary.contains_null = true;
    } else if (IsNan(value)) {
      summary.contains_nan = true;
    } else {
      const Type& type = partition_type_.fields()[i].type;
      Values& bounds = bounds_[i];
      if (bounds.empty()) bounds = {value, value};
      if (CompareValues(type, value, bounds[0]) < 0) bounds[0] = value;
      if (CompareValues(type, value, bounds[1]) > 0) bounds[1] = value;
    }
  }
}

ManifestWriter::Written ManifestWriter::Finish(std::string path) {
  for (size_t i = 0; i < bounds_.size(); ++i) {
    if (bounds_[i].empty()) continue;
    const Type& type = partition_type_.fields()[i].type;
    manifest_.partitions[i].lower_bound = ValueToBytes(type, bounds_[i][0]);
    manifest_.partitions[i].upper_bound = ValueToBytes(type, bounds_[i][1]);
  }
  // Added entries inherit the list's number, which is above all older ones: then the least is the list's to say too.
  manifest_.path = std::move(path);
  Written written{out_.Finish(), std::move(manifest_)};
  written.manifest.length = static_cast<int64_t>(written.bytes.size());
  return written;
}

namespace {

void EncodeManifest(std::string& out, const ManifestFile& manifest, int version) {
  PutBytes(out, manifest.path);
  PutLong(out, manifest.length);
  PutLong(out, manifest.spec_id);
  if (version > 1) {
    PutLong(out, static_cast<int64_t>(manifest.content));
    PutLong(out, *manifest.sequence_number);
    PutLong(out, *manifest.min_sequence_number);
  }
  PutLong(out, *manifest.snapshot_id);
  const auto count = [&](const auto& value) { version == 1 ? PutOptional(out, value) : PutLong(out, *value); };
  count(manifest.added_files);
  count(manifest.existing_files);
  count(manifest.deleted_files);
  count(manifest.added_rows);
  count(manifest.existing_rows);
  count(manifest.deleted_rows);
  PutLong(out, 1);
  if (!manifest.partitions.empty()) PutLong(out, static_cast<int64_t>(manifest.partitions.size()));
  for (const FieldSummary& summary : manifest.partitions) {
    PutBool(out, summary.contains_null);
    PutLong(out, summary.contains_nan ? 1 : 0);
    if (summary.contains_nan) PutBool(out, *summary.contains_nan);
    PutOptional(out, summary.lower_bound);
    PutOptional(out, summary.upper_bound);
  }
  PutLong(out, 0);
  PutKey(out, manifest.key_metadata);
  if (version >= 3) PutOptional(out, manifest.first_row_id);
}

Status AssignNumbers(ManifestFile& manifest, const ManifestListOptions& options) {
  if (options.format_version == 1 && manifest.content == ManifestContent::kDeletes) {
    return Fail(kInvalid, "Cannot store delete manifests in a v1 table");
  }
  const bool is_new = !manifest.sequence_number;
  if (!manifest.snapshot_id) manifest.snapshot_id = options.snapshot_id;
  if (is_new && manifest.snapshot_id != options.snapshot_id) {
    return Fail(kInvalid, fmt::format("Found unassigned sequence number for a manifest from snapshot: {}",
                                      *manifest.snapshot_id));
  }
  if (is_new) {
    manifest.sequence_number = options.sequence_number;
    // What was carried over may be older than what was added.
    manifest.min_sequence_number =
        std::min(manifest.min_sequence_number.value_or(options.sequence_number), options.sequence_number);
  }
  if (!manifest.min_sequence_number) manifest.min_sequence_number = 0;
  const bool counted = manifest.added_files && manifest.existing_files && manifest.deleted_files &&
                       manifest.added_rows && manifest.existing_rows && manifest.deleted_rows;
  if (options.format_version > 1 && !counted) {
    return Fail(kInvalid, fmt::format("Cannot list {} in v{}: its counts are unknown; rewrite the manifest first",
                                      manifest.path, options.format_version));
  }
  return Ok();
}

}  // namespace

Result<ManifestList> WriteManifestList(std::vector<ManifestFile> manifests, const ManifestListOptions& options) {
  avro::Header header = {{"snapshot-id", std::to_string(options.snapshot_id)},
                         {"parent-snapshot-id", options.parent_id ? std::to_string(*options.parent_id) : "null"},
                         {"format-version", std::to_string(options.format_version)}};
  if (options.format_version > 1) header["sequence-number"] = std::to_string(options.sequence_number);
  if (options.format_version >= 3) header["first-row-id"] = std::to_string(options.first_row_id);
  avro::ContainerWriter out(ManifestListSchema(options.format_version), header, options.codec, options.sync);
  int64_t next_row_id = options.first_row_id;
  for (ManifestFile& manifest : manifests) {
    TARN_CHECK(AssignNumbers(manifest, options));
    if (options.format_version >= 3 && manifest.content == ManifestContent::kData && !manifest.first_row_id) {
      manifest.first_row_id = next_row_id;
      next_row_id += *manifest.added_rows + *manifest.existing_rows;
    }
    EncodeManifest(out.buffer(), manifest, options.format_version);
    out.EndRecord();
  }
  return ManifestList{out.Finish(), next_row_id, std::move(manifests)};
}

}  // namespace tarn::iceberg

// What manifests and manifest lists hold, as values.
//
// Counts and numbers that a writer may leave out are optional; what is inherited at reading (snapshot id, sequence
// numbers, first row id) is filled in by the readers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "iceberg/schema/value.h"

namespace tarn::iceberg {

enum class ManifestContent : uint8_t { kData, kDeletes };
enum class FileContent : uint8_t { kData, kPositionDeletes, kEqualityDeletes };
enum class EntryStatus : uint8_t { kExisting, kAdded, kDeleted };

// One partition field over all files of a manifest.
struct FieldSummary {
  bool contains_null = false;
  std::optional<bool> contains_nan;
  std::optional<std::string> lower_bound;  // single-value form of the partition field's type
  std::optional<std::string> upper_bound;
  bool operator==(const FieldSummary&) const = default;
};

// A row of a manifest list.
struct ManifestFile {
  std::string path;
  int64_t length = 0;
  int32_t spec_id = 0;
  ManifestContent content = ManifestContent::kData;
  std::optional<int64_t> sequence_number;      // nothing: new, the list's writer gives the snapshot's
  std::optional<int64_t> min_sequence_number;  // nothing: likewise
  std::optional<int64_t> snapshot_id;          // that added it; nothing: new
  std::optional<int32_t> added_files;
  std::optional<int32_t> existing_files;
  std::optional<int32_t> deleted_files;
  std::optional<int64_t> added_rows;
  std::optional<int64_t> existing_rows;
  std::optional<int64_t> deleted_rows;
  std::vector<FieldSummary> partitions;
  std::string key_metadata;
  std::optional<int64_t> first_row_id;

  // Unknown counts may be anything.
  bool has_added() const { return added_files.value_or(1) > 0; }
  bool has_existing() const { return existing_files.value_or(1) > 0; }
  bool has_live() const { return has_added() || has_existing(); }
  bool operator==(const ManifestFile&) const = default;
};

template <typename T>
using ByColumn = std::vector<std::pair<int32_t, T>>;  // field id → value, ascending

// A data file, a delete file or a deletion vector.
struct DataFile {
  FileContent content = FileContent::kData;
  std::string path;
  std::string format = "PARQUET";  // upper case: AVRO, ORC, PARQUET, PUFFIN
  int32_t spec_id = 0;             // not stored: the manifest's
  Values partition;                // in the order of the spec's fields
  int64_t record_count = 0;
  int64_t file_bytes = 0;
  ByColumn<int64_t> column_sizes;
  ByColumn<int64_t> value_counts;
  ByColumn<int64_t> null_counts;
  ByColumn<int64_t> nan_counts;
  ByColumn<std::string> lower_bounds;
  ByColumn<std::string> upper_bounds;
  std::string key_metadata;
  std::vector<int64_t> split_offsets;
  std::vector<int32_t> equality_ids;
  std::optional<int32_t> sort_order_id;
  std::optional<int64_t> first_row_id;
  std::optional<std::string> referenced_data_file;
  std::optional<int64_t> content_offset;
  std::optional<int64_t> content_bytes;

  bool is_deletion_vector() const { return content == FileContent::kPositionDeletes && content_offset.has_value(); }
  bool operator==(const DataFile&) const = default;
};

struct ManifestEntry {
  EntryStatus status = EntryStatus::kAdded;
  std::optional<int64_t> snapshot_id;
  std::optional<int64_t> sequence_number;       // of the data
  std::optional<int64_t> file_sequence_number;  // of the commit that added the file
  DataFile file;

  bool is_live() const { return status != EntryStatus::kDeleted; }
  bool operator==(const ManifestEntry&) const = default;
};

// The value of a column, or null.
template <typename T>
const T* FindColumn(const ByColumn<T>& columns, int32_t field_id) {
  for (const auto& [id, value] : columns) {
    if (id == field_id) return &value;
  }
  return nullptr;
}

}  // namespace tarn::iceberg

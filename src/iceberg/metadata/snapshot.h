// Snapshots, references, statistics files and encryption keys: the rows of table metadata.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/schema/json_access.h"
#include "json/json.h"

namespace tarn::iceberg {

inline constexpr std::string_view kMainBranch = "main";

// A text made once and kept beside what it tells. Copies begin without it, and it is nothing to compare. Threads: any.
class KeptText {
 public:
  KeptText() = default;
  KeptText(const KeptText& /*other*/) {}
  KeptText& operator=(const KeptText& other) {
    if (this != &other) delete text_.exchange(nullptr);
    return *this;
  }
  ~KeptText() { delete text_.load(); }
  bool operator==(const KeptText& /*other*/) const { return true; }

  template <class Make>
  const std::string& Get(const Make& make) const {
    if (const std::string* kept = text_.load(std::memory_order_acquire)) return *kept;
    auto made = std::make_unique<const std::string>(make());
    const std::string* none = nullptr;
    if (!text_.compare_exchange_strong(none, made.get(), std::memory_order_acq_rel)) return *none;
    return *made.release();
  }

 private:
  mutable std::atomic<const std::string*> text_{nullptr};
};

struct Snapshot {
  int64_t snapshot_id = 0;
  std::optional<int64_t> parent_id;
  int64_t sequence_number = 0;  // 0 in v1
  int64_t timestamp_ms = 0;
  std::string operation;  // append, replace, overwrite, delete; empty: no summary was written
  Properties summary;     // without the operation
  std::string manifest_list;
  std::vector<std::string> manifests;  // v1 without a manifest list
  std::optional<int32_t> schema_id;
  std::optional<int64_t> first_row_id;  // v3
  std::optional<int64_t> added_rows;    // v3
  std::optional<std::string> key_id;
  KeptText written;

  bool operator==(const Snapshot&) const = default;
  static Result<Snapshot> FromJson(const json::Value& json);
  void Write(json::Writer& out) const;
  // The same of a snapshot that no longer changes, as each version of its table's metadata tells it.
  void WriteKept(json::Writer& out) const;
};
// Snapshots never change once added, so all versions of a table's metadata share them.
using SnapshotPtr = std::shared_ptr<const Snapshot>;

struct SnapshotRef {
  int64_t snapshot_id = 0;
  bool is_branch = true;
  std::optional<int32_t> min_snapshots_to_keep;  // branches only
  std::optional<int64_t> max_snapshot_age_ms;    // branches only
  std::optional<int64_t> max_ref_age_ms;

  bool operator==(const SnapshotRef&) const = default;
  static Result<SnapshotRef> FromJson(const json::Value& json);
  // The members without the braces around them.
  void WriteMembers(json::Writer& out) const;
};

struct BlobMetadata {
  std::string type;
  int64_t snapshot_id = 0;
  int64_t sequence_number = 0;
  std::vector<int32_t> fields;
  Properties properties;
  bool operator==(const BlobMetadata&) const = default;
};

struct StatisticsFile {
  int64_t snapshot_id = 0;
  std::string path;
  int64_t file_bytes = 0;
  int64_t footer_bytes = 0;
  std::optional<std::string> key_metadata;
  std::vector<BlobMetadata> blobs;

  bool operator==(const StatisticsFile&) const = default;
  static Result<StatisticsFile> FromJson(const json::Value& json);
  void Write(json::Writer& out) const;
};

struct PartitionStatisticsFile {
  int64_t snapshot_id = 0;
  std::string path;
  int64_t file_bytes = 0;

  bool operator==(const PartitionStatisticsFile&) const = default;
  static Result<PartitionStatisticsFile> FromJson(const json::Value& json);
  void Write(json::Writer& out) const;
};

struct EncryptedKey {
  std::string key_id;
  std::string encrypted_key_metadata;  // base64
  std::optional<std::string> encrypted_by_id;
  Properties properties;

  bool operator==(const EncryptedKey&) const = default;
  static Result<EncryptedKey> FromJson(const json::Value& json);
  void Write(json::Writer& out) const;
};

struct SnapshotLogEntry {
  int64_t timestamp_ms = 0;
  int64_t snapshot_id = 0;
  bool operator==(const SnapshotLogEntry&) const = default;
};
struct MetadataLogEntry {
  int64_t timestamp_ms = 0;
  std::string file;
  bool operator==(const MetadataLogEntry&) const = default;
};

}  // namespace tarn::iceberg

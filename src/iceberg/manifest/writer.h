// Writes manifests and manifest lists of versions 1 to 3.
//
// Deterministic: `sync` (16 bytes) is the only randomness and comes in. Threads: a writer is one caller's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/avro/container.h"
#include "iceberg/manifest/manifest.h"
#include "iceberg/schema/partition.h"
#include "iceberg/schema/schema.h"

namespace tarn::iceberg {

struct ManifestOptions {
  int format_version = 2;
  ManifestContent content = ManifestContent::kData;
  // The snapshot being made; nothing in manifests that a retry may reuse (v2 and later inherit it).
  std::optional<int64_t> snapshot_id;
  avro::Codec codec = avro::Codec::kDeflate;
  std::string sync;
};

class ManifestWriter {
 public:
  ManifestWriter(const Schema& schema, const PartitionSpec& spec, ManifestOptions options);

  // Entries of status added inherit what they leave out. Existing and deleted ones must carry their numbers (v2 and
  // later): error Invalid otherwise, or when a file does not belong into this manifest.
  Status Add(const ManifestEntry& entry);
  size_t size() const { return out_.size(); }
  bool empty() const { return entries_ == 0; }

  struct Written {
    std::string bytes;
    ManifestFile manifest;  // path as given; numbers left out where the list's writer gives them
  };
  Written Finish(std::string path);

 private:
  void Encode(const ManifestEntry& entry);
  void Summarize(const DataFile& file);

  PartitionSpec spec_;
  Type partition_type_;
  ManifestOptions options_;
  avro::ContainerWriter out_;
  ManifestFile manifest_;
  std::vector<Values> bounds_;  // per partition field: lowest, highest value
  size_t entries_ = 0;
};

struct ManifestListOptions {
  int format_version = 2;
  int64_t snapshot_id = 0;
  std::optional<int64_t> parent_id;
  int64_t sequence_number = 0;
  int64_t first_row_id = 0;  // v3: the snapshot's
  avro::Codec codec = avro::Codec::kDeflate;
  std::string sync;
};

struct ManifestList {
  std::string bytes;
  int64_t next_row_id = 0;              // v3: what the table's next-row-id must become at least
  std::vector<ManifestFile> manifests;  // as written, numbers assigned
};
// New manifests get the snapshot's id, sequence number and (v3, data) first row ids.
// Error Invalid: delete manifests in v1, a manifest without counts in v2.
Result<ManifestList> WriteManifestList(std::vector<ManifestFile> manifests, const ManifestListOptions& options);

}  // namespace tarn::iceberg

// Reads manifest lists and manifests of any version, entry by entry, decoding only what is asked for.
//
// Errors: Corrupt, TooLarge, Unsupported (a codec). What other writers leave out or name differently is found by field
// ids. Threads: a reader is one caller's.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/avro/container.h"
#include "iceberg/manifest/manifest.h"
#include "iceberg/schema/type.h"

namespace tarn::iceberg {

Result<std::vector<ManifestFile>> ReadManifestList(std::string_view bytes);

struct ManifestColumns {
  bool counts = true;  // value, null and NaN counts
  bool bounds = true;
  bool details = true;  // sizes of columns, split offsets, key metadata
  // Field ids whose counts and bounds are wanted, ascending; empty: all.
  std::vector<int32_t> fields;
};

class ManifestReader {
 public:
  // `bytes` must outlive the reader. `manifest`: its row in the manifest list, from which entries inherit.
  // `partition_type`: the struct that tuples are read as (PartitionType of the spec under the table's schema).
  static Result<ManifestReader> Open(std::string_view bytes, const ManifestFile& manifest, const Type& partition_type,
                                     ManifestColumns columns = {});

  // False at the end. `entry` is overwritten; keep and reuse it to save allocations.
  Result<bool> Next(ManifestEntry& entry);

  const avro::Header& header() const { return container_.header(); }

 private:
  struct Plan;
  Status BuildPlan();
  void DecodeFile(DataFile& file);
  void DecodePartition(Values& partition);

  avro::ContainerReader container_;
  ManifestFile manifest_;
  Type partition_type_;
  ManifestColumns columns_;
  std::shared_ptr<const Plan> plan_;
  int64_t left_in_block_ = 0;
  std::optional<int64_t> next_row_id_;
};

}  // namespace tarn::iceberg

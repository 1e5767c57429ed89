// Puffin files: blobs (statistics, deletion vectors) and a footer that lists them. Defined by the Puffin specification
// v1.
//
// Errors: Corrupt; Unsupported for lz4, which nobody writes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/schema/json_access.h"

namespace tarn::iceberg {

inline constexpr std::string_view kDeletionVectorBlob = "deletion-vector-v1";
inline constexpr std::string_view kThetaSketchBlob = "apache-datasketches-theta-v1";
inline constexpr int32_t kRowPositionFieldId = 2147483645;

struct PuffinBlob {
  std::string type;
  std::vector<int32_t> fields;
  int64_t snapshot_id = -1;
  int64_t sequence_number = -1;
  int64_t offset = 0;
  int64_t length = 0;       // as stored
  std::string compression;  // "zstd"; empty: none
  Properties properties;
  bool operator==(const PuffinBlob&) const = default;
};

struct PuffinFooter {
  std::vector<PuffinBlob> blobs;
  Properties properties;
  int64_t footer_bytes = 0;
};

// `file`: the whole file, or its last bytes if they hold the footer; offsets are of the file. `file_bytes`: the file's
// length.
Result<PuffinFooter> ReadPuffinFooter(std::string_view file, int64_t file_bytes);
// The blob's bytes, decompressed. `stored`: what lies at its offset.
Result<std::string> ReadPuffinBlob(const PuffinBlob& blob, std::string_view stored);

class PuffinWriter {
 public:
  PuffinWriter();
  // Sets offset and length of the blob, stored as it is or (`compression` "zstd") compressed.
  const PuffinBlob& Add(PuffinBlob blob, std::string_view bytes);
  void SetProperty(std::string key, std::string value) { properties_[std::move(key)] = std::move(value); }
  struct Written {
    std::string bytes;
    std::vector<PuffinBlob> blobs;
    int64_t footer_bytes = 0;
  };
  Written Finish();

 private:
  std::string out_;
  std::vector<PuffinBlob> blobs_;
  Properties properties_;
};

}  // namespace tarn::iceberg

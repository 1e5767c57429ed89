// Which files are worth rewriting together: the reference's bin-pack rewrite plan.
//
// A file is a candidate when it is far from the target's size, has many delete files, loses many rows to them, or is of
// an old spec. Candidates of one partition are packed into groups; a group is rewritten only when that makes fewer
// files, removes deletes or moves it to the present spec. Pure. Units: bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "iceberg/manifest/manifest.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/scan/scan.h"

namespace tarn::iceberg {

struct CompactLimits {
  std::optional<int64_t> target_bytes;  // nothing: write.target-file-size-bytes (512 MiB)
  double small_ratio = 0.75;            // of the target; smaller files are candidates
  double large_ratio = 1.8;             // larger ones too
  size_t files_min = 5;                 // of a group that is not rewritten for another reason
  size_t deletes_min = 0;               // delete files of one data file that make it a candidate; 0: no such limit
  double deleted_ratio = 0.3;           // of its rows known to be deleted
  int64_t group_bytes_max = int64_t{2} << 30;
  size_t group_files_max = 5000;
  bool all = false;  // whatever its size
};

struct CompactFile {
  DataFile file;
  int64_t sequence_number = 0;  // of its rows
  std::vector<std::shared_ptr<const DeleteFile>> deletes;
};

struct CompactGroup {
  int32_t spec_id = 0;  // of the files as they are
  Values partition;
  std::vector<CompactFile> files;
  int64_t bytes = 0;
  int64_t deletes = 0;         // delete files that concern them
  int64_t deleted_bytes = 0;   // about, of rows known to be deleted
  int64_t files_expected = 0;  // after it
};

struct CompactPlan {
  int64_t target_bytes = 0;
  std::vector<CompactGroup> groups;  // the most files saved first
  size_t files_seen = 0;
  int64_t bytes_seen = 0;
  size_t files() const;
  int64_t bytes() const;
  // What is gained: files that every scan no longer opens, and delete files that it no longer applies.
  int64_t files_saved() const;
};

// Takes files in any order.
class CompactPlanner {
 public:
  CompactPlanner(const TableMetadata& table, CompactLimits limits);
  void Add(CompactFile file);
  CompactPlan Plan() &&;

 private:
  bool IsCandidate(const CompactFile& file) const;

  const int32_t default_spec_id_;
  const CompactLimits limits_;
  CompactPlan plan_;
  std::vector<CompactFile> candidates_;
};

}  // namespace tarn::iceberg

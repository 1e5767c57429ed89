// Plans a scan of one snapshot: which files, with which deletes and what is left of the filter.
//
// No I/O: the caller fetches manifests, in parallel if it likes. Order: MakeScan; AddDeletes for every delete manifest
// that Wants; then PlanManifest for every data manifest that Wants, from any number of threads. Memory: the delete
// files are held, data files are streamed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "iceberg/expression/expression.h"
#include "iceberg/manifest/manifest.h"
#include "iceberg/manifest/reader.h"
#include "iceberg/metadata/table_metadata.h"

namespace tarn::iceberg {

struct DeleteFile {
  DataFile file;
  int64_t sequence_number = 0;
};

struct ScanTask {
  const ManifestEntry* entry = nullptr;  // valid during the call
  std::vector<const DeleteFile*>
      deletes;          // live as long as the scan; a deletion vector stands alone among position deletes
  Expression residual;  // to be tested on the rows
};
using ScanSink = std::function<Status(ScanTask&& task)>;

// A part of a manifest: its entries from `first` to before `last`, counted as they lie, deleted ones too.
struct EntryRange {
  int64_t first = 0;
  int64_t last = INT64_MAX;
};

class Scan {
 public:
  // `filter`: bound to the schema of the snapshot. `columns`: what tasks need of the statistics beyond what the filter
  // does. The metadata must outlive the scan.
  Scan(const TableMetadata& metadata, const Schema& schema, Expression filter,
       ManifestColumns columns = {false, false, true, {}});

  // False when no file of the manifest can matter.
  bool Wants(const ManifestFile& manifest) const;
  // A delete manifest's bytes. Not thread-safe.
  Status AddDeletes(const ManifestFile& manifest, std::string_view bytes);
  // A data manifest's bytes: `sink` gets one task a file that may hold matching rows. Thread-safe after the last
  // AddDeletes.
  Status PlanManifest(const ManifestFile& manifest, std::string_view bytes, const ScanSink& sink,
                      const EntryRange& range = {}) const;
  // The struct of partition tuples of a spec; null when the table has no such spec.
  const Type* TupleTypeOf(int32_t spec_id) const;

 private:
  struct SpecPlan {
    const PartitionSpec* spec = nullptr;
    Type partition_type;
    Expression projected;
  };
  const SpecPlan* FindSpec(int32_t id) const;
  void FindDeletes(const ManifestEntry& entry, std::vector<const DeleteFile*>& out) const;

  const TableMetadata& metadata_;
  Expression filter_;
  ManifestColumns columns_;
  std::map<int32_t, SpecPlan> specs_;
  std::vector<std::unique_ptr<DeleteFile>> deletes_;
  std::vector<const DeleteFile*> global_equality_;
  std::unordered_map<std::string, std::vector<const DeleteFile*>> by_partition_;  // equality and position
  std::unordered_map<std::string, std::vector<const DeleteFile*>> by_path_;       // position, of one data file
  std::unordered_map<std::string, const DeleteFile*> vectors_;                    // by data file
};

}  // namespace tarn::iceberg

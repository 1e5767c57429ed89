// One table on its way to its next metadata file: commits applied to it one after the other, then one file and one swap
// for all of them. Private to catalog/iceberg.
//
// Invariant: a commit that is refused leaves the draft as it was. Threads: one at a time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "catalog/iceberg/tables.h"
#include "iceberg/commit/rebase.h"
#include "iceberg/commit/snapshot_maker.h"
#include "kv/kv.h"
#include "object/store/put_batch.h"

namespace tarn::catalog {

// Where manifest lists and manifests are read.
class ManifestSource {
 public:
  virtual ~ManifestSource() = default;
  using List = std::shared_ptr<const std::vector<iceberg::ManifestFile>>;
  virtual Result<List> ListOf(const iceberg::Snapshot& snapshot) = 0;
  virtual Result<std::string> Read(const std::string& path) = 0;
};

// Reads and checks what moving this append needs, whatever the head is by then.
Result<iceberg::CheckedAppend> ReadAppend(const iceberg::TableMetadata& base, const iceberg::RebasePlan& plan,
                                          ManifestSource& source);

class TableDraft {
 public:
  // `base` without metadata: there is no such table yet.
  TableDraft(IcebergTable base, Timestamp now) : base_(std::move(base)), now_(now), metadata_(base_.metadata) {}

  // `append`: what ReadAppend said of this change, if it was asked.
  Status Apply(const TableChange& change, const iceberg::CheckedAppend* append, ManifestSource& source);
  // The table as it is to be; instead of Apply.
  void Set(iceberg::TableMetadata metadata);
  bool changed() const { return changed_; }
  const IcebergTable& base() const { return base_; }
  const std::shared_ptr<const iceberg::TableMetadata>& metadata() const { return metadata_; }

  // Bounds the history and hands in the files. After the last Apply; at most once. `elsewhere`: where the metadata file
  // lies when the table's own location is no place of the lake.
  Status Finish(object::PutBatch& batch, const std::function<Result<std::string>()>& elsewhere);
  // Which of the batch's files is the metadata file.
  size_t metadata_index() const { return metadata_index_; }
  // Makes the table be as the file says; kTableMoved when another commit came first. May run several times.
  Status Swap(kv::Txn& txn, const Scope& scope);
  // The table after the swap.
  const IcebergTable& next() const { return next_; }
  IcebergTable Take() { return std::move(next_); }
  // The manifest lists made here, by path.
  const std::map<std::string, ManifestSource::List>& lists() const { return lists_; }

 private:
  Status Move(const TableChange& change, const iceberg::CheckedAppend* append, ManifestSource& source,
              const iceberg::UpdateContext& context, const Error& refusal);
  Result<std::vector<iceberg::ManifestFile>> Merge(const std::vector<iceberg::ManifestFile>& head,
                                                   ManifestSource& source);
  Status BoundHistory();

  const IcebergTable base_;
  const Timestamp now_;
  std::shared_ptr<const iceberg::TableMetadata> metadata_;
  bool changed_ = false;
  std::vector<iceberg::NewFile> files_;
  std::map<std::string, ManifestSource::List> lists_;
  IcebergTable next_;
  size_t metadata_index_ = 0;
};

}  // namespace tarn::catalog

// Commits metadata: the files and the swap of one or more tables in one kv transaction, commits to one table grouped.
//
// Who comes while a commit to the same table is under way waits and is taken along by the next one: all that wait are
// applied in order of arrival, each validated on the outcome of the one before, and become one metadata file, one sync
// of bytes and one transaction. Each is answered when that is durable. A refused one changes nothing for the others.
// Errors: as IcebergTables::Commit. Blocking; never on an I/O thread. Threads: any. Private to catalog/iceberg.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "blob/blob.h"
#include "catalog/iceberg/table_draft.h"
#include "catalog/iceberg/tables.h"
#include "kv/kv.h"
#include "object/store/store.h"

namespace tarn::catalog {

class Committer {
 public:
  using Loader = std::function<Result<IcebergTable>(const Scope&, std::string_view database, std::string_view name)>;
  using Locator = std::function<Result<std::string>(const Scope&, std::string_view database, std::string_view name)>;
  using Keeper = std::function<void(const IcebergTable& made, const std::string& etag, const std::string& previous)>;
  // All outlive it. `load` finds a table and its metadata, `locate` where a table lies that says nothing; `keep` is
  // told of each metadata file made and the location that it replaces.
  Committer(kv::Store& kv, blob::Store& blobs, object::Store& objects, const Clock& clock, Loader load, Locator locate,
            Keeper keep);
  ~Committer();

  Result<IcebergTable> Commit(const Scope& scope, const TableChange& change, const Alongside& also);
  // All or nothing; the tables in the order of `changes`.
  Result<std::vector<IcebergTable>> CommitAll(const Scope& scope, const std::vector<TableChange>& changes,
                                              const Alongside& also);
  // Makes a table that is not there; what the record says beyond its names stays.
  Result<IcebergTable> Create(const Scope& scope, Table record, iceberg::TableMetadata metadata, const Alongside& also);

 private:
  struct Job;
  struct Lane;
  class LaneUse;
  class Source;
  Result<TableDraft> Begin(const Scope& scope, const TableChange& change);
  // One group; every job has its answer then, unless another commit came first (kTableMoved).
  Status Round(const Scope& scope, Lane& lane, std::span<Job* const> jobs);
  // Takes the group that waits through; `lock` is the lane's.
  void Lead(const Scope& scope, Lane& lane, std::unique_lock<std::mutex>& lock);
  void Prepare(const Scope& scope, const Lane& lane, Job& job);
  Result<std::vector<IcebergTable>> TryAll(const Scope& scope, const std::vector<TableChange>& changes,
                                           const Alongside& also);
  // Stores and swaps all drafts that changed.
  Status Publish(const Scope& scope, std::span<TableDraft* const> drafts, const Alongside& also);
  ManifestSource::List FindList(const std::string& path);
  void KeepList(const std::string& path, ManifestSource::List list);

  kv::Store& kv_;
  blob::Store& blobs_;
  object::Store& objects_;
  const Clock& clock_;
  const Loader load_;
  const Locator locate_;
  const Keeper keep_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Lane>> lanes_;
  std::mutex lists_mutex_;
  // Decoded manifest lists by path; emptied when they are too many.
  std::unordered_map<std::string, ManifestSource::List> lists_;
  size_t listed_ = 0;
};

}  // namespace tarn::catalog

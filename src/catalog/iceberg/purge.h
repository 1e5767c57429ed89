// Purges: the files of tables that were dropped for good (REST's purgeRequested) are deleted in the background.
//
// Invariants: what is to be purged is written in the drop's own kv transaction and stays until its files are gone, so a
// crash only delays it. Deleted is what the table's last metadata leads to, and only below the table's location as the
// catalog has it and in the folder of its last metadata file: files elsewhere stay, as a table's metadata can name any,
// and so do all that another table of the account leads to, whose folder overlaps. With gc.enabled=false data and
// delete files stay. What cannot be read now is tried again at the next start; metadata that is gone ends the purge.
// Format: docs/format/iceberg-rest.md. Threads: any; the work has a thread of its own.
#pragma once

#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.h"
#include "base/scope.h"
#include "catalog/catalog.h"
#include "catalog/iceberg/manifests.h"
#include "catalog/iceberg/tables.h"
#include "iceberg/metadata/table_metadata.h"
#include "kv/kv.h"
#include "object/store/store.h"

namespace tarn::catalog {

class Purger {
 public:
  // All outlive it.
  Purger(kv::Store& kv, Catalog& catalog, IcebergTables& tables, Manifests& manifests, object::Store& objects)
      : kv_(kv), catalog_(catalog), tables_(tables), manifests_(manifests), objects_(objects) {}
  ~Purger() { Stop(); }

  // The thread, which begins with what is left from before.
  void Start();
  void Stop();

  // Drops the table, then its files. Errors as IcebergTables::Drop.
  Status Drop(const Scope& scope, std::string_view database, std::string_view name, const Alongside& also = nullptr);

 private:
  using Paths = std::set<std::string, std::less<>>;
  void Run();
  void RunAll();
  Status Purge(const Scope& scope, const std::string& metadata_location, const std::string& location);
  // All files that the metadata leads to, it and its older files included.
  Status Collect(const Scope& scope, const iceberg::TableMetadata& metadata, bool with_data, Paths& paths);
  // Takes out of `paths` what tables with overlapping folders lead to.
  Status Spare(const Scope& scope, const std::vector<std::string>& folders, Paths& paths);

  kv::Store& kv_;
  Catalog& catalog_;
  IcebergTables& tables_;
  Manifests& manifests_;
  object::Store& objects_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool due_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tarn::catalog

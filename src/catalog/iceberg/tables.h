// Iceberg tables of the catalog: each is a catalog table whose parameter metadata_location names the table's current
// metadata file, an object; a commit writes the next file and swaps the location.
//
// Invariants: a metadata file and the swap to it are one kv transaction, with a compare-and-swap on the catalog table's
// version: one of two concurrent commits starts again from the other's outcome, and a commit that fails leaves no file.
// Commits to one table that wait at the same time become one metadata file. An append made on an older head is moved
// onto the present one (iceberg/commit/rebase.h). What readers see is always a whole snapshot. The record is the one
// that Glue's own clients write (table_type ICEBERG, columns as Hive types), so Glue, Athena and Iceberg REST see one
// table. Errors: catalog/errors.h, iceberg/errors.h, object's; kNotIceberg for a table of another kind. Blocking; never
// on an I/O thread. Threads: any.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "iceberg/metadata/builder.h"
#include "object/files.h"

namespace tarn::blob {
class Store;
}  // namespace tarn::blob

namespace tarn::catalog {

class Committer;

inline constexpr Reason kNotIceberg{"catalog.NotIceberg", Code::kNotFound};
// The commit may or may not have happened: load the table before trying again.
inline constexpr Reason kCommitUnknown{"catalog.CommitUnknown", Code::kOutcomeUnknown};

// How many snapshots a table keeps at most: the commit that passes it lets the oldest ones go that no branch or tag
// names (their files are left to upkeep). 10,000 when nothing is said; 0: any number.
inline constexpr std::string_view kSnapshotsMaxProperty = "tarn.history.snapshots-max";

struct IcebergTable {
  Table record;
  std::string metadata_location;  // "s3://…/metadata/00003-<uuid>.metadata.json"; empty: staged, not in the catalog
  std::shared_ptr<const iceberg::TableMetadata> metadata;
  std::shared_ptr<const std::string> json;  // the metadata's JSON when it is at hand, else null
};

// A commit to one table: the updates when every requirement holds. With assert-create it makes the table.
struct TableChange {
  std::string database;
  std::string name;
  std::vector<iceberg::Requirement> requirements;
  std::vector<iceberg::Update> updates;
  // Chooses the updates instead, looking at the very metadata that they are applied to; none: nothing to do.
  std::function<Result<std::vector<iceberg::Update>>(const iceberg::TableMetadata&)> edit = nullptr;
};

class IcebergTables {
 public:
  // All outlive it; `blobs` is the objects', `kv` that of all.
  IcebergTables(Catalog& catalog, kv::Store& kv, blob::Store& blobs, object::Store& objects, const Clock& clock);
  ~IcebergTables();

  Result<IcebergTable> Load(const Scope& scope, std::string_view database, std::string_view name);
  // `staged`: nothing is kept; the client's first commit, with assert-create, makes the table. A definition without a
  // location gets one below its database's, or in the account's own warehouse bucket.
  Result<IcebergTable> Create(const Scope& scope, std::string_view database, std::string_view name,
                              iceberg::NewTable table, bool staged, const Alongside& also = nullptr);
  // Applies the updates when every requirement holds. Without assert-create the table must exist. kCommitUnknown when
  // it cannot be told whether the commit happened.
  Result<IcebergTable> Commit(const Scope& scope, std::string_view database, std::string_view name,
                              const std::vector<iceberg::Requirement>& requirements,
                              const std::vector<iceberg::Update>& updates, const Alongside& also = nullptr);
  // A commit whose updates are chosen by `edit` from the metadata that they replace; it may run several times.
  Result<IcebergTable> Edit(
      const Scope& scope, std::string_view database, std::string_view name,
      std::function<Result<std::vector<iceberg::Update>>(const iceberg::TableMetadata& head)> edit);
  // The same for several tables at once: all of it happens, or nothing; the tables in the order of the changes.
  Result<std::vector<IcebergTable>> CommitAll(const Scope& scope, const std::vector<TableChange>& changes,
                                              const Alongside& also = nullptr);
  // Takes a table over from its metadata file, which `check` is asked of first. `overwrite` swaps the file of a table
  // that is there.
  using Check = std::function<Status(const iceberg::TableMetadata& metadata)>;
  Result<IcebergTable> Register(const Scope& scope, std::string_view database, std::string_view name,
                                const std::string& metadata_location, bool overwrite, const Alongside& also = nullptr,
                                const Check& check = nullptr);
  // Glue's own clients write the metadata file themselves. `table`: the record as the client gives it, its parameter
  // metadata_location the file, which is read and checked: kInvalidInput. An update is a compare-and-swap on the
  // expected version and on the parameter previous_metadata_location, each where it is given: kTableMoved.
  Status Import(const Scope& scope, Table table, const std::vector<PartitionIndex>& indexes);
  Result<uint64_t> ImportCommit(const Scope& scope, const Table& table, const UpdateTableOptions& options);
  // Makes a table of a Glue record: its columns are the schema when the definition has none. kInvalidInput.
  Result<IcebergTable> CreateAs(const Scope& scope, Table record, iceberg::NewTable table);
  // Forgets the table; its files stay.
  Status Drop(const Scope& scope, std::string_view database, std::string_view name, const Alongside& also = nullptr);
  // Forgets the table, which is answered as it last was.
  Result<IcebergTable> Unregister(const Scope& scope, std::string_view database, std::string_view name,
                                  const Alongside& also = nullptr);
  // Into another namespace, too.
  Status Rename(const Scope& scope, std::string_view database, std::string_view name, std::string_view to_database,
                std::string_view to_name, const Alongside& also = nullptr);
  Result<Page<Table>> List(const Scope& scope, std::string_view database, const ListOptions& options) const;

 private:
  using MetadataPtr = std::shared_ptr<const iceberg::TableMetadata>;
  struct Kept {
    std::string etag;
    MetadataPtr metadata;
    std::shared_ptr<const std::string> json;  // null when it is large
  };
  Result<Kept> Read(const Scope& scope, const std::string& location);
  Result<iceberg::TableMetadata> ReadImported(const Scope& scope, const std::string& location);
  void Keep(const IcebergTable& made, const std::string& etag, const std::string& previous);

  Catalog& catalog_;
  object::Store& objects_;
  const Clock& clock_;
  std::mutex mutex_;
  // Parsed files by location, each as of an ETag; emptied when it is full.
  std::unordered_map<std::string, Kept> cache_;
  std::unique_ptr<Committer> committer_;
};

// `also`, and that `creator` made the table or view: told where the transaction makes it, not where it changes one.
Alongside MadeBy(const Scope& scope, std::string_view database, std::string_view name, std::string creator,
                 Alongside also = nullptr);

// What Glue and Hive show of an Iceberg table: columns, location, parameters. `previous` is the file replaced, or
// empty.
void ShowAsGlue(const iceberg::TableMetadata& metadata, const std::string& location, const std::string& previous,
                Table& table);
// A schema's columns with Hive's types.
std::vector<Column> GlueColumns(const iceberg::Schema& schema);

}  // namespace tarn::catalog

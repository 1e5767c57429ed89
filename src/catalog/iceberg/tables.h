// Iceberg tables of the catalog: each is a catalog table whose parameter metadata_location names the table's current
// metadata file, an object; a commit writes the next file and swaps the location.
//
// Invariants: the swap is a compare-and-swap on the catalog table's version, so that one of two concurrent commits
// starts again from the other's outcome; a metadata file is complete and durable before the catalog names it; what
// readers see is always a whole snapshot. The record is the one that Glue's own clients write (table_type ICEBERG,
// columns as Hive types), so Glue, Athena and Iceberg REST see one table.
// Errors: catalog/errors.h, iceberg/errors.h, object's; kNotIceberg for a table of another kind. Blocking; never on an
// I/O thread. Threads: any.
#pragma once

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

namespace tarn::catalog {

inline constexpr Reason kNotIceberg{"catalog.NotIceberg", Code::kNotFound};

struct IcebergTable {
  Table record;
  std::string metadata_location;  // "s3://…/metadata/00003-<uuid>.metadata.json"; empty: staged, not in the catalog
  std::shared_ptr<const iceberg::TableMetadata> metadata;
};

class IcebergTables {
 public:
  IcebergTables(Catalog& catalog, object::Store& objects, const Clock& clock);

  Result<IcebergTable> Load(const Scope& scope, std::string_view database, std::string_view name);
  // `staged`: nothing is kept; the client's first commit, with assert-create, makes the table. A definition without a
  // location gets one below its database's, or in the account's own warehouse bucket.
  Result<IcebergTable> Create(const Scope& scope, std::string_view database, std::string_view name,
                              iceberg::NewTable table, bool staged);
  // Applies the updates when every requirement holds. Without assert-create the table must exist.
  Result<IcebergTable> Commit(const Scope& scope, std::string_view database, std::string_view name,
                              const std::vector<iceberg::Requirement>& requirements,
                              const std::vector<iceberg::Update>& updates);
  // Takes a table over from its metadata file. `overwrite` swaps the file of a table that is there.
  Result<IcebergTable> Register(const Scope& scope, std::string_view database, std::string_view name,
                                const std::string& metadata_location, bool overwrite);
  // Forgets the table; its files stay.
  Status Drop(const Scope& scope, std::string_view database, std::string_view name);
  Status Rename(const Scope& scope, std::string_view database, std::string_view name, std::string_view to_database,
                std::string_view to_name);
  Result<Page<Table>> List(const Scope& scope, std::string_view database, const ListOptions& options) const;

 private:
  using MetadataPtr = std::shared_ptr<const iceberg::TableMetadata>;
  Result<MetadataPtr> Read(const Scope& scope, const std::string& location);
  // Writes the next metadata file; its location.
  Result<std::string> Write(const Scope& scope, const iceberg::TableMetadata& metadata, std::string_view previous);
  void Discard(const Scope& scope, const std::string& location);
  Result<IcebergTable> MakeRecord(const Scope& scope, std::string_view database, std::string_view name,
                                  iceberg::TableMetadata metadata);
  // One round; kTableMoved when another commit came first.
  Result<IcebergTable> TryCommit(const Scope& scope, std::string_view database, std::string_view name,
                                 const std::vector<iceberg::Requirement>& requirements,
                                 const std::vector<iceberg::Update>& updates);
  Result<std::string> DefaultLocation(const Scope& scope, std::string_view database, std::string_view name);

  Catalog& catalog_;
  object::Store& objects_;
  const Clock& clock_;
  std::mutex mutex_;
  // Parsed files by "location etag"; emptied when it is full.
  std::unordered_map<std::string, MetadataPtr> cache_;
};

// What Glue and Hive show of an Iceberg table: columns, location, parameters. `previous` is the file replaced, or
// empty.
void ShowAsGlue(const iceberg::TableMetadata& metadata, const std::string& location, const std::string& previous,
                Table& table);

}  // namespace tarn::catalog

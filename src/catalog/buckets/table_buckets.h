// Table buckets (Amazon S3 Tables): catalogs of their own that hold nothing but Iceberg tables.
//
// A table bucket's namespaces and tables are databases and tables of the catalog under a scope of their own: that of
// the owner, its region followed by "/s3tablescatalog/<bucket>". So Glue, Iceberg REST, SQL and upkeep reach them as
// they reach all others. Each table's files lie in an S3 bucket of its own, "…--table-s3", that goes with the table.
// Invariants: a bucket is found by CatalogScope only while it is there; a table's settings go with it.
// Errors: below, catalog/errors.h, object's. Blocking. Threads: any.
// Defined by https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_S3_Tables.html
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "catalog/iceberg/tables.h"

namespace tarn::catalog {

inline constexpr Reason kNoSuchTableBucket{"catalog.NoSuchTableBucket", Code::kNotFound};
inline constexpr Reason kTableBucketExists{"catalog.TableBucketExists", Code::kAlreadyExists};

// "s3tablescatalog/<bucket>": its name as a catalog.
inline constexpr std::string_view kTableBucketCatalogs = "s3tablescatalog/";

// How the owner's bucket is upkept; nothing: as S3 Tables does by default (files nobody leads to go after 3 days).
struct FileRemovalSettings {
  std::optional<bool> enabled;
  std::optional<int32_t> unreferenced_days;
  std::optional<int32_t> noncurrent_days;
};

struct TableBucket {
  std::string id;
  std::string name;
  Timestamp created;
  std::optional<std::string> sse_algorithm;
  std::optional<std::string> kms_key_arn;
  std::optional<std::string> storage_class;
  std::optional<std::string> policy;  // JSON
  FileRemovalSettings file_removal;
  bool metrics = false;
  Parameters tags;
};

// What hangs on one table beyond its record.
struct TableSettings {
  std::optional<std::string> policy;
  std::optional<std::string> sse_algorithm;
  std::optional<std::string> kms_key_arn;
  std::optional<std::string> storage_class;
  std::optional<bool> compaction_enabled;
  std::optional<int32_t> target_megabytes;
  std::optional<std::string> strategy;  // auto, binpack, sort, z-order
  std::optional<bool> expiry_enabled;
  std::optional<int32_t> min_snapshots;
  std::optional<int32_t> max_snapshot_hours;
};

struct TableBucketPage {
  std::vector<TableBucket> buckets;
  bool truncated = false;
};

// Whether a table, a namespace of a table bucket can be named so.
bool IsTableBucketTable(std::string_view name);
bool IsTableBucketNamespace(std::string_view name);

// The scope of a table bucket's catalog; the scope without the catalog; the bucket that a scope is of, if any.
Scope TableBucketScope(const Scope& owner, std::string_view bucket);
Scope PlainScope(const Scope& scope);
std::optional<std::string> TableBucketOf(const Scope& scope);
// "arn:aws:s3tables:<region>:<account>:bucket/<bucket>"
std::string TableBucketArn(const Scope& owner, std::string_view bucket);

class TableBuckets {
 public:
  // All outlive it.
  TableBuckets(kv::Store& store, Catalog& catalog, IcebergTables& tables, object::Store& objects, const Clock& clock);

  // Error kInvalidInput for a name that cannot be, kTableBucketExists.
  Result<TableBucket> Create(const Scope& owner, TableBucket bucket);
  Result<TableBucket> Get(const Scope& owner, std::string_view name) const;
  // Error kNotEmpty (catalog/errors.h) while it has a namespace.
  Status Delete(const Scope& owner, std::string_view name);
  Result<TableBucketPage> List(const Scope& owner, std::string_view prefix, std::string_view after, size_t limit) const;
  // Buckets of all accounts and regions.
  Status ForEach(const std::function<Status(const Scope& owner, const TableBucket& bucket)>& visit) const;
  // `edit` may run several times.
  Result<TableBucket> Change(const Scope& owner, std::string_view name,
                             const std::function<Status(TableBucket&)>& edit);

  // The catalog that a Glue catalog id or an Iceberg REST warehouse names: empty or the account's number: the account's
  // own; "s3tablescatalog/<bucket>", with "<account>:" before it or not; a table bucket's ARN. Errors:
  // kNoSuchTableBucket, kInvalidInput for another account's or another form.
  Result<Scope> CatalogScope(const Scope& caller, std::string_view id) const;

  // A table without metadata yet, as S3 Tables makes it: its first metadata file comes with SwapMetadata.
  // `creator`: who holds all on it. kAlreadyExists, kNoSuchDatabase.
  Result<Table> CreateBareTable(const Scope& scope, std::string_view database, std::string_view name,
                                std::string_view creator = {});
  // Lets the table go, with all of its files. `expected_version`: kTableMoved when it is another one. The table is gone
  // by one transaction, `also` with it; files that cannot be removed at once are so later.
  Status DropTable(const Scope& scope, std::string_view database, std::string_view name,
                   std::optional<uint64_t> expected_version, const Alongside& also = nullptr);
  // Removes the files of tables whose drop a crash cut off. At the start, before requests.
  Status FinishDrops();
  // Makes a metadata file that lies in the table's own location its current one, if the table's version is this still:
  // else kTableMoved. The file is read and must be one of this table.
  Result<Table> SwapMetadata(const Scope& scope, std::string_view database, std::string_view name, uint64_t expected,
                             const std::string& metadata_location);

  // Of a table that was found; empty settings when none were made.
  Result<TableSettings> GetSettings(const Scope& scope, const Table& table) const;
  Status ChangeSettings(const Scope& scope, const Table& table, const std::function<Status(TableSettings&)>& edit);

 private:
  Status RemoveFiles(const Scope& scope, std::string_view uid, std::string_view location);

  kv::Store& store_;
  Catalog& catalog_;
  IcebergTables& tables_;
  object::Store& objects_;
  const Clock& clock_;
};

// A new, empty S3 bucket for one table of that scope; "s3://….--table-s3".
Result<std::string> NewTableLocation(object::Store& objects, const Scope& scope);
// Removes such a bucket with all that is in it; nothing when `location` is none.
Status RemoveTableLocation(object::Store& objects, const Scope& scope, std::string_view location);

}  // namespace tarn::catalog

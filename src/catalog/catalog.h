// The catalog: databases, tables, partitions, versions, functions and statistics of every account and region.
//
// Invariants: a name is unique by lower case within its database; a change is durable when the call returns; one call
// is one transaction, but for the batch calls (one per item or bounded group) and the sweep of what a drop leaves
// behind. A dropped table is gone at once, whatever its number of partitions; its rows are swept after. Errors:
// catalog/errors.h, and kv's. Threads: any; calls block on the store and must not run on an I/O thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "catalog/partitions/partition_filter.h"
#include "catalog/table.h"

namespace tarn::kv {
class Store;
class Txn;
}  // namespace tarn::kv

namespace tarn::catalog {

template <typename T>
struct Page {
  std::vector<T> items;
  std::string next;  // empty: this was the last page; else give it back as `after`
};

// One item of a batch that failed; `index` is its place in what was given.
struct ItemError {
  size_t index;
  Error error;
};

// What a caller adds to the change's own transaction. It runs again when the transaction does.
using Alongside = std::function<Status(kv::Txn&)>;

struct UpdateTableOptions {
  std::optional<uint64_t> expected_version;  // compare-and-swap: catalog.TableMoved when it is not the present one
  bool skip_archive = false;                 // the version replaced is not kept
  std::optional<std::string> new_name;       // renames; `new_shown_name` goes with it
  std::string new_shown_name;
  std::optional<std::string> new_database;  // moves
  Alongside also;
};

struct ListOptions {
  std::string after;    // a page's `next`
  size_t limit = 1000;  // items a page
};

struct ListPartitionsOptions {
  std::string after;
  size_t limit = 1000;
  const PartitionFilter* filter = nullptr;  // not owned; null: all
  uint32_t segment = 0;                     // 0 … segments-1: a fixed share of the partitions
  uint32_t segments = 1;
};

struct PartitionUpdate {
  std::vector<std::string> old_values;
  Partition partition;
};

class Catalog {
 public:
  Catalog(kv::Store& store, const Clock& clock);

  // Databases. Names in any case.
  // A nested namespace's parent must exist.
  Status CreateDatabase(const Scope& scope, Database database, const Alongside& also = nullptr);
  Result<Database> GetDatabase(const Scope& scope, std::string_view name) const;
  Status UpdateDatabase(const Scope& scope, std::string_view name, Database database, const Alongside& also = nullptr);
  // With its tables, but never with namespaces below it.
  Status DeleteDatabase(const Scope& scope, std::string_view name);
  // kNotEmpty while it holds a table, a view or a namespace.
  Status DeleteEmptyDatabase(const Scope& scope, std::string_view name, const Alongside& also = nullptr);
  // Of the top level: what Glue shows.
  Result<Page<Database>> ListDatabases(const Scope& scope, const ListOptions& options) const;
  // The namespaces one level below `parent`, which must exist.
  Result<Page<Database>> ListChildren(const Scope& scope, std::string_view parent, const ListOptions& options) const;

  // Adds and removes tags, which are the `tags` of what GetDatabase and GetTable answer; no new version.
  Status TagDatabase(const Scope& scope, std::string_view name, const Parameters& add,
                     const std::vector<std::string>& remove);
  Status TagTable(const Scope& scope, std::string_view database, std::string_view name, const Parameters& add,
                  const std::vector<std::string>& remove);

  // Tables. `indexes` are made with the table.
  Status CreateTable(const Scope& scope, Table table, const std::vector<PartitionIndex>& indexes = {},
                     const Alongside& also = nullptr);
  Result<Table> GetTable(const Scope& scope, std::string_view database, std::string_view name) const;
  // Replaces the table named `table.name` in `table.database`; returns the new version.
  Result<uint64_t> UpdateTable(const Scope& scope, Table table, const UpdateTableOptions& options);
  Status DeleteTable(const Scope& scope, std::string_view database, std::string_view name,
                     const Alongside& also = nullptr);
  // `wanted` null: all. Pages hold up to `options.limit` wanted tables.
  Result<Page<Table>> ListTables(const Scope& scope, std::string_view database, const ListOptions& options,
                                 const std::function<bool(const Table&)>& wanted = nullptr) const;

  // Versions, oldest first, the present one included.
  Result<Page<Table>> ListTableVersions(const Scope& scope, std::string_view database, std::string_view table,
                                        const ListOptions& options) const;
  Result<Table> GetTableVersion(const Scope& scope, std::string_view database, std::string_view table,
                                uint64_t version) const;
  Status DeleteTableVersion(const Scope& scope, std::string_view database, std::string_view table, uint64_t version);

  // Partitions, ordered by their values.
  Result<Partition> GetPartition(const Scope& scope, std::string_view database, std::string_view table,
                                 const std::vector<std::string>& values) const;
  Result<Page<Partition>> ListPartitions(const Scope& scope, std::string_view database, std::string_view table,
                                         const ListPartitionsOptions& options) const;
  // The partitions found, in the order asked; what is not there is left out.
  Result<std::vector<Partition>> GetPartitions(const Scope& scope, std::string_view database, std::string_view table,
                                               const std::vector<std::vector<std::string>>& values) const;
  // Each item is made or refused by itself; the items made are durable together.
  Result<std::vector<ItemError>> CreatePartitions(const Scope& scope, std::string_view database, std::string_view table,
                                                  std::vector<Partition> partitions);
  Result<std::vector<ItemError>> UpdatePartitions(const Scope& scope, std::string_view database, std::string_view table,
                                                  std::vector<PartitionUpdate> updates);
  Result<std::vector<ItemError>> DeletePartitions(const Scope& scope, std::string_view database, std::string_view table,
                                                  const std::vector<std::vector<std::string>>& values);

  // Partition indexes: listings need none (order and filter skip ranges by themselves); kept as clients declare them.
  Status CreatePartitionIndex(const Scope& scope, std::string_view database, std::string_view table,
                              PartitionIndex index);
  Status DeletePartitionIndex(const Scope& scope, std::string_view database, std::string_view table,
                              std::string_view name);
  Result<std::vector<PartitionIndex>> ListPartitionIndexes(const Scope& scope, std::string_view database,
                                                           std::string_view table) const;

  // Column statistics of a table, or of one of its partitions when `partition` is not null.
  Result<std::vector<ItemError>> PutStatistics(const Scope& scope, std::string_view database, std::string_view table,
                                               const std::vector<std::string>* partition,
                                               const std::vector<ColumnStatistics>& statistics);
  Result<std::vector<ColumnStatistics>> GetStatistics(const Scope& scope, std::string_view database,
                                                      std::string_view table, const std::vector<std::string>* partition,
                                                      const std::vector<std::string>& columns) const;
  Status DeleteStatistics(const Scope& scope, std::string_view database, std::string_view table,
                          const std::vector<std::string>* partition, std::string_view column);

  // User-defined functions.
  Status CreateFunction(const Scope& scope, Function function);
  Result<Function> GetFunction(const Scope& scope, std::string_view database, std::string_view name) const;
  Status UpdateFunction(const Scope& scope, std::string_view name, Function function);
  Status DeleteFunction(const Scope& scope, std::string_view database, std::string_view name);
  Result<Page<Function>> ListFunctions(const Scope& scope, std::string_view database, const ListOptions& options) const;

  // Removes what drops left behind, in bounded transactions. A drop sweeps up after itself; call this once at start,
  // for what a crash cut off.
  Status Sweep();

 private:
  // A drop is done when its own transaction is; what cannot be swept now is swept later.
  void SweepAfterDrop(const Scope& scope, std::string_view kind, const std::string& uid);

  kv::Store& store_;
  const Clock& clock_;
};

}  // namespace tarn::catalog

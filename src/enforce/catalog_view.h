// The catalog as one caller may see and change it: catalog::Catalog's calls, obeying Lake Formation.
//
// Invariants: a list holds what the caller may describe; a record shows the columns that the caller sees; a change
// needs its permission, and the right to a registered location that it names. Partitions of a table of which rows or
// partition columns are hidden are not listed: their values are rows' values. Errors: kInsufficient, the catalog's.
// Threads: as Rights. A call not found here is not yet thought about: do not go around this class.
// https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "enforce/rights.h"
#include "iceberg/schema/json_access.h"

namespace tarn::enforce {

class CatalogView {
 public:
  // All outlive it.
  CatalogView(catalog::Catalog& catalog, govern::Access* access, const identity::Caller& caller, const Scope& scope)
      : catalog_(catalog), rights_(access, caller, scope) {}

  const Rights& rights() const { return rights_; }

  Status CreateDatabase(const Scope& scope, catalog::Database database, const catalog::Alongside& also = nullptr);
  Result<catalog::Database> GetDatabase(const Scope& scope, std::string_view name) const;
  Status UpdateDatabase(const Scope& scope, std::string_view name, catalog::Database database);
  Status DeleteDatabase(const Scope& scope, std::string_view name);
  Result<catalog::Page<catalog::Database>> ListDatabases(const Scope& scope, const catalog::ListOptions& options) const;

  Status CreateTable(const Scope& scope, catalog::Table table,
                     const std::vector<catalog::PartitionIndex>& indexes = {});
  // Of a table that is about to be made at `location`; empty: it has none.
  Status MayCreateTable(const Scope& scope, std::string_view database, std::string_view table,
                        std::string_view location) const;
  // The same of an Iceberg table, which lies at its default place when nobody says where; its properties can name
  // folders for its files.
  Status MayCreateIceberg(const Scope& scope, std::string_view database, std::string_view table,
                          std::string_view location, const iceberg::Properties& properties = {}) const;
  // Of a property that a table at `location` gets: some name places of its data. Below the table's own all are its.
  Status MayName(std::string_view location, std::string_view key, std::string_view value) const;
  Result<catalog::Table> GetTable(const Scope& scope, std::string_view database, std::string_view name) const;
  Result<uint64_t> UpdateTable(const Scope& scope, catalog::Table table, const catalog::UpdateTableOptions& options);
  Status MayUpdateTable(const Scope& scope, const catalog::Table& table) const;
  Status DeleteTable(const Scope& scope, std::string_view database, std::string_view name);
  Result<catalog::Page<catalog::Table>> ListTables(
      const Scope& scope, std::string_view database, const catalog::ListOptions& options,
      const std::function<bool(const catalog::Table&)>& wanted = nullptr) const;
  Result<catalog::Page<catalog::Table>> ListTableVersions(const Scope& scope, std::string_view database,
                                                          std::string_view table,
                                                          const catalog::ListOptions& options) const;
  Result<catalog::Table> GetTableVersion(const Scope& scope, std::string_view database, std::string_view table,
                                         uint64_t version) const;
  Status DeleteTableVersion(const Scope& scope, std::string_view database, std::string_view table, uint64_t version);

  Result<catalog::Partition> GetPartition(const Scope& scope, std::string_view database, std::string_view table,
                                          const std::vector<std::string>& values) const;
  Result<catalog::Page<catalog::Partition>> ListPartitions(const Scope& scope, std::string_view database,
                                                           std::string_view table,
                                                           const catalog::ListPartitionsOptions& options) const;
  Result<std::vector<catalog::Partition>> GetPartitions(const Scope& scope, std::string_view database,
                                                        std::string_view table,
                                                        const std::vector<std::vector<std::string>>& values) const;
  Result<std::vector<catalog::ItemError>> CreatePartitions(const Scope& scope, std::string_view database,
                                                           std::string_view table,
                                                           std::vector<catalog::Partition> partitions);
  Result<std::vector<catalog::ItemError>> UpdatePartitions(const Scope& scope, std::string_view database,
                                                           std::string_view table,
                                                           std::vector<catalog::PartitionUpdate> updates);
  Result<std::vector<catalog::ItemError>> DeletePartitions(const Scope& scope, std::string_view database,
                                                           std::string_view table,
                                                           const std::vector<std::vector<std::string>>& values);

  Status CreatePartitionIndex(const Scope& scope, std::string_view database, std::string_view table,
                              catalog::PartitionIndex index);
  Status DeletePartitionIndex(const Scope& scope, std::string_view database, std::string_view table,
                              std::string_view name);
  Result<std::vector<catalog::PartitionIndex>> ListPartitionIndexes(const Scope& scope, std::string_view database,
                                                                    std::string_view table) const;

  Result<std::vector<catalog::ItemError>> PutStatistics(const Scope& scope, std::string_view database,
                                                        std::string_view table,
                                                        const std::vector<std::string>* partition,
                                                        const std::vector<catalog::ColumnStatistics>& statistics);
  // None of a column whose values are not all seen.
  Result<std::vector<catalog::ColumnStatistics>> GetStatistics(const Scope& scope, std::string_view database,
                                                               std::string_view table,
                                                               const std::vector<std::string>* partition,
                                                               const std::vector<std::string>& columns) const;
  Status DeleteStatistics(const Scope& scope, std::string_view database, std::string_view table,
                          const std::vector<std::string>* partition, std::string_view column);

 private:
  // Leaves of the record what the caller sees; of who sees a part, not where the files of an Iceberg table's metadata
  // are that Lake Formation closes.
  Status Show(const govern::TableAccess& access, catalog::Table& table) const;
  // kInsufficient when partitions cannot be shown, else what is seen of their columns.
  Result<govern::TableAccess> OfPartitions(const Scope& scope, std::string_view database, std::string_view table) const;

  catalog::Catalog& catalog_;
  Rights rights_;
};

}  // namespace tarn::enforce

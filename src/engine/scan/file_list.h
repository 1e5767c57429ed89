// The files of a bound table as DuckDB's Parquet scan wants them: pruned before anything is opened, each with its size
// and identity.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/duck/duck.h"
#include "engine/scan/bound_table.h"

namespace tarn::engine {

class BoundFileList : public duckdb::MultiFileList {
 public:
  BoundFileList(std::shared_ptr<BoundTable> table, std::vector<size_t> partitions, Condition condition,
                duckdb::TableCatalogEntry* entry);

  duckdb::TableCatalogEntry* const entry;
  const std::shared_ptr<BoundTable>& table() const { return table_; }

  duckdb::vector<duckdb::OpenFileInfo> GetAllFiles() const override;
  duckdb::FileExpandResult GetExpandResult() const override;
  duckdb::idx_t GetTotalFileCount() const override { return Files().size(); }
  duckdb::unique_ptr<MultiFileList> Copy() const override;
  duckdb::unique_ptr<duckdb::NodeStatistics> GetCardinality(duckdb::ClientContext& context) const override;
  duckdb::unique_ptr<MultiFileList> ComplexFilterPushdown(
      duckdb::ClientContext& context, const duckdb::MultiFileOptions& options, duckdb::MultiFilePushdownInfo& info,
      duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters) const override;
  duckdb::unique_ptr<MultiFileList> DynamicFilterPushdown(duckdb::ClientContext& context,
                                                          const duckdb::MultiFileOptions& options,
                                                          const duckdb::vector<std::string>& names,
                                                          const duckdb::vector<duckdb::LogicalType>& types,
                                                          const duckdb::vector<duckdb::column_t>& column_ids,
                                                          duckdb::TableFilterSet& filters) const override;

  void Restrict(std::vector<size_t> partitions, const Condition& condition);
  // Listed when first asked for: after pruning.
  const std::vector<BoundTable::Listed>& Files() const;

 protected:
  duckdb::OpenFileInfo GetFile(duckdb::idx_t i) const override;

 private:
  struct Plan {
    std::mutex mutex;
    std::optional<std::vector<BoundTable::Listed>> files;
  };
  duckdb::unique_ptr<MultiFileList> Keep(std::vector<size_t> kept, Condition condition) const;

  std::shared_ptr<BoundTable> table_;
  std::vector<size_t> partitions_;
  Condition condition_;
  std::shared_ptr<Plan> plan_;  // shared by copies
};

}  // namespace tarn::engine

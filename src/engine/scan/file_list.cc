#include "engine/scan/file_list.h"

#include <algorithm>
#include <duckdb/planner/expression/bound_operator_expression.hpp>
#include <utility>

#include "engine/parquet_footer.h"
#include "engine/scan/condition_of.h"
#include "engine/scan/parquet_scan.h"

namespace tarn::engine {

using duckdb::idx_t;
using duckdb::make_uniq;
using duckdb::MultiFileList;
using duckdb::Value;

BoundFileList::BoundFileList(std::shared_ptr<BoundTable> table, std::vector<size_t> partitions, Condition condition,
                             duckdb::TableCatalogEntry* entry)
    : entry(entry),
      table_(std::move(table)),
      partitions_(std::move(partitions)),
      condition_(std::move(condition)),
      plan_(std::make_shared<Plan>()) {}

duckdb::vector<duckdb::OpenFileInfo> BoundFileList::GetAllFiles() const {
  duckdb::vector<duckdb::OpenFileInfo> all;
  for (idx_t i = 0; i < Files().size(); ++i) all.push_back(GetFile(i));
  return all;
}

duckdb::FileExpandResult BoundFileList::GetExpandResult() const {
  if (Files().empty()) return duckdb::FileExpandResult::NO_FILES;
  return Files().size() == 1 ? duckdb::FileExpandResult::SINGLE_FILE : duckdb::FileExpandResult::MULTIPLE_FILES;
}

duckdb::unique_ptr<MultiFileList> BoundFileList::Copy() const {
  auto copy = make_uniq<BoundFileList>(table_, partitions_, condition_, entry);
  copy->plan_ = plan_;
  return copy;
}

duckdb::unique_ptr<duckdb::NodeStatistics> BoundFileList::GetCardinality(duckdb::ClientContext&) const {
  std::vector<const File*> files;
  for (const auto& listed : Files()) files.push_back(listed.file);
  const auto rows = CountParquetRows(table_->query(), *table_->binding().source, files);
  if (!rows) return nullptr;
  return make_uniq<duckdb::NodeStatistics>(*rows, *rows);
}

namespace {

// The reader cannot filter by columns that it computes of two others: such filters are put so that DuckDB leaves them
// above the scan.
void KeepLineageAbove(const BoundTable& table, duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters,
                      idx_t table_index, const std::vector<size_t>& column_of) {
  if (!table.numbered()) return;
  for (auto& filter : filters) {
    bool uses = false;
    duckdb::ExpressionIterator::VisitExpression<duckdb::BoundColumnRefExpression>(
        *filter, [&](const duckdb::BoundColumnRefExpression& reference) {
          const auto& binding = reference.binding;
          if (binding.table_index != table_index || binding.column_index >= column_of.size()) return;
          const size_t column = column_of[binding.column_index];
          uses = uses || (column >= table.table_columns() + BoundTable::kRowId && column < table.names().size());
        });
    if (!uses || filter->GetExpressionType() == duckdb::ExpressionType::OPERATOR_COALESCE) continue;
    auto above = make_uniq<duckdb::BoundOperatorExpression>(duckdb::ExpressionType::OPERATOR_COALESCE,
                                                            duckdb::LogicalType::BOOLEAN);
    above->children.push_back(std::move(filter));
    above->children.push_back(make_uniq<duckdb::BoundConstantExpression>(Value::BOOLEAN(false)));
    filter = std::move(above);
  }
}

}  // namespace

duckdb::unique_ptr<MultiFileList> BoundFileList::ComplexFilterPushdown(
    duckdb::ClientContext& context, const duckdb::MultiFileOptions&, duckdb::MultiFilePushdownInfo& info,
    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters) const {
  std::vector<size_t> column_of;
  for (duckdb::column_t id : info.column_ids) {
    column_of.push_back(ScanColumn(*table_, id).value_or(table_->names().size()));
  }
  KeepLineageAbove(*table_, filters, info.table_index, column_of);
  Condition condition = condition_;
  if (table_->binding().planner) {
    condition = And(std::move(condition), table_->ConditionOfFilters(filters, info.table_index, column_of));
  }
  return Keep(table_->Prune(context, partitions_, filters, info.table_index, column_of), std::move(condition));
}

duckdb::unique_ptr<MultiFileList> BoundFileList::DynamicFilterPushdown(
    duckdb::ClientContext&, const duckdb::MultiFileOptions&, const duckdb::vector<std::string>&,
    const duckdb::vector<duckdb::LogicalType>&, const duckdb::vector<duckdb::column_t>& column_ids,
    duckdb::TableFilterSet& filters) const {
  std::vector<size_t> kept = partitions_;
  Condition condition = condition_;
  for (auto& [position, filter] : filters.filters) {
    const size_t column = column_ids[position];
    if (column < table_->file_columns() && table_->binding().planner) {
      condition = And(std::move(condition), ConditionOf(*filter, column));
    }
    if (column < table_->file_columns() || column >= table_->table_columns()) continue;
    std::erase_if(kept, [&, column](size_t partition) {
      const Value value = table_->PartitionValue(partition, column - table_->file_columns());
      auto stats = duckdb::BaseStatistics::FromConstant(value);
      return filter->CheckStatistics(stats) == duckdb::FilterPropagateResult::FILTER_ALWAYS_FALSE;
    });
  }
  return Keep(std::move(kept), std::move(condition));
}

void BoundFileList::Restrict(std::vector<size_t> partitions, const Condition& condition) {
  partitions_ = std::move(partitions);
  condition_ = And(std::move(condition_), condition);
  plan_ = std::make_shared<Plan>();
}

const std::vector<BoundTable::Listed>& BoundFileList::Files() const {
  std::lock_guard lock(plan_->mutex);
  if (!plan_->files) {
    plan_->files = table_->binding().planner ? table_->Plan(condition_) : table_->List(partitions_);
  }
  return *plan_->files;
}

duckdb::OpenFileInfo BoundFileList::GetFile(idx_t i) const {
  if (i >= Files().size()) return duckdb::OpenFileInfo();
  const File& file = *Files()[i].file;
  duckdb::OpenFileInfo info(file.path);
  info.extended_info = duckdb::make_shared_ptr<duckdb::ExtendedOpenFileInfo>();
  auto& options = info.extended_info->options;
  options["file_size"] = Value::UBIGINT(file.size_bytes);
  options["etag"] = Value(file.id);
  options["last_modified"] = Value::TIMESTAMP(duckdb::timestamp_t(file.modified.micros));
  options["has_deletes"] = Value::BOOLEAN(file.detail && !file.detail->deletes.empty());
  return info;
}

duckdb::unique_ptr<MultiFileList> BoundFileList::Keep(std::vector<size_t> kept, Condition condition) const {
  if (kept.size() == partitions_.size() && condition == condition_) return nullptr;
  return make_uniq<BoundFileList>(table_, std::move(kept), std::move(condition), entry);
}

}  // namespace tarn::engine

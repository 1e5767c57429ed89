#include "engine/scan/bound_table.h"

#include <fmt/format.h>

#include <utility>

#include "base/strings.h"
#include "engine/duck/slot_context.h"
#include "engine/duck/types.h"
#include "engine/scan/condition_of.h"

namespace tarn::engine {

using duckdb::LogicalType;
using duckdb::Value;

BoundTable::BoundTable(std::shared_ptr<QueryState> query, std::shared_ptr<const TableBinding> binding)
    : query_(std::move(query)), binding_(std::move(binding)) {
  for (const auto* columns : {&binding_->columns, &binding_->partition_columns}) {
    for (const ColumnDef& column : *columns) {
      names_.push_back(column.name);
      types_.push_back(ToDuckType(column.type));
    }
  }
  names_.insert(names_.end(),
                {"$path", "$file_size", "$file_modified_time", "$pos", "_row_id", "_last_updated_sequence_number"});
  types_.insert(types_.end(), {LogicalType::VARCHAR, LogicalType::BIGINT, LogicalType::TIMESTAMP_TZ,
                               LogicalType::BIGINT, LogicalType::BIGINT, LogicalType::BIGINT});
  hidden_.resize(names_.size());
  replacements_.resize(names_.size());
  for (size_t i = 0; i < names_.size(); ++i) {
    for (const std::string& name : binding_->hidden_columns)
      hidden_[i] = hidden_[i] || EqualsIgnoreCase(name, names_[i]);
    for (const Replacement& replacement : binding_->replacements) {
      if (EqualsIgnoreCase(replacement.column, names_[i])) replacements_[i] = &replacement;
    }
  }
  for (const Partition& partition : binding_->partitions) {
    if (partition.values.size() != binding_->partition_columns.size()) {
      ThrowFailure(*query_, Fail(kInvalidTable, "a partition's values do not match the table's partition keys"));
    }
  }
}

LogicalType BoundTable::VisibleType(size_t column) const {
  const Replacement* replacement = replacements_[column];
  return replacement == nullptr ? types_[column] : ToDuckType(replacement->type);
}

bool BoundTable::OffersVirtual(size_t offset) const {
  if (!binding_->virtual_columns || Hidden(table_columns() + offset)) return false;
  if (offset < kPosition) return true;
  return binding_->format == Format::kParquet && (offset == kPosition || numbered());
}

Value BoundTable::PartitionValue(size_t partition, size_t column) const {
  const LogicalType& type = types_[file_columns() + column];
  const auto& text = binding_->partitions[partition].values[column];
  if (!text) return Value(type);
  Value value;
  std::string error;
  if (!Value(*text).DefaultTryCastAs(type, value, &error)) return Value(type);
  return value;
}

Value BoundTable::ConstantOf(size_t partition, const File& file, size_t column) const {
  if (column < table_columns()) return PartitionValue(partition, column - file_columns());
  switch (column - table_columns()) {
    case 0:
      return Value(file.path);
    case 1:
      return Value::BIGINT(static_cast<int64_t>(file.size_bytes));
    default:
      return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(file.modified.micros));
  }
}

std::vector<size_t> BoundTable::AllPartitions() const {
  std::vector<size_t> all(binding_->partitions.size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  return all;
}

std::vector<BoundTable::Listed> BoundTable::List(const std::vector<size_t>& partitions) {
  std::lock_guard lock(mutex_);
  std::vector<size_t> missing;
  for (size_t partition : partitions) {
    if (!listed_.contains(partition)) missing.push_back(partition);
  }
  if (!missing.empty() && binding_->lister) {
    auto lists = OrThrow(*query_, binding_->lister->List(missing));
    if (lists.size() != missing.size()) ThrowFailure(*query_, Fail(kInternal, "a lister forgot partitions"));
    for (size_t i = 0; i < missing.size(); ++i) {
      auto& files = listed_[missing[i]] = std::move(lists[i]);
      // Empty objects are folder markers of consoles and tools, never data.
      std::erase_if(files, [](const File& file) { return file.size_bytes == 0; });
      for (const File& file : files) {
        query_->AllowFile(binding_->source, file);
        by_path_.try_emplace(file.path, Listed{missing[i], &file});
      }
    }
  }
  std::vector<Listed> result;
  for (size_t partition : partitions) {
    for (const File& file : listed_[partition]) result.push_back({partition, &file});
  }
  return result;
}

std::vector<BoundTable::Listed> BoundTable::Plan(const Condition& condition) {
  std::vector<File> files = OrThrow(*query_, binding_->planner->Plan(condition));
  std::vector<Listed> result;
  result.reserve(files.size());
  std::lock_guard lock(mutex_);
  for (File& file : files) {
    auto [known, fresh] = by_path_.try_emplace(file.path);
    if (fresh) {
      query_->AllowFile(binding_->source, file);
      known->second = {0, &planned_.emplace_back(std::move(file))};
    }
    result.push_back(known->second);
  }
  return result;
}

Condition BoundTable::ConditionOfFilters(const duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters,
                                         duckdb::idx_t table_index, const std::vector<size_t>& column_of) const {
  const ColumnOf file_column = [&](const duckdb::Expression& expression) -> std::optional<size_t> {
    if (expression.GetExpressionClass() != duckdb::ExpressionClass::BOUND_COLUMN_REF) return std::nullopt;
    const auto& reference = expression.Cast<duckdb::BoundColumnRefExpression>();
    const auto& binding = reference.binding;
    if (binding.table_index != table_index || binding.column_index >= column_of.size()) return std::nullopt;
    const size_t column = column_of[binding.column_index];
    // A part of a column that is read alone has the part's type.
    if (column >= file_columns() || reference.return_type != types_[column]) return std::nullopt;
    return column;
  };
  Condition all;
  for (const auto& filter : filters) {
    if (!filter->IsVolatile() && !filter->HasSubquery()) all = And(std::move(all), ConditionOf(*filter, file_column));
  }
  return all;
}

const BoundTable::Listed* BoundTable::Find(const std::string& path) const {
  std::lock_guard lock(mutex_);
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? nullptr : &found->second;
}

namespace {

// Puts a partition's values in place of its columns. False when the expression uses anything else.
bool Substitute(duckdb::unique_ptr<duckdb::Expression>& expression, const BoundTable& table, size_t partition,
                duckdb::idx_t table_index, const std::vector<size_t>& column_of) {
  if (expression->GetExpressionClass() == duckdb::ExpressionClass::BOUND_COLUMN_REF) {
    const auto& binding = expression->Cast<duckdb::BoundColumnRefExpression>().binding;
    if (binding.table_index != table_index || binding.column_index >= column_of.size()) return false;
    const size_t column = column_of[binding.column_index];
    if (column < table.file_columns() || column >= table.table_columns()) return false;
    expression = duckdb::make_uniq<duckdb::BoundConstantExpression>(
        table.PartitionValue(partition, column - table.file_columns()));
    return true;
  }
  bool known = true;
  duckdb::ExpressionIterator::EnumerateChildren(*expression, [&](duckdb::unique_ptr<duckdb::Expression>& child) {
    known = Substitute(child, table, partition, table_index, column_of) && known;
  });
  return known;
}

// The same for references that are scan columns.
bool SubstituteReferences(duckdb::unique_ptr<duckdb::Expression>& expression, const BoundTable& table,
                          size_t partition) {
  if (expression->GetExpressionClass() == duckdb::ExpressionClass::BOUND_REF) {
    const size_t column = expression->Cast<duckdb::BoundReferenceExpression>().index;
    if (column < table.file_columns() || column >= table.table_columns()) return false;
    expression = duckdb::make_uniq<duckdb::BoundConstantExpression>(
        table.PartitionValue(partition, column - table.file_columns()));
    return true;
  }
  bool known = true;
  duckdb::ExpressionIterator::EnumerateChildren(*expression, [&](duckdb::unique_ptr<duckdb::Expression>& child) {
    known = SubstituteReferences(child, table, partition) && known;
  });
  return known;
}

}  // namespace

bool BoundTable::MayHold(duckdb::ClientContext& context, const duckdb::Expression& condition, size_t partition) const {
  auto copy = condition.Copy();
  Value value;
  if (!SubstituteReferences(copy, *this, partition) || !copy->IsFoldable()) return true;
  if (!duckdb::ExpressionExecutor::TryEvaluateScalar(context, *copy, value)) return true;
  return !value.IsNull() && value.GetValue<bool>();
}

std::vector<size_t> BoundTable::Prune(duckdb::ClientContext& context, const std::vector<size_t>& partitions,
                                      const duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters,
                                      duckdb::idx_t table_index, const std::vector<size_t>& column_of) const {
  if (binding_->partition_columns.empty()) return partitions;
  std::vector<size_t> kept = partitions;
  for (const auto& filter : filters) {
    if (filter->IsVolatile() || filter->HasSubquery() || filter->HasParameter()) continue;
    std::erase_if(kept, [&](size_t partition) {
      auto copy = filter->Copy();
      Value value;
      if (!Substitute(copy, *this, partition, table_index, column_of) || !copy->IsFoldable()) return false;
      if (!duckdb::ExpressionExecutor::TryEvaluateScalar(context, *copy, value)) return false;
      return value.IsNull() || !value.GetValue<bool>();
    });
  }
  return kept;
}

}  // namespace tarn::engine

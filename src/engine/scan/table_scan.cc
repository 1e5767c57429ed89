#include "engine/scan/table_scan.h"

#include <algorithm>
#include <bit>
#include <duckdb/planner/table_filter_state.hpp>
#include <duckdb/storage/table/column_segment.hpp>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/scan/row_filter.h"
#include "engine/scan/text_scan.h"

namespace tarn::engine {
namespace {

using duckdb::ClientContext;
using duckdb::column_t;
using duckdb::DataChunk;
using duckdb::idx_t;
using duckdb::make_uniq;
using std::string;

struct FilteredBindData : duckdb::FunctionData {
  std::shared_ptr<BoundTable> table;
  SlotContext* slot = nullptr;
  BoundScan inner;
  std::vector<size_t> visible;  // entry column → scan column
  std::vector<Conjunct> filter;
  struct Replaced {
    duckdb::unique_ptr<duckdb::Expression> value;  // references are scan columns
    std::vector<size_t> columns;
  };
  std::map<size_t, Replaced> replaced;  // by scan column
  std::vector<size_t> partitions;       // what pruning left
  duckdb::TableCatalogEntry* entry = nullptr;

  duckdb::unique_ptr<FunctionData> Copy() const override {
    auto copy = make_uniq<FilteredBindData>();
    copy->table = table;
    copy->slot = slot;
    copy->inner.function = inner.function;
    copy->inner.bind_data = inner.bind_data->Copy();
    copy->visible = visible;
    for (const Conjunct& conjunct : filter) copy->filter.push_back(conjunct.Copy());
    for (const auto& [column, it] : replaced) copy->replaced[column] = {it.value->Copy(), it.columns};
    copy->partitions = partitions;
    copy->entry = entry;
    return copy;
  }
  bool Equals(const FunctionData& other) const override { return this == &other; }
  // What is read of each row tells nothing that the query may not see.
  bool open() const { return filter.empty() && replaced.empty(); }

  // The scan column behind a column id of the plan; nothing for the empty column of count(*).
  std::optional<size_t> ScanColumn(column_t id) const {
    if (id < visible.size()) return visible[id];
    for (size_t i = 0; i < BoundTable::kVirtualColumns; ++i) {
      if (id == VirtualColumnId(i)) return table->table_columns() + i;
    }
    return std::nullopt;
  }
};

struct FilteredGlobal : duckdb::GlobalTableFunctionState {
  duckdb::unique_ptr<GlobalTableFunctionState> inner;
  duckdb::vector<column_t> inner_ids;
  duckdb::vector<duckdb::LogicalType> inner_types;
  std::vector<std::optional<size_t>> output;  // output column → column of the inner chunk
  std::vector<size_t> seen;                   // scan columns that go out as they are
  // What the reader of the files decides: keys are columns of the inner chunk. Null: nothing.
  duckdb::unique_ptr<duckdb::TableFilterSet> in_reader;
  // References are columns of the inner chunk.
  duckdb::unique_ptr<duckdb::Expression> filter;
  std::map<size_t, duckdb::unique_ptr<duckdb::Expression>> replaced;  // by output column
  // The query's own conditions, on output columns: they see what the query may see, and nothing else.
  struct Wanted {
    size_t output;
    const duckdb::TableFilter* condition;  // the plan's
  };
  std::vector<Wanted> wanted;
  // Of a table with equality deletes: where the file's path and the compared columns are in the inner chunk.
  std::optional<size_t> path;
  std::vector<size_t> equality;

  idx_t MaxThreads() const override { return inner->MaxThreads(); }
};

struct FilteredLocal : duckdb::LocalTableFunctionState {
  duckdb::unique_ptr<LocalTableFunctionState> inner;
  DataChunk chunk;
  duckdb::unique_ptr<duckdb::ExpressionExecutor> executor;
  std::map<size_t, duckdb::unique_ptr<duckdb::ExpressionExecutor>> replaced;  // by output column
  std::vector<duckdb::unique_ptr<duckdb::TableFilterState>> wanted;           // as FilteredGlobal's
  duckdb::SelectionVector selection{STANDARD_VECTOR_SIZE};
};

column_t InnerId(const BoundTable& table, size_t column) {
  return column < table.table_columns() ? column : VirtualColumnId(column - table.table_columns());
}

void MapReferences(duckdb::Expression& expression, const std::vector<size_t>& place) {
  if (expression.GetExpressionClass() == duckdb::ExpressionClass::BOUND_REF) {
    auto& reference = expression.Cast<duckdb::BoundReferenceExpression>();
    reference.index = place[reference.index];
    return;
  }
  duckdb::ExpressionIterator::EnumerateChildren(expression,
                                                [&](duckdb::Expression& child) { MapReferences(child, place); });
}

// The row filter goes where it costs least. So do the query's conditions where every row is seen; else they come after
// the row filter, and nothing that is left unread tells what they say of hidden rows.
void PlaceConditions(const FilteredBindData& bind, const duckdb::TableFunctionInitInput& input,
                     const std::vector<size_t>& place, FilteredGlobal& global) {
  const auto give = [&](size_t column, duckdb::unique_ptr<duckdb::TableFilter> condition) {
    if (!global.in_reader) global.in_reader = make_uniq<duckdb::TableFilterSet>();
    global.in_reader->PushFilter(duckdb::ColumnIndex(column), std::move(condition));
  };
  for (const Conjunct& conjunct : bind.filter) {
    if (conjunct.in_reader) give(place[conjunct.columns[0]], conjunct.in_reader->Copy());
  }
  if (!input.filters) return;
  const TableBinding& binding = bind.table->binding();
  const bool open = bind.open() && binding.format == Format::kParquet && !binding.table_format.filter_above;
  for (const auto& [output, condition] : input.filters->filters) {
    const auto column = bind.ScanColumn(input.column_ids[output]);
    if (open && column && *column < bind.table->file_columns()) {
      give(place[*column], condition->Copy());
    } else {
      global.wanted.push_back({output, condition.get()});
    }
  }
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> InitGlobal(ClientContext& context,
                                                                duckdb::TableFunctionInitInput& input) {
  const auto& bind = input.bind_data->Cast<FilteredBindData>();
  auto global = make_uniq<FilteredGlobal>();
  constexpr size_t kNowhere = SIZE_MAX;
  std::vector<size_t> place(bind.table->names().size(), kNowhere);
  const auto need = [&](size_t column) {
    if (place[column] == kNowhere) {
      place[column] = global->inner_ids.size();
      global->inner_ids.push_back(InnerId(*bind.table, column));
      global->inner_types.push_back(bind.table->types()[column]);
    }
    return place[column];
  };
  for (column_t id : input.column_ids) {
    const auto column = bind.ScanColumn(id);
    const auto replaced = column ? bind.replaced.find(*column) : bind.replaced.end();
    if (replaced == bind.replaced.end()) {
      global->output.push_back(column ? std::optional<size_t>(need(*column)) : std::nullopt);
      if (column) global->seen.push_back(*column);
      continue;
    }
    for (size_t used : replaced->second.columns) need(used);
    global->replaced[global->output.size()] = replaced->second.value->Copy();
    global->output.emplace_back();
  }
  for (const Conjunct& conjunct : bind.filter) {
    for (size_t column : conjunct.columns) need(column);
  }
  const auto& equality = bind.table->binding().table_format.equality_columns;
  if (!equality.empty()) {
    global->path = need(bind.table->table_columns() + BoundTable::kPath);
    for (size_t column : equality) global->equality.push_back(need(column));
  }
  if (global->inner_ids.empty()) {
    global->inner_ids.push_back(duckdb::COLUMN_IDENTIFIER_EMPTY);
    global->inner_types.push_back(duckdb::LogicalType::BOOLEAN);
  }
  global->filter = ConditionsOverRows(bind.filter);
  if (global->filter) MapReferences(*global->filter, place);
  for (auto& [output, value] : global->replaced) MapReferences(*value, place);
  PlaceConditions(bind, input, place, *global);
  duckdb::TableFunctionInitInput inner(bind.inner.bind_data.get(), global->inner_ids, {}, global->in_reader.get(),
                                       nullptr, input.op);
  global->inner = bind.inner.function.init_global(context, inner);
  return global;
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> InitLocal(duckdb::ExecutionContext& context,
                                                              duckdb::TableFunctionInitInput& input,
                                                              duckdb::GlobalTableFunctionState* state) {
  const auto& bind = input.bind_data->Cast<FilteredBindData>();
  auto& global = state->Cast<FilteredGlobal>();
  auto local = make_uniq<FilteredLocal>();
  local->chunk.Initialize(duckdb::Allocator::Get(context.client), global.inner_types);
  if (global.filter) local->executor = make_uniq<duckdb::ExpressionExecutor>(context.client, *global.filter);
  for (const auto& [output, value] : global.replaced) {
    local->replaced[output] = make_uniq<duckdb::ExpressionExecutor>(context.client, *value);
  }
  for (const auto& wanted : global.wanted) {
    local->wanted.push_back(duckdb::TableFilterState::Initialize(context.client, *wanted.condition));
  }
  duckdb::TableFunctionInitInput inner(bind.inner.bind_data.get(), global.inner_ids, {}, global.in_reader.get(),
                                       nullptr, input.op);
  if (bind.inner.function.init_local) {
    local->inner = bind.inner.function.init_local(context, inner, global.inner.get());
  }
  return local;
}

// Takes rows that equality deletes name out of the inner chunk.
void DropUnequal(ClientContext& context, const FilteredBindData& bind, const FilteredGlobal& global,
                 FilteredLocal& local) {
  if (!global.path || local.chunk.size() == 0) return;
  const string path = local.chunk.data[*global.path].GetValue(0).ToString();  // a chunk is of one file
  const BoundTable::Listed* listed = bind.table->Find(path);
  if (listed == nullptr || !listed->file->detail || listed->file->detail->deletes.empty()) return;
  const idx_t rows = local.chunk.size();
  // One of its own: the sliced chunk keeps it, and the row filter fills another.
  duckdb::SelectionVector unequal(STANDARD_VECTOR_SIZE);
  const idx_t kept =
      bind.table->deletes().SelectUnequal(context, *bind.slot, *listed->file, local.chunk, global.equality, unequal);
  if (kept < rows) local.chunk.Slice(unequal, kept);
}

// Fails when a cell that the query reads in a row that it sees does not fit its type.
void CheckCells(const FilteredBindData& bind, const FilteredGlobal& global, const FilteredLocal& local, idx_t rows,
                idx_t kept) {
  const Format format = bind.table->binding().format;
  if (bind.filter.empty() || !local.inner || format == Format::kParquet || format == Format::kRows) return;
  for (const BadCells::Cell& cell : BadCellsOf(*local.inner).found) {
    const bool read =
        cell.column == BadCells::kWholeRow || std::ranges::find(global.seen, cell.column) != global.seen.end();
    bool is_kept = kept == rows;
    for (idx_t i = 0; !is_kept && i < kept; ++i) is_kept = local.selection.get_index(i) == cell.row;
    if (read && is_kept) ThrowFailure(bind.table->query(), cell.error);
  }
}

// Takes out rows for which the query's own conditions are not true. `column_of`: where an output column is in the
// chunk; conditions on columns that are not in it are left alone. False: no row is left.
template <typename ColumnOf>
bool KeepWanted(const FilteredGlobal& global, FilteredLocal& local, DataChunk& chunk, ColumnOf column_of) {
  const idx_t rows = chunk.size();
  idx_t kept = rows;
  duckdb::SelectionVector selection;
  for (size_t i = 0; i < global.wanted.size() && kept > 0; ++i) {
    const auto column = column_of(global.wanted[i].output);
    if (!column) continue;
    duckdb::Vector& values = chunk.data[*column];
    duckdb::UnifiedVectorFormat format;
    values.ToUnifiedFormat(rows, format);
    duckdb::ColumnSegment::FilterSelection(selection, values, format, *global.wanted[i].condition, *local.wanted[i],
                                           rows, kept);
  }
  if (kept > 0 && kept < rows) chunk.Slice(selection, kept);
  return kept > 0;
}

void Scan(ClientContext& context, duckdb::TableFunctionInput& input, DataChunk& output) {
  const auto& bind = input.bind_data->Cast<FilteredBindData>();
  auto& global = input.global_state->Cast<FilteredGlobal>();
  auto& local = input.local_state->Cast<FilteredLocal>();
  while (true) {
    if (bind.table->query().cancelled()) throw duckdb::InterruptException();
    local.chunk.Reset();
    duckdb::TableFunctionInput inner(bind.inner.bind_data.get(), local.inner.get(), global.inner.get());
    inner.results_execution_mode = duckdb::AsyncResultsExecutionMode::SYNCHRONOUS;
    bind.inner.function.function(context, inner, local.chunk);
    if (local.chunk.size() == 0) {
      output.SetCardinality(0);
      return;
    }
    DropUnequal(context, bind, global, local);
    const idx_t rows = local.chunk.size();
    if (rows == 0) continue;
    if (local.executor) {
      const idx_t kept = local.executor->SelectExpression(local.chunk, local.selection);
      if (kept == 0) continue;
      CheckCells(bind, global, local, rows, kept);
      if (kept < rows) local.chunk.Slice(local.selection, kept);
    }
    const auto chunk_column = [&](size_t i) { return global.output[i]; };
    if (!KeepWanted(global, local, local.chunk, chunk_column)) continue;
    for (idx_t i = 0; i < output.ColumnCount(); ++i) {
      if (const auto replaced = local.replaced.find(i); replaced != local.replaced.end()) {
        replaced->second->ExecuteExpression(local.chunk, output.data[i]);
      } else if (const auto& source = global.output[i]) {
        output.data[i].Reference(local.chunk.data[*source]);
      } else {
        output.data[i].Reference(duckdb::Value(output.data[i].GetType()));
      }
    }
    output.SetCardinality(local.chunk.size());
    const auto made_here = [&](size_t i) { return global.output[i] ? std::nullopt : std::optional(i); };
    if (KeepWanted(global, local, output, made_here)) return;
    output.Reset();
  }
}

void PushFilters(ClientContext& context, duckdb::LogicalGet& get, duckdb::FunctionData* data,
                 duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters) {
  auto& bind = data->Cast<FilteredBindData>();
  std::vector<size_t> column_of;
  const size_t nothing = bind.table->names().size();
  for (const auto& id : get.GetColumnIds()) {
    const size_t column = bind.ScanColumn(id.GetPrimaryIndex()).value_or(nothing);
    // A condition on what stands for a column says nothing of its values.
    column_of.push_back(bind.replaced.contains(column) ? nothing : column);
  }
  bind.partitions = bind.table->Prune(context, bind.partitions, filters, get.table_index, column_of);
  if (bind.table->binding().format == Format::kParquet) {
    // Which files a user's condition leaves would tell, by the bytes read, of rows that a row filter hides.
    const bool open = bind.table->binding().planner && bind.open();
    KeepFiles(*bind.inner.bind_data, bind.partitions,
              open ? bind.table->ConditionOfFilters(filters, get.table_index, column_of) : Condition());
  } else if (bind.table->binding().format != Format::kRows) {
    KeepTextPartitions(*bind.inner.bind_data, bind.partitions);
  }
}

// Roughly how many rows are read, for the order of joins alone: as much as the bytes read tell. A plan that is shown is
// made without it.
duckdb::unique_ptr<duckdb::NodeStatistics> Cardinality(ClientContext& context, const duckdb::FunctionData* data) {
  const auto& bind = data->Cast<FilteredBindData>();
  const auto& inner = bind.inner.function.cardinality;
  if (bind.table->query().explains || inner == nullptr) return nullptr;
  const auto rows = inner(context, bind.inner.bind_data.get());
  if (!rows || !rows->has_estimated_cardinality) return nullptr;
  return make_uniq<duckdb::NodeStatistics>(std::bit_floor(rows->estimated_cardinality));
}

duckdb::virtual_column_map_t VirtualColumns(ClientContext&, duckdb::optional_ptr<duckdb::FunctionData> data) {
  return VirtualColumnsOf(*data->Cast<FilteredBindData>().table);
}

duckdb::BindInfo GetBindInfo(const duckdb::optional_ptr<duckdb::FunctionData> data) {
  return duckdb::BindInfo(*data->Cast<FilteredBindData>().entry);
}

double Progress(ClientContext& context, const duckdb::FunctionData* data,
                const duckdb::GlobalTableFunctionState* state) {
  const auto& bind = data->Cast<FilteredBindData>();
  if (!bind.inner.function.table_scan_progress) return -1;
  return bind.inner.function.table_scan_progress(context, bind.inner.bind_data.get(),
                                                 state->Cast<FilteredGlobal>().inner.get());
}

duckdb::OperatorPartitionData PartitionData(ClientContext& context, duckdb::TableFunctionGetPartitionInput& input) {
  const auto& bind = input.bind_data->Cast<FilteredBindData>();
  auto& local = input.local_state->Cast<FilteredLocal>();
  // An inner scan that had nothing for this thread has no state.
  if (!local.inner || !bind.inner.function.get_partition_data) return duckdb::OperatorPartitionData(0);
  duckdb::TableFunctionGetPartitionInput inner(bind.inner.bind_data.get(), local.inner.get(),
                                               input.global_state->Cast<FilteredGlobal>().inner.get(),
                                               input.partition_info);
  return bind.inner.function.get_partition_data(context, inner);
}

// Takes out partitions for whose values the row filter is surely not true: nothing of them is ever listed or read.
void PruneByFilter(ClientContext& context, FilteredBindData& bind) {
  const BoundTable& table = *bind.table;
  if (table.binding().partition_columns.empty()) return;
  for (const Conjunct& conjunct : bind.filter) {
    std::erase_if(bind.partitions,
                  [&](size_t partition) { return !table.MayHold(context, *conjunct.condition, partition); });
  }
}

void BindGovernance(ClientContext& context, FilteredBindData& bind) {
  const BoundTable& table = *bind.table;
  try {
    if (const string& text = table.binding().row_filter; !text.empty()) {
      bind.filter = BindRowFilter(context, table, text);
    }
    for (size_t i = 0; i < table.table_columns(); ++i) {
      const Replacement* replacement = table.ReplacementOf(i);
      if (replacement == nullptr || table.Hidden(i)) continue;
      auto& replaced = bind.replaced[i];
      replaced.value = BindOverTable(context, table, replacement->expression, table.VisibleType(i), replaced.columns);
    }
  } catch (const std::exception&) {
    // The texts are not the user's to see.
    ThrowFailure(table.query(), Fail(kInvalidTable, "the row filter of a table in this query is not valid"));
  }
  PruneByFilter(context, bind);
}

}  // namespace

BoundScan BindTableScan(ClientContext& context, SlotContext& slot, std::shared_ptr<BoundTable> table,
                        duckdb::TableCatalogEntry& entry) {
  const TableBinding& binding = table->binding();
  const bool whole = !table->governed() && binding.table_format.equality_columns.empty();
  if (binding.format == Format::kParquet && whole && !binding.table_format.filter_above) {
    return BindParquetScan(context, slot, std::move(table), &entry);
  }
  auto bind = make_uniq<FilteredBindData>();
  bind->table = table;
  bind->slot = &slot;
  bind->entry = &entry;
  bind->partitions = table->AllPartitions();
  for (size_t i = 0; i < table->table_columns(); ++i) {
    if (!table->Hidden(i)) bind->visible.push_back(i);
  }
  switch (binding.format) {
    case Format::kParquet:
      bind->inner = BindParquetScan(context, slot, table, nullptr);
      break;
    case Format::kRows:
      bind->inner = BindRowsScan(table);
      break;
    default:
      bind->inner = BindTextScan(table);
  }
  BindGovernance(context, *bind);
  if (binding.format == Format::kParquet) {
    KeepFiles(*bind->inner.bind_data, bind->partitions, Condition());
  } else if (binding.format != Format::kRows) {
    KeepTextPartitions(*bind->inner.bind_data, bind->partitions);
  }

  duckdb::TableFunction function("lake_scan", {}, Scan, nullptr, InitGlobal, InitLocal);
  function.projection_pushdown = true;
  function.filter_pushdown = true;
  function.pushdown_complex_filter = PushFilters;
  if (binding.format == Format::kParquet) function.cardinality = Cardinality;
  function.get_virtual_columns = VirtualColumns;
  function.get_bind_info = GetBindInfo;
  function.table_scan_progress = Progress;
  if (binding.format != Format::kRows) function.get_partition_data = PartitionData;
  return {std::move(function), std::move(bind)};
}

}  // namespace tarn::engine

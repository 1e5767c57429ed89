#include "engine/scan/parquet_scan.h"

#include <duckdb/common/multi_file/multi_file_function.hpp>
#include <duckdb/function/function_binder.hpp>
#include <duckdb/function/partition_stats.hpp>
#include <duckdb/planner/expression/bound_operator_expression.hpp>
#include <string>
#include <utility>
#include <vector>

#include "engine/scan/condition_of.h"
#include "engine/scan/field_mapping.h"
#include "engine/scan/file_list.h"

namespace tarn::engine {

using duckdb::column_t;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::make_uniq;
using duckdb::MultiFileList;
using duckdb::Value;
using std::string;

column_t VirtualColumnId(size_t offset) { return duckdb::VIRTUAL_COLUMN_START + 100 + offset; }

std::optional<size_t> ScanColumn(const BoundTable& table, column_t id) {
  if (id < table.table_columns()) return id;
  for (size_t i = 0; i < BoundTable::kVirtualColumns; ++i) {
    if (id == VirtualColumnId(i)) return table.table_columns() + i;
  }
  return std::nullopt;
}

namespace {

struct ScanInfo : duckdb::TableFunctionInfo {
  std::shared_ptr<BoundTable> table;
  SlotContext* slot = nullptr;
  duckdb::TableCatalogEntry* entry = nullptr;
};

class BoundFileReader : public duckdb::MultiFileReader {
 public:
  BoundFileReader(std::shared_ptr<BoundTable> table, SlotContext& slot, duckdb::TableCatalogEntry* entry)
      : table_(std::move(table)), slot_(slot), entry_(entry) {}
  static duckdb::unique_ptr<MultiFileReader> Make(const duckdb::TableFunction& function) {
    const auto& info = function.function_info->Cast<ScanInfo>();
    return make_uniq<BoundFileReader>(info.table, *info.slot, info.entry);
  }

  duckdb::unique_ptr<MultiFileReader> Copy() const override {
    return make_uniq<BoundFileReader>(table_, slot_, entry_);
  }

  duckdb::shared_ptr<MultiFileList> CreateFileList(duckdb::ClientContext&, const duckdb::vector<string>&,
                                                   const duckdb::FileGlobInput&) override {
    return duckdb::make_shared_ptr<BoundFileList>(table_, table_->AllPartitions(), Condition(), entry_);
  }

  bool Bind(duckdb::MultiFileOptions& options, MultiFileList&, duckdb::vector<LogicalType>& types,
            duckdb::vector<string>& names, duckdb::MultiFileReaderBindData& bind_data) override {
    options.hive_partitioning = false;
    options.auto_detect_hive_partitioning = false;
    const TableBinding& binding = table_->binding();
    for (size_t i = 0; i < table_->table_columns(); ++i) {
      names.push_back(table_->names()[i]);
      types.push_back(table_->types()[i]);
      const size_t files = table_->file_columns();
      const ColumnDef& column = i < files ? binding.columns[i] : binding.partition_columns[i - files];
      bind_data.schema.push_back(DefinitionOf(column, types.back()));
    }
    bind_data.mapping = table_->numbered() ? duckdb::MultiFileColumnMappingMode::BY_FIELD_ID
                                           : duckdb::MultiFileColumnMappingMode::BY_NAME;
    return true;
  }

  void FinalizeBind(duckdb::MultiFileReaderData& reader, const duckdb::MultiFileOptions& options,
                    const duckdb::MultiFileReaderBindData& bind_data,
                    const duckdb::vector<duckdb::MultiFileColumnDefinition>& columns,
                    const duckdb::vector<duckdb::ColumnIndex>& column_ids, duckdb::ClientContext& context,
                    duckdb::optional_ptr<duckdb::MultiFileReaderGlobalState> state) override {
    MultiFileReader::FinalizeBind(reader, options, bind_data, columns, column_ids, context, state);
    const BoundTable::Listed& listed = ListedOf(reader);
    const File& file = *listed.file;
    auto& file_columns = reader.reader->columns;
    if (table_->numbered()) NumberFileColumns(table_->binding().table_format.name_mapping, file_columns);
    for (idx_t i = 0; i < column_ids.size(); ++i) {
      const auto column = ScanColumn(*table_, column_ids[i].GetPrimaryIndex());
      if (!column) continue;
      const duckdb::MultiFileGlobalIndex place(i);
      if (table_->IsConstant(*column)) {
        reader.constant_map.Add(place, table_->ConstantOf(listed.partition, file, *column));
      } else if (*column < table_->file_columns() && file.detail && table_->numbered()) {
        const int32_t id = table_->binding().columns[*column].field->id;
        for (const auto& [of, text] : file.detail->constants) {
          if (of != id || FindFileColumn(file_columns, id)) continue;
          reader.constant_map.Add(place, ValueOf(text, table_->types()[*column]));
        }
      }
    }
    reader.reader->deletion_filter = table_->deletes().PositionsOf(context, slot_, file);
  }

  duckdb::unique_ptr<duckdb::Expression> GetVirtualColumnExpression(
      duckdb::ClientContext& context, duckdb::MultiFileReaderData& reader,
      const duckdb::vector<duckdb::MultiFileColumnDefinition>& file_columns, idx_t& column_id, const LogicalType& type,
      duckdb::MultiFileLocalIndex place,
      duckdb::optional_ptr<duckdb::MultiFileColumnDefinition>& replaced_by) override {
    const auto column = ScanColumn(*table_, column_id);
    if (!column || *column < table_->table_columns() + BoundTable::kPosition) {
      return MultiFileReader::GetVirtualColumnExpression(context, reader, file_columns, column_id, type, place,
                                                         replaced_by);
    }
    column_id = COLUMN_IDENTIFIER_FILE_ROW_NUMBER;
    const size_t offset = *column - table_->table_columns();
    if (offset == BoundTable::kPosition) {
      return make_uniq<duckdb::BoundReferenceExpression>(type, place.GetIndex());
    }
    return Lineage(context, reader, file_columns, offset == BoundTable::kRowId, place);
  }

 private:
  const BoundTable::Listed& ListedOf(const duckdb::MultiFileReaderData& reader) const {
    const BoundTable::Listed* listed = table_->Find(reader.reader->GetFileName());
    if (!listed) throw duckdb::InternalException("a scan met a file that was not listed");
    return *listed;
  }

  // What the file says of a row's id or last change, else what its manifest entry implies.
  duckdb::unique_ptr<duckdb::Expression> Lineage(duckdb::ClientContext& context, duckdb::MultiFileReaderData& data,
                                                 const duckdb::vector<duckdb::MultiFileColumnDefinition>& file_columns,
                                                 bool row_id, duckdb::MultiFileLocalIndex place) const {
    const auto& detail = ListedOf(data).file->detail;
    const auto base = !detail ? std::nullopt : row_id ? detail->first_row_id : detail->sequence_number;
    if (!base) return make_uniq<duckdb::BoundConstantExpression>(Value(LogicalType::BIGINT));
    duckdb::unique_ptr<duckdb::Expression> implied = make_uniq<duckdb::BoundConstantExpression>(Value::BIGINT(*base));
    const auto in_file = FindFileColumn(file_columns, row_id ? kRowIdField : kLastUpdatedField);
    if (row_id) {
      duckdb::vector<duckdb::unique_ptr<duckdb::Expression>> parts;
      parts.push_back(std::move(implied));
      const idx_t position = place.GetIndex() + (in_file ? 1 : 0);
      parts.push_back(make_uniq<duckdb::BoundReferenceExpression>(LogicalType::BIGINT, position));
      duckdb::ErrorData error;
      implied = duckdb::FunctionBinder(context).BindScalarFunction(DEFAULT_SCHEMA, "+", std::move(parts), error, true);
      if (!implied) error.Throw();
    }
    if (!in_file) return implied;
    // The file's own column is read into this place, the row's position into the next.
    auto& reader = *data.reader;
    reader.column_ids.push_back(duckdb::MultiFileLocalColumnId(*in_file));
    reader.column_indexes.push_back(duckdb::ColumnIndex(*in_file));
    auto known =
        make_uniq<duckdb::BoundOperatorExpression>(duckdb::ExpressionType::OPERATOR_COALESCE, LogicalType::BIGINT);
    known->children.push_back(make_uniq<duckdb::BoundReferenceExpression>(LogicalType::BIGINT, place.GetIndex()));
    known->children.push_back(std::move(implied));
    return known;
  }

  std::shared_ptr<BoundTable> table_;
  SlotContext& slot_;
  duckdb::TableCatalogEntry* entry_;
};

bool UsesLineage(const duckdb::Expression& filter, const BoundTable& table, const duckdb::LogicalGet& get) {
  bool uses = false;
  duckdb::ExpressionIterator::VisitExpression<duckdb::BoundColumnRefExpression>(
      filter, [&](const duckdb::BoundColumnRefExpression& reference) {
        const auto& ids = get.GetColumnIds();
        if (reference.binding.table_index != get.table_index || reference.binding.column_index >= ids.size()) return;
        const auto column = ScanColumn(table, ids[reference.binding.column_index].GetPrimaryIndex());
        uses = uses || (column && *column >= table.table_columns() + BoundTable::kRowId);
      });
  return uses;
}

// DuckDB's own would list every file while the query is still being bound.
duckdb::BindInfo GetBindInfo(const duckdb::optional_ptr<duckdb::FunctionData> data) {
  auto* entry = data->Cast<duckdb::MultiFileBindData>().file_list->Cast<BoundFileList>().entry;
  return entry == nullptr ? duckdb::BindInfo(duckdb::ScanType::EXTERNAL) : duckdb::BindInfo(*entry);
}

duckdb::virtual_column_map_t VirtualColumns(duckdb::ClientContext&, duckdb::optional_ptr<duckdb::FunctionData> data) {
  return data->Cast<duckdb::MultiFileBindData>().virtual_columns;
}

// Filters on computed columns stay above the scan (BoundFileList sees to the plain ones).
bool PushExpression(duckdb::ClientContext& context, const duckdb::LogicalGet& get, duckdb::Expression& filter) {
  const auto& info = get.function.function_info->Cast<ScanInfo>();
  if (UsesLineage(filter, *info.table, get)) return false;
  const auto whole = info.slot->parquet_scan->pushdown_expression;
  return whole != nullptr && whole(context, get, filter);
}

// Rows by file where the table format knows them exactly, so that count(*) reads nothing.
duckdb::vector<duckdb::PartitionStatistics> CountsOf(duckdb::ClientContext&, duckdb::GetPartitionStatsInput& input) {
  const auto& list = input.bind_data->Cast<duckdb::MultiFileBindData>().file_list->Cast<BoundFileList>();
  duckdb::vector<duckdb::PartitionStatistics> counts;
  if (!list.table()->binding().planner) return counts;
  for (const BoundTable::Listed& listed : list.Files()) {
    const File& file = *listed.file;
    if (!file.rows || (file.detail && (!file.detail->deletes.empty() || !file.detail->deleted.empty()))) return {};
    duckdb::PartitionStatistics count;
    count.count = *file.rows;
    count.count_type = duckdb::CountType::COUNT_EXACT;
    counts.push_back(std::move(count));
  }
  return counts;
}

bool HasBinary(const Type& type) {
  if (type.kind == Kind::kVarbinary) return true;
  for (const Type& child : type.children) {
    if (HasBinary(child)) return true;
  }
  return false;
}

}  // namespace

duckdb::virtual_column_map_t VirtualColumnsOf(const BoundTable& table) {
  duckdb::virtual_column_map_t columns;
  columns.insert({duckdb::COLUMN_IDENTIFIER_EMPTY, duckdb::TableColumn("", LogicalType::BOOLEAN)});
  for (size_t i = 0; i < BoundTable::kVirtualColumns; ++i) {
    if (!table.OffersVirtual(i)) continue;
    const size_t column = table.table_columns() + i;
    columns.insert({VirtualColumnId(i), duckdb::TableColumn(table.names()[column], table.types()[column])});
  }
  return columns;
}

BoundScan BindParquetScan(duckdb::ClientContext& context, SlotContext& slot, std::shared_ptr<BoundTable> table,
                          duckdb::TableCatalogEntry* entry) {
  BoundScan scan{*slot.parquet_scan, nullptr};
  auto info = duckdb::make_shared_ptr<ScanInfo>();
  info->table = table;
  info->slot = &slot;
  info->entry = entry;
  duckdb::TableFunction& function = scan.function;
  function.name = "lake_scan";
  function.function_info = info;
  function.get_multi_file_reader = BoundFileReader::Make;
  function.get_virtual_columns = VirtualColumns;
  function.statistics = nullptr;  // the first file's, which are not the table's
  function.serialize = nullptr;
  function.deserialize = nullptr;
  function.get_partition_stats = CountsOf;
  function.late_materialization = false;
  function.dynamic_to_string = nullptr;
  function.get_bind_info = GetBindInfo;
  if (table->numbered() && function.pushdown_expression != nullptr) function.pushdown_expression = PushExpression;

  duckdb::vector<Value> inputs{Value("lake")};
  duckdb::named_parameter_map_t named;
  // Old writers leave strings unmarked; only a table with binary columns wants the raw bytes.
  bool binary = false;
  for (const ColumnDef& column : table->binding().columns) binary = binary || HasBinary(column.type);
  if (!binary) named["binary_as_string"] = Value::BOOLEAN(true);
  duckdb::vector<LogicalType> no_types;
  duckdb::vector<string> no_names;
  duckdb::TableFunctionRef ref;
  duckdb::TableFunctionBindInput input(inputs, named, no_types, no_names, info.get(), nullptr, function, ref);
  duckdb::vector<LogicalType> types;
  duckdb::vector<string> names;
  scan.bind_data = function.bind(context, input, types, names);

  auto& virtual_columns = scan.bind_data->Cast<duckdb::MultiFileBindData>().virtual_columns;
  virtual_columns = VirtualColumnsOf(*table);
  return scan;
}

void KeepFiles(duckdb::FunctionData& bind_data, std::vector<size_t> partitions, const Condition& condition) {
  bind_data.Cast<duckdb::MultiFileBindData>().file_list->Cast<BoundFileList>().Restrict(std::move(partitions),
                                                                                        condition);
}

}  // namespace tarn::engine

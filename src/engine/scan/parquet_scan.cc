#include "engine/scan/parquet_scan.h"

#include <duckdb/common/multi_file/multi_file_function.hpp>
#include <duckdb/planner/filter/conjunction_filter.hpp>
#include <string>
#include <utility>
#include <vector>

#include "engine/parquet_footer.h"

namespace tarn::engine {

using duckdb::column_t;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::make_uniq;
using duckdb::MultiFileList;
using duckdb::Value;
using std::string;

column_t VirtualColumnId(size_t offset) { return duckdb::VIRTUAL_COLUMN_START + 100 + offset; }

namespace {

struct ScanInfo : duckdb::TableFunctionInfo {
  std::shared_ptr<BoundTable> table;
  duckdb::TableCatalogEntry* entry = nullptr;
};

// The scan column that a column id of the plan means.
std::optional<size_t> ScanColumn(const BoundTable& table, column_t id) {
  if (id < table.table_columns()) return id;
  for (size_t i = 0; i < BoundTable::kVirtualColumns; ++i) {
    if (id == VirtualColumnId(i)) return table.table_columns() + i;
  }
  return std::nullopt;
}

class PartitionedFileList : public MultiFileList {
 public:
  PartitionedFileList(std::shared_ptr<BoundTable> table, std::vector<size_t> partitions,
                      duckdb::TableCatalogEntry* entry)
      : entry(entry), table_(std::move(table)), partitions_(std::move(partitions)) {}

  duckdb::TableCatalogEntry* const entry;

  duckdb::vector<duckdb::OpenFileInfo> GetAllFiles() const override {
    duckdb::vector<duckdb::OpenFileInfo> all;
    for (idx_t i = 0; i < Files().size(); ++i) all.push_back(GetFile(i));
    return all;
  }
  duckdb::FileExpandResult GetExpandResult() const override {
    if (Files().empty()) return duckdb::FileExpandResult::NO_FILES;
    return Files().size() == 1 ? duckdb::FileExpandResult::SINGLE_FILE : duckdb::FileExpandResult::MULTIPLE_FILES;
  }
  idx_t GetTotalFileCount() const override { return Files().size(); }
  duckdb::unique_ptr<MultiFileList> Copy() const override {
    return make_uniq<PartitionedFileList>(table_, partitions_, entry);
  }
  duckdb::unique_ptr<duckdb::NodeStatistics> GetCardinality(duckdb::ClientContext&) const override {
    std::vector<const File*> files;
    for (const auto& listed : Files()) files.push_back(listed.file);
    const auto rows = CountParquetRows(table_->query(), *table_->binding().source, files);
    if (!rows) return nullptr;
    return make_uniq<duckdb::NodeStatistics>(*rows, *rows);
  }
  duckdb::unique_ptr<MultiFileList> ComplexFilterPushdown(
      duckdb::ClientContext& context, const duckdb::MultiFileOptions&, duckdb::MultiFilePushdownInfo& info,
      duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters) const override {
    std::vector<size_t> column_of;
    for (column_t id : info.column_ids) column_of.push_back(ScanColumn(*table_, id).value_or(table_->names().size()));
    return Keep(table_->Prune(context, partitions_, filters, info.table_index, column_of));
  }
  duckdb::unique_ptr<MultiFileList> DynamicFilterPushdown(duckdb::ClientContext&, const duckdb::MultiFileOptions&,
                                                          const duckdb::vector<string>&,
                                                          const duckdb::vector<LogicalType>&,
                                                          const duckdb::vector<column_t>& column_ids,
                                                          duckdb::TableFilterSet& filters) const override {
    std::vector<size_t> kept = partitions_;
    for (auto& [position, filter] : filters.filters) {
      const size_t column = column_ids[position];
      if (column < table_->file_columns() || column >= table_->table_columns()) continue;
      std::erase_if(kept, [&, column](size_t partition) {
        const Value value = table_->PartitionValue(partition, column - table_->file_columns());
        auto stats = duckdb::BaseStatistics::FromConstant(value);
        return filter->CheckStatistics(stats) == duckdb::FilterPropagateResult::FILTER_ALWAYS_FALSE;
      });
    }
    return Keep(std::move(kept));
  }

  void Restrict(std::vector<size_t> partitions) {
    partitions_ = std::move(partitions);
    std::lock_guard lock(mutex_);
    files_.reset();
  }

 protected:
  duckdb::OpenFileInfo GetFile(idx_t i) const override {
    if (i >= Files().size()) return duckdb::OpenFileInfo();
    const File& file = *Files()[i].file;
    duckdb::OpenFileInfo info(file.path);
    info.extended_info = duckdb::make_shared_ptr<duckdb::ExtendedOpenFileInfo>();
    auto& options = info.extended_info->options;
    options["file_size"] = Value::UBIGINT(file.size_bytes);
    options["etag"] = Value(file.id);
    options["last_modified"] = Value::TIMESTAMP(duckdb::timestamp_t(file.modified.micros));
    options["has_deletes"] = Value::BOOLEAN(false);
    return info;
  }

 private:
  // Listed when first asked for: after pruning.
  const std::vector<BoundTable::Listed>& Files() const {
    std::lock_guard lock(mutex_);
    if (!files_) files_ = table_->List(partitions_);
    return *files_;
  }
  duckdb::unique_ptr<MultiFileList> Keep(std::vector<size_t> kept) const {
    if (kept.size() == partitions_.size()) return nullptr;
    return make_uniq<PartitionedFileList>(table_, std::move(kept), entry);
  }

  std::shared_ptr<BoundTable> table_;
  std::vector<size_t> partitions_;
  mutable std::mutex mutex_;
  mutable std::optional<std::vector<BoundTable::Listed>> files_;
};

class BoundFileReader : public duckdb::MultiFileReader {
 public:
  BoundFileReader(std::shared_ptr<BoundTable> table, duckdb::TableCatalogEntry* entry)
      : table_(std::move(table)), entry_(entry) {}
  static duckdb::unique_ptr<MultiFileReader> Make(const duckdb::TableFunction& function) {
    const auto& info = function.function_info->Cast<ScanInfo>();
    return make_uniq<BoundFileReader>(info.table, info.entry);
  }

  duckdb::unique_ptr<MultiFileReader> Copy() const override { return make_uniq<BoundFileReader>(table_, entry_); }

  duckdb::shared_ptr<MultiFileList> CreateFileList(duckdb::ClientContext&, const duckdb::vector<string>&,
                                                   const duckdb::FileGlobInput&) override {
    return duckdb::make_shared_ptr<PartitionedFileList>(table_, table_->AllPartitions(), entry_);
  }

  bool Bind(duckdb::MultiFileOptions& options, MultiFileList&, duckdb::vector<LogicalType>& types,
            duckdb::vector<string>& names, duckdb::MultiFileReaderBindData& bind_data) override {
    options.hive_partitioning = false;
    options.auto_detect_hive_partitioning = false;
    for (size_t i = 0; i < table_->table_columns(); ++i) {
      names.push_back(table_->names()[i]);
      types.push_back(table_->types()[i]);
      auto column = duckdb::MultiFileColumnDefinition::CreateFromNameAndType(names.back(), types.back());
      column.default_expression = make_uniq<duckdb::ConstantExpression>(Value(types.back()));  // absent: NULL
      bind_data.schema.push_back(std::move(column));
    }
    bind_data.mapping = duckdb::MultiFileColumnMappingMode::BY_NAME;
    return true;
  }

  void FinalizeBind(duckdb::MultiFileReaderData& reader, const duckdb::MultiFileOptions& options,
                    const duckdb::MultiFileReaderBindData& bind_data,
                    const duckdb::vector<duckdb::MultiFileColumnDefinition>& columns,
                    const duckdb::vector<duckdb::ColumnIndex>& column_ids, duckdb::ClientContext& context,
                    duckdb::optional_ptr<duckdb::MultiFileReaderGlobalState> state) override {
    MultiFileReader::FinalizeBind(reader, options, bind_data, columns, column_ids, context, state);
    const BoundTable::Listed* listed = table_->Find(reader.reader->GetFileName());
    if (!listed) throw duckdb::InternalException("a scan met a file that was not listed");
    for (idx_t i = 0; i < column_ids.size(); ++i) {
      const auto column = ScanColumn(*table_, column_ids[i].GetPrimaryIndex());
      if (!column || *column < table_->file_columns()) continue;
      reader.constant_map.Add(duckdb::MultiFileGlobalIndex(i),
                              table_->ConstantOf(listed->partition, *listed->file, *column));
    }
  }

 private:
  std::shared_ptr<BoundTable> table_;
  duckdb::TableCatalogEntry* entry_;
};

// DuckDB's own would list every file while the query is still being bound.
duckdb::BindInfo GetBindInfo(const duckdb::optional_ptr<duckdb::FunctionData> data) {
  auto* entry = data->Cast<duckdb::MultiFileBindData>().file_list->Cast<PartitionedFileList>().entry;
  return entry == nullptr ? duckdb::BindInfo(duckdb::ScanType::EXTERNAL) : duckdb::BindInfo(*entry);
}

duckdb::virtual_column_map_t VirtualColumns(duckdb::ClientContext&, duckdb::optional_ptr<duckdb::FunctionData> data) {
  return data->Cast<duckdb::MultiFileBindData>().virtual_columns;
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
  if (!table.binding().virtual_columns) return columns;
  for (size_t i = 0; i < BoundTable::kVirtualColumns; ++i) {
    const size_t column = table.table_columns() + i;
    if (table.Hidden(column)) continue;
    columns.insert({VirtualColumnId(i), duckdb::TableColumn(table.names()[column], table.types()[column])});
  }
  return columns;
}

BoundScan BindParquetScan(duckdb::ClientContext& context, SlotContext& slot, std::shared_ptr<BoundTable> table,
                          duckdb::TableCatalogEntry* entry) {
  BoundScan scan{*slot.parquet_scan, nullptr};
  auto info = duckdb::make_shared_ptr<ScanInfo>();
  info->table = table;
  info->entry = entry;
  duckdb::TableFunction& function = scan.function;
  function.name = "lake_scan";
  function.function_info = info;
  function.get_multi_file_reader = BoundFileReader::Make;
  function.get_virtual_columns = VirtualColumns;
  function.statistics = nullptr;  // the first file's, which are not the table's
  function.serialize = nullptr;
  function.deserialize = nullptr;
  function.get_partition_stats = nullptr;
  function.late_materialization = false;
  function.dynamic_to_string = nullptr;
  function.get_bind_info = GetBindInfo;

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

void KeepPartitions(duckdb::FunctionData& bind_data, std::vector<size_t> partitions) {
  bind_data.Cast<duckdb::MultiFileBindData>().file_list->Cast<PartitionedFileList>().Restrict(std::move(partitions));
}

}  // namespace tarn::engine

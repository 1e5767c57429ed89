#include "engine/scan/text_scan.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

#include "engine/duck/slot_context.h"
#include "engine/text/json_cursor.h"
#include "engine/text/line_reader.h"
#include "engine/text/row_decoder.h"

namespace tarn::engine {
namespace {

using duckdb::DataChunk;
using duckdb::idx_t;
using duckdb::make_uniq;

constexpr uint64_t kRangeBytes = 8 << 20;

struct TextBindData : duckdb::FunctionData {
  std::shared_ptr<BoundTable> table;
  std::vector<size_t> partitions;

  duckdb::unique_ptr<FunctionData> Copy() const override {
    auto copy = make_uniq<TextBindData>();
    copy->table = table;
    copy->partitions = partitions;
    return copy;
  }
  bool Equals(const FunctionData& other) const override { return this == &other; }
};

struct Range {
  size_t partition;
  const File* file;
  Compression compression;
  uint64_t begin, end;
};

struct TextGlobal : duckdb::GlobalTableFunctionState {
  std::vector<Range> ranges;
  std::atomic<size_t> next = 0;
  std::atomic<uint64_t> bytes_done = 0;
  uint64_t bytes_total = 0;
  std::vector<size_t> columns;  // scan column of each output column; names().size() for none

  idx_t MaxThreads() const override { return std::max<idx_t>(1, ranges.size()); }
};

struct TextLocal : duckdb::LocalTableFunctionState {
  std::vector<std::unique_ptr<ColumnFiller>> fillers;  // one per output column that is in the files, else null
  std::unique_ptr<RowDecoder> decoder;
  std::unique_ptr<LineReader> lines;
  size_t range = 0;  // index of the current one
  std::string rest;  // values that span lines, read to the file's end
  size_t rest_at = 0;
  bool by_value = false;  // `rest` is read value by value, not line by line
  BadCells bad;           // of the last chunk, below a row filter
};

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> InitGlobal(duckdb::ClientContext&,
                                                                duckdb::TableFunctionInitInput& input) {
  const auto& bind = input.bind_data->Cast<TextBindData>();
  auto global = make_uniq<TextGlobal>();
  for (duckdb::column_t id : input.column_ids) {
    size_t column = bind.table->names().size();
    if (id < bind.table->table_columns()) column = id;
    for (size_t i = 0; i < BoundTable::kVirtualColumns; ++i) {
      if (id == VirtualColumnId(i)) column = bind.table->table_columns() + i;
    }
    global->columns.push_back(column);
  }
  for (const BoundTable::Listed& listed : bind.table->List(bind.partitions)) {
    const uint64_t size = listed.file->size_bytes;
    const Compression compression = CompressionOfName(listed.file->path);
    const uint64_t step = compression == Compression::kNone ? kRangeBytes : size;
    for (uint64_t begin = 0; begin < size; begin += step) {
      global->ranges.push_back({listed.partition, listed.file, compression, begin, std::min(begin + step, size)});
    }
    global->bytes_total += size;
  }
  return global;
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> InitLocal(duckdb::ExecutionContext&,
                                                              duckdb::TableFunctionInitInput& input,
                                                              duckdb::GlobalTableFunctionState* state) {
  const auto& bind = input.bind_data->Cast<TextBindData>();
  const TableBinding& binding = bind.table->binding();
  auto local = make_uniq<TextLocal>();
  // Below a row filter a bad cell fails the query only when the row is seen.
  BadCells* bad = binding.row_filter.empty() ? nullptr : &local->bad;
  std::vector<WantedColumn> wanted;
  for (size_t column : state->Cast<TextGlobal>().columns) {
    auto& filler = local->fillers.emplace_back();
    if (column >= bind.table->file_columns()) continue;
    const ColumnDef& definition = binding.columns[column];
    filler = std::make_unique<ColumnFiller>(bind.table->query(), definition.type, definition.name,
                                            binding.format != Format::kDelimited, column, bad);
    wanted.push_back({column, filler.get()});
  }
  std::sort(wanted.begin(), wanted.end(),
            [](const WantedColumn& a, const WantedColumn& b) { return a.file_column < b.file_column; });
  local->decoder = binding.format == Format::kJson
                       ? MakeJsonDecoder(bind.table->query(), binding, std::move(wanted), bad)
                       : MakeDelimitedDecoder(binding, std::move(wanted));
  return local;
}

bool NextRange(const TextBindData& bind, TextGlobal& global, TextLocal& local) {
  local.lines.reset();
  local.rest.clear();
  local.rest_at = 0;
  local.by_value = false;
  local.range = global.next++;
  if (local.range >= global.ranges.size()) return false;
  const Range& range = global.ranges[local.range];
  QueryState& query = bind.table->query();
  const TableBinding& binding = bind.table->binding();
  auto file = OrThrow(query, QueryState::Open(bind.table->query_shared(), {binding.source, *range.file}));
  const bool plain = range.compression == Compression::kNone;
  const uint64_t start = plain ? LineReader::StartOfRange(range.begin) : 0;
  auto stream = Inflate(range.compression, StreamFile(std::move(file), start, range.file->size_bytes));
  local.lines = std::make_unique<LineReader>(std::move(stream), range.begin, plain ? range.end : UINT64_MAX);
  std::string_view ignored;
  for (uint32_t i = 0; range.begin == 0 && i < binding.text.skip_header_lines; ++i) {
    if (!OrThrow(query, local.lines->Next(&ignored))) break;
  }
  global.bytes_done += range.end - range.begin;
  return true;
}

// The next line of the current range: from the file, or from what was read ahead.
bool NextLine(QueryState& query, TextLocal& local, std::string_view* line) {
  if (local.rest.empty()) return OrThrow(query, local.lines->Next(line));
  const std::string_view rest = std::string_view(local.rest).substr(local.rest_at);
  if (local.by_value) {
    JsonCursor cursor(rest);
    if (cursor.AtEnd()) return false;
    if (cursor.Raw(line)) {
      local.rest_at += static_cast<size_t>(line->data() + line->size() - rest.data());
      return true;
    }
    local.by_value = false;  // broken from here on: line by line again
  }
  if (rest.empty()) return false;
  *line = rest.substr(0, rest.find('\n'));
  local.rest_at += std::min(line->size() + 1, rest.size());
  return true;
}

// Decodes one row; false at the range's end.
bool NextRow(QueryState& query, TextLocal& local, size_t row) {
  std::string_view line;
  while (NextLine(query, local, &line)) {
    switch (local.decoder->Decode(line, row)) {
      case RowDecoder::Verdict::kRow:
        return true;
      case RowDecoder::Verdict::kSkip:
        continue;
      case RowDecoder::Verdict::kNeedsMore:
        if (!local.rest.empty()) {  // looked ahead already, in vain
          local.decoder->SetMalformed(line, row);
          return true;
        }
        local.rest = OrThrow(query, local.lines->Rest(line));
        local.rest_at = 0;
        local.by_value = true;
    }
  }
  return false;
}

void Scan(duckdb::ClientContext& context, duckdb::TableFunctionInput& input, DataChunk& output) {
  const auto& bind = input.bind_data->Cast<TextBindData>();
  auto& global = input.global_state->Cast<TextGlobal>();
  auto& local = input.local_state->Cast<TextLocal>();
  QueryState& query = bind.table->query();
  for (size_t i = 0; i < local.fillers.size(); ++i) {
    if (local.fillers[i]) local.fillers[i]->Begin(output.data[i]);
  }
  local.bad.found.clear();
  size_t rows = 0;
  while (rows == 0) {
    if (!local.lines && !NextRange(bind, global, local)) break;
    while (rows < STANDARD_VECTOR_SIZE && NextRow(query, local, rows)) ++rows;
    if (rows < STANDARD_VECTOR_SIZE) local.lines.reset();
  }
  if (rows > 0) {
    const Range& range = global.ranges[local.range];
    for (size_t i = 0; i < global.columns.size(); ++i) {
      if (local.fillers[i]) {
        local.fillers[i]->Finish(context, rows);
      } else if (global.columns[i] < bind.table->names().size()) {
        output.data[i].Reference(bind.table->ConstantOf(range.partition, *range.file, global.columns[i]));
      }
    }
  }
  output.SetCardinality(rows);
}

double Progress(duckdb::ClientContext&, const duckdb::FunctionData*, const duckdb::GlobalTableFunctionState* state) {
  const auto& global = state->Cast<TextGlobal>();
  if (global.bytes_total == 0) return 100;
  return 100.0 * static_cast<double>(global.bytes_done) / static_cast<double>(global.bytes_total);
}

duckdb::OperatorPartitionData PartitionData(duckdb::ClientContext&, duckdb::TableFunctionGetPartitionInput& input) {
  return duckdb::OperatorPartitionData(input.local_state->Cast<TextLocal>().range);
}

// Rows that the binding holds itself.
struct RowsGlobal : duckdb::GlobalTableFunctionState {
  std::vector<size_t> columns;
  size_t next = 0;
};

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> InitRows(duckdb::ClientContext&,
                                                              duckdb::TableFunctionInitInput& input) {
  auto global = make_uniq<RowsGlobal>();
  for (duckdb::column_t id : input.column_ids) global->columns.push_back(id);
  return global;
}

void ScanRows(duckdb::ClientContext&, duckdb::TableFunctionInput& input, DataChunk& output) {
  const BoundTable& table = *input.bind_data->Cast<TextBindData>().table;
  auto& global = input.global_state->Cast<RowsGlobal>();
  const auto& rows = table.binding().rows;
  const size_t count = std::min<size_t>(STANDARD_VECTOR_SIZE, rows.size() - global.next);
  for (size_t i = 0; i < global.columns.size(); ++i) {
    const size_t column = global.columns[i];
    if (column >= table.file_columns()) continue;
    const Type& type = table.binding().columns[column].type;
    for (size_t row = 0; row < count; ++row) {
      const auto& cells = rows[global.next + row];
      const bool present = column < cells.size() && cells[column];
      output.data[i].SetValue(
          row, present ? ColumnFiller::Parse(type, *cells[column]) : duckdb::Value(table.types()[column]));
    }
  }
  global.next += count;
  output.SetCardinality(count);
}

}  // namespace

BoundScan BindTextScan(std::shared_ptr<BoundTable> table) {
  auto bind = make_uniq<TextBindData>();
  bind->partitions = table->AllPartitions();
  bind->table = std::move(table);
  duckdb::TableFunction function("lake_scan", {}, Scan, nullptr, InitGlobal, InitLocal);
  function.table_scan_progress = Progress;
  function.get_partition_data = PartitionData;
  return {std::move(function), std::move(bind)};
}

void KeepTextPartitions(duckdb::FunctionData& bind_data, std::vector<size_t> partitions) {
  bind_data.Cast<TextBindData>().partitions = std::move(partitions);
}

const BadCells& BadCellsOf(const duckdb::LocalTableFunctionState& state) { return state.Cast<TextLocal>().bad; }

BoundScan BindRowsScan(std::shared_ptr<BoundTable> table) {
  auto bind = make_uniq<TextBindData>();
  bind->table = std::move(table);
  return {duckdb::TableFunction("lake_scan", {}, ScanRows, nullptr, InitRows), std::move(bind)};
}

}  // namespace tarn::engine

#include "engine/scan/deletes.h"

#include <algorithm>
#include <duckdb/common/types/vector.hpp>
#include <duckdb/execution/execution_context.hpp>
#include <duckdb/parallel/thread_context.hpp>
#include <functional>
#include <utility>

#include "engine/scan/bound_table.h"
#include "engine/scan/parquet_scan.h"

namespace tarn::engine {
namespace {

using duckdb::DataChunk;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::make_uniq;
using std::string;

constexpr int32_t kDeletePathField = 2147483546;
constexpr int32_t kDeletePositionField = 2147483545;

// Passes over the rows of a sorted list.
class PositionFilter : public duckdb::DeleteFilter {
 public:
  explicit PositionFilter(std::vector<uint64_t> rows) : rows_(std::move(rows)) {}

  idx_t Filter(duckdb::row_t start, idx_t count, duckdb::SelectionVector& result) override {
    result.Initialize(STANDARD_VECTOR_SIZE);
    const auto first = static_cast<uint64_t>(start);
    auto next = std::lower_bound(rows_.begin(), rows_.end(), first);
    idx_t kept = 0;
    for (idx_t i = 0; i < count; ++i) {
      if (next != rows_.end() && *next == first + i) {
        ++next;
      } else {
        result.set_index(kept++, i);
      }
    }
    return kept;
  }

 private:
  const std::vector<uint64_t> rows_;  // ascending, each once
};

class OneFile : public FilePlanner {
 public:
  explicit OneFile(File file) : file_(std::move(file)) {}
  Result<std::vector<File>> Plan(const Condition&) override { return std::vector<File>{file_}; }

 private:
  const File file_;
};

// Reads one Parquet file whole, by column numbers; `visit` gets flattened chunks.
void ReadFile(duckdb::ClientContext& context, SlotContext& slot, const BoundTable& of, const File& file,
              std::vector<ColumnDef> columns, std::vector<NamedField> mapping,
              const std::function<void(DataChunk&)>& visit) {
  auto binding = std::make_shared<TableBinding>();
  binding->columns = std::move(columns);
  binding->partitions.emplace_back();
  binding->planner = std::make_shared<OneFile>(file);
  binding->source = of.binding().source;
  binding->table_format.name_mapping = std::move(mapping);
  binding->virtual_columns = false;
  auto table = std::make_shared<BoundTable>(of.query_shared(), std::move(binding));
  BoundScan scan = BindParquetScan(context, slot, table, nullptr);

  duckdb::vector<duckdb::column_t> ids;
  duckdb::vector<LogicalType> types;
  for (size_t i = 0; i < table->file_columns(); ++i) {
    ids.push_back(i);
    types.push_back(table->types()[i]);
  }
  duckdb::TableFunctionInitInput init(scan.bind_data.get(), ids, {}, nullptr);
  auto global = scan.function.init_global(context, init);
  duckdb::ThreadContext thread(context);
  duckdb::ExecutionContext execution(context, thread, nullptr);
  auto local = scan.function.init_local(execution, init, global.get());
  DataChunk chunk;
  chunk.Initialize(duckdb::Allocator::Get(context), types);
  while (true) {
    if (of.query().cancelled()) throw duckdb::InterruptException();
    chunk.Reset();
    duckdb::TableFunctionInput input(scan.bind_data.get(), local.get(), global.get());
    input.results_execution_mode = duckdb::AsyncResultsExecutionMode::SYNCHRONOUS;
    scan.function.function(context, input, chunk);
    if (chunk.size() == 0) return;
    chunk.Flatten();
    visit(chunk);
  }
}

// Appends a row's value to a key, so that equal keys are equal values and NULL equals NULL.
void AppendKey(const duckdb::UnifiedVectorFormat& format, const LogicalType& type, idx_t row, string& key) {
  const idx_t at = format.sel->get_index(row);
  const bool valid = format.validity.RowIsValid(at);
  key += valid ? 'v' : 'n';
  if (!valid) return;
  if (type.InternalType() == duckdb::PhysicalType::VARCHAR) {
    const auto& text = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format)[at];
    const uint64_t size = text.GetSize();
    key.append(reinterpret_cast<const char*>(&size), sizeof(size));
    key.append(text.GetData(), size);
    return;
  }
  const size_t width = duckdb::GetTypeIdSize(type.InternalType());
  const char* bytes = reinterpret_cast<const char*>(format.data) + at * width;
  // Minus zero equals zero.
  const double number = type.InternalType() == duckdb::PhysicalType::DOUBLE  ? *reinterpret_cast<const double*>(bytes)
                        : type.InternalType() == duckdb::PhysicalType::FLOAT ? *reinterpret_cast<const float*>(bytes)
                                                                             : 1;
  if (number == 0) {
    key.append(width, '\0');
  } else {
    key.append(bytes, width);
  }
}

std::vector<string> Keys(DataChunk& chunk, const std::vector<size_t>& columns, idx_t count) {
  std::vector<string> keys(count);
  for (size_t column : columns) {
    duckdb::UnifiedVectorFormat format;
    chunk.data[column].ToUnifiedFormat(count, format);
    for (idx_t row = 0; row < count; ++row) AppendKey(format, chunk.data[column].GetType(), row, keys[row]);
  }
  return keys;
}

}  // namespace

void Deletes::ReadPositions(duckdb::ClientContext& context, SlotContext& slot, const DeleteFile& deletes,
                            PositionFile& into) {
  const std::vector<ColumnDef> columns = {
      {"file_path", Type{Kind::kVarchar}, FieldIds{.id = kDeletePathField}},
      {"pos", Type{Kind::kBigInt}, FieldIds{.id = kDeletePositionField}},
  };
  const std::vector<NamedField> names = {{.names = {"file_path"}, .id = kDeletePathField, .fields = {}},
                                         {.names = {"pos"}, .id = kDeletePositionField, .fields = {}}};
  ReadFile(context, slot, table_, *deletes.file, columns, names, [&](DataChunk& chunk) {
    const auto* paths = duckdb::FlatVector::GetData<duckdb::string_t>(chunk.data[0]);
    const auto* rows = duckdb::FlatVector::GetData<int64_t>(chunk.data[1]);
    Rows* of_path = nullptr;
    std::string_view path;
    for (idx_t i = 0; i < chunk.size(); ++i) {
      if (duckdb::FlatVector::IsNull(chunk.data[0], i) || duckdb::FlatVector::IsNull(chunk.data[1], i) || rows[i] < 0) {
        ThrowFailure(table_.query(), Fail(kBadData, "Malformed delete file: " + deletes.file->path));
      }
      const std::string_view each(paths[i].GetData(), paths[i].GetSize());
      if (of_path == nullptr || each != path) {
        const auto place = into.rows.try_emplace(string(each)).first;
        path = place->first;
        of_path = &place->second;
      }
      of_path->push_back(static_cast<uint64_t>(rows[i]));
    }
  });
}

Deletes::Rows Deletes::ReadVector(const DeleteFile& deletes) {
  QueryState& query = table_.query();
  const TableBinding& binding = table_.binding();
  if (!binding.table_format.decode_vector) ThrowFailure(query, Fail(kInternal, "deletion vectors cannot be decoded"));
  if (deletes.offset > deletes.file->size_bytes || deletes.length > deletes.file->size_bytes - deletes.offset) {
    ThrowFailure(query, Fail(kBadData, "Malformed deletion vector: " + deletes.file->path));
  }
  auto file = OrThrow(query, QueryState::Open(table_.query_shared(), {binding.source, *deletes.file}));
  string blob(deletes.length, '\0');
  OrThrow(query, file->ReadAt(deletes.offset, blob));
  return OrThrow(query, binding.table_format.decode_vector(blob));
}

duckdb::unique_ptr<duckdb::DeleteFilter> Deletes::PositionsOf(duckdb::ClientContext& context, SlotContext& slot,
                                                              const File& file) {
  if (!file.detail) return nullptr;
  Rows gone = file.detail->deleted;
  for (const auto& deletes : file.detail->deletes) {
    if (deletes->kind == DeleteFile::Kind::kEquality) continue;
    if (deletes->kind == DeleteFile::Kind::kVector) {
      const Rows rows = ReadVector(*deletes);
      gone.insert(gone.end(), rows.begin(), rows.end());
      continue;
    }
    PositionFile* read = nullptr;
    {
      std::lock_guard lock(mutex_);
      auto& place = positions_[deletes->file->path];
      if (!place) place = std::make_unique<PositionFile>();
      read = place.get();
    }
    std::lock_guard lock(read->mutex);
    if (!read->read) {
      ReadPositions(context, slot, *deletes, *read);
      read->read = true;
    }
    if (const auto found = read->rows.find(file.path); found != read->rows.end()) {
      gone.insert(gone.end(), found->second.begin(), found->second.end());
    }
  }
  if (gone.empty()) return nullptr;
  std::sort(gone.begin(), gone.end());
  gone.erase(std::unique(gone.begin(), gone.end()), gone.end());
  return make_uniq<PositionFilter>(std::move(gone));
}

Deletes::EqualityIndex* Deletes::Indexed(duckdb::ClientContext& context, SlotContext& slot, const DeleteFile& deletes,
                                         uint32_t* ordinal) {
  const TableBinding& binding = table_.binding();
  std::vector<int32_t> ids = deletes.equality_ids;
  std::sort(ids.begin(), ids.end());
  {
    std::shared_lock lock(equality_mutex_);
    if (const auto found = equality_files_.find(deletes.file->path); found != equality_files_.end()) {
      *ordinal = found->second;
      return &equality_.find(ids)->second;
    }
  }
  std::unique_lock lock(equality_mutex_);
  EqualityIndex& index = equality_[ids];
  if (index.columns.empty()) {
    const auto& known = binding.table_format.equality_columns;
    for (int32_t id : ids) {
      const auto place = std::find_if(known.begin(), known.end(), [&](size_t column) {
        return binding.columns[column].field && binding.columns[column].field->id == id;
      });
      if (place == known.end()) {
        ThrowFailure(table_.query(), Fail(kInternal, "an equality delete compares a column that is not read"));
      }
      index.columns.push_back(static_cast<size_t>(place - known.begin()));
    }
  }
  const auto [file, fresh] = equality_files_.try_emplace(deletes.file->path, equality_files_.size());
  *ordinal = file->second;
  if (!fresh) return &index;
  std::vector<ColumnDef> columns;
  std::vector<size_t> places;
  for (size_t column : index.columns) {
    places.push_back(columns.size());
    columns.push_back(binding.columns[binding.table_format.equality_columns[column]]);
  }
  const auto& names = binding.table_format.name_mapping;
  ReadFile(context, slot, table_, *deletes.file, std::move(columns), names, [&](DataChunk& chunk) {
    for (string& key : Keys(chunk, places, chunk.size())) {
      auto& files = index.files_of_key[std::move(key)];
      if (files.empty() || files.back() != *ordinal) files.push_back(*ordinal);
    }
  });
  return &index;
}

idx_t Deletes::SelectUnequal(duckdb::ClientContext& context, SlotContext& slot, const File& file, DataChunk& chunk,
                             const std::vector<size_t>& column_at, duckdb::SelectionVector& selection) {
  const idx_t count = chunk.size();
  std::map<EqualityIndex*, std::vector<uint32_t>> wanted;
  for (const auto& deletes : file.detail->deletes) {
    if (deletes->kind != DeleteFile::Kind::kEquality) continue;
    uint32_t ordinal = 0;
    EqualityIndex* index = Indexed(context, slot, *deletes, &ordinal);
    wanted[index].push_back(ordinal);
  }
  std::vector<bool> gone(count);
  std::shared_lock lock(equality_mutex_);
  for (auto& [index, ordinals] : wanted) {
    std::sort(ordinals.begin(), ordinals.end());
    std::vector<size_t> columns;
    for (size_t column : index->columns) columns.push_back(column_at[column]);
    const std::vector<string> keys = Keys(chunk, columns, count);
    for (idx_t row = 0; row < count; ++row) {
      const auto found = index->files_of_key.find(keys[row]);
      if (found == index->files_of_key.end()) continue;
      gone[row] = gone[row] || std::any_of(found->second.begin(), found->second.end(), [&](uint32_t ordinal) {
                    return std::binary_search(ordinals.begin(), ordinals.end(), ordinal);
                  });
    }
  }
  idx_t kept = 0;
  for (idx_t row = 0; row < count; ++row) {
    if (!gone[row]) selection.set_index(kept++, row);
  }
  return kept;
}

}  // namespace tarn::engine

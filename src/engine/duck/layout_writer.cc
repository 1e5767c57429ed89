#include "engine/duck/layout_writer.h"

#include <fmt/format.h>

#include <duckdb/execution/execution_context.hpp>
#include <duckdb/function/copy_function.hpp>
#include <duckdb/main/profiling_utils.hpp>
#include <duckdb/parallel/thread_context.hpp>
#include <utility>

#include "base/random.h"
#include "engine/duck/file_system.h"
#include "engine/duck/write.h"
#include "engine/text/row_writer.h"

namespace tarn::engine {
namespace {

using duckdb::DataChunk;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;

// How COPY's FIELD_IDS wants them: a number, or a struct of the parts with the column's own among them.
Value FieldIdValue(const ColumnIds& ids, const LogicalType& type) {
  if (ids.children.empty()) return Value::INTEGER(ids.id);
  duckdb::child_list_t<Value> parts;
  parts.emplace_back("__duckdb_field_id", Value::INTEGER(ids.id));
  switch (type.id()) {
    case LogicalTypeId::LIST:
      parts.emplace_back("element", FieldIdValue(ids.children[0], duckdb::ListType::GetChildType(type)));
      break;
    case LogicalTypeId::MAP:
      parts.emplace_back("key", FieldIdValue(ids.children[0], duckdb::MapType::KeyType(type)));
      parts.emplace_back("value", FieldIdValue(ids.children[1], duckdb::MapType::ValueType(type)));
      break;
    case LogicalTypeId::STRUCT: {
      const auto& fields = duckdb::StructType::GetChildTypes(type);
      for (size_t i = 0; i < fields.size() && i < ids.children.size(); ++i) {
        parts.emplace_back(fields[i].first, FieldIdValue(ids.children[i], fields[i].second));
      }
      break;
    }
    default:
      break;
  }
  return Value::STRUCT(std::move(parts));
}

}  // namespace

LayoutWriter::LayoutWriter(duckdb::ClientContext& context, duckdb::CopyFunction& copy, const WriteTarget& target,
                           const duckdb::vector<std::string>& names, const duckdb::vector<duckdb::LogicalType>& types)
    : context_(context), copy_(copy), target_(target), layout_(*target.layout) {
  const size_t columns = layout_.field_ids.size();
  if (layout_.side + columns + layout_.keys != types.size()) {
    throw duckdb::InvalidInputException("the rows to be written have %d columns, not %d", types.size(),
                                        layout_.side + columns + layout_.keys);
  }
  for (size_t i = layout_.side; i < layout_.side + columns; ++i) {
    names_.push_back(names[i]);
    types_.push_back(types[i]);
  }
}

// What is open is given up: destroying its handle leaves nothing.
LayoutWriter::~LayoutWriter() = default;

void LayoutWriter::Bind() {
  info_.is_from = false;
  info_.format = "parquet";
  info_.file_path = kOutputRoot;
  info_.options["compression"] = {Value(CodecName(target_.codec))};
  duckdb::child_list_t<Value> ids;
  for (size_t i = 0; i < names_.size(); ++i) ids.emplace_back(names_[i], FieldIdValue(layout_.field_ids[i], types_[i]));
  info_.options["field_ids"] = {Value::STRUCT(std::move(ids))};
  for (const auto& [key, value] : target_.parquet_options) info_.options[key] = {Value(value)};
  duckdb::CopyFunctionBindInput input(info_, copy_.function_info);
  bind_ = copy_.copy_to_bind(context_, input, names_, types_);
  thread_ = duckdb::make_uniq<duckdb::ThreadContext>(context_);
}

LayoutWriter::Keys LayoutWriter::KeysAt(DataChunk& chunk, idx_t row) const {
  Keys keys(layout_.keys);
  const size_t first = chunk.ColumnCount() - layout_.keys;
  for (size_t i = 0; i < layout_.keys; ++i) {
    const Value value = chunk.GetValue(first + i, row);
    if (!value.IsNull()) keys[i] = value.ToString();
  }
  return keys;
}

void LayoutWriter::Write(DataChunk& chunk) {
  duckdb::SelectionVector rows(chunk.size());
  idx_t count = 0;
  if (layout_.flagged) {
    auto& flags = chunk.data[layout_.side - 1];
    const auto* values = duckdb::FlatVector::GetData<bool>(flags);
    for (idx_t row = 0; row < chunk.size(); ++row) {
      if (!duckdb::FlatVector::IsNull(flags, row) && values[row]) rows.set_index(count++, row);
    }
  } else {
    for (; count < chunk.size(); ++count) rows.set_index(count, count);
  }
  idx_t from = 0;
  while (from < count) {
    Keys keys = KeysAt(chunk, rows.get_index(from));
    idx_t to = count;
    if (layout_.keys > 0 && KeysAt(chunk, rows.get_index(count - 1)) != keys) {
      for (to = from + 1; to < count && KeysAt(chunk, rows.get_index(to)) == keys;) ++to;
    }
    if (global_ && file_.partition_values != keys) CloseFile();
    if (!global_) OpenFile(std::move(keys));
    Append(chunk, rows, from, to - from);
    from = to;
  }
}

void LayoutWriter::Append(DataChunk& chunk, duckdb::SelectionVector& rows, idx_t from, idx_t count) {
  DataChunk part;
  part.InitializeEmpty(types_);
  for (size_t i = 0; i < types_.size(); ++i) part.data[i].Reference(chunk.data[layout_.side + i]);
  part.SetCardinality(chunk.size());
  if (count != chunk.size()) {
    duckdb::SelectionVector selected(count);
    for (idx_t i = 0; i < count; ++i) selected.set_index(i, rows.get_index(from + i));
    part.Slice(selected, count);
    part.Flatten();
  }
  duckdb::ExecutionContext execution(context_, *thread_, nullptr);
  copy_.copy_to_sink(execution, *bind_, *global_, *local_, part);
  file_.rows += count;
  if (copy_.rotate_next_file != nullptr && copy_.rotate_next_file(*global_, *bind_, target_.file_bytes_target)) {
    CloseFile();
  }
}

void LayoutWriter::OpenFile(Keys keys) {
  if (!bind_) Bind();
  file_ = {};
  std::string folders;
  for (size_t i = 0; i < keys.size(); ++i) folders += PartitionFolder(std::to_string(i), keys[i]) + "/";
  file_.name = fmt::format("{}{}-{}.parquet", folders, target_.name_prefix, RandomUuid());
  file_.partition_values = std::move(keys);
  global_ = copy_.copy_to_initialize_global(context_, *bind_, std::string(kOutputRoot) + "/" + file_.name);
  duckdb::ExecutionContext execution(context_, *thread_, nullptr);
  local_ = copy_.copy_to_initialize_local(execution, *bind_);
}

void LayoutWriter::CloseFile() {
  duckdb::ExecutionContext execution(context_, *thread_, nullptr);
  copy_.copy_to_combine(execution, *bind_, *global_, *local_);
  copy_.copy_to_finalize(context_, *bind_, *global_);
  if (copy_.copy_to_get_written_statistics != nullptr) {
    duckdb::CopyFunctionFileStatistics statistics;
    copy_.copy_to_get_written_statistics(context_, *bind_, *global_, statistics);
    file_.size_bytes = statistics.file_size_bytes;
  }
  local_.reset();
  global_.reset();
  written_.push_back(std::move(file_));
  file_ = {};
}

std::vector<WrittenFile> LayoutWriter::Finish() {
  if (global_) CloseFile();
  return std::move(written_);
}

}  // namespace tarn::engine

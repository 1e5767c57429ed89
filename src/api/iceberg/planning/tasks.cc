#include "api/iceberg/planning/tasks.h"

#include <algorithm>

#include "base/hash.h"
#include "base/strings.h"

namespace tarn::api::iceberg_rest {
namespace {

using iceberg::FileContent;

std::string_view NameOf(FileContent content) {
  if (content == FileContent::kData) return "data";
  return content == FileContent::kPositionDeletes ? "position-deletes" : "equality-deletes";
}

// {"keys": […], "values": […]} of the wanted fields.
template <typename T, typename Write>
void WriteMap(json::Writer& out, std::string_view key, const iceberg::ByColumn<T>& columns,
              const std::vector<int32_t>& wanted, const Write& write) {
  const auto is_wanted = [&](const auto& each) { return std::ranges::binary_search(wanted, each.first); };
  if (std::ranges::none_of(columns, is_wanted)) return;
  out.Key(key).BeginObject().Key("keys").BeginArray();
  for (const auto& each : columns) {
    if (is_wanted(each)) out.Int(each.first);
  }
  out.EndArray().Key("values").BeginArray();
  for (const auto& each : columns) {
    if (is_wanted(each)) write(each.second);
  }
  out.EndArray().EndObject();
}

template <typename Numbers>
void WriteNumbers(json::Writer& out, std::string_view key, const Numbers& numbers) {
  if (numbers.empty()) return;
  out.Key(key).BeginArray();
  for (const auto number : numbers) out.Int(number);
  out.EndArray();
}

}  // namespace

ScanTasks::ScanTasks(const iceberg::Scan& scan, const iceberg::Schema& schema, const std::vector<int32_t>& stats_fields)
    : scan_(scan), schema_(schema), stats_fields_(stats_fields) {
  tasks_.BeginArray();
  deletes_.BeginArray();
}

void ScanTasks::WriteFile(json::Writer& out, const iceberg::DataFile& file, bool statistics) const {
  out.BeginObject().Key("spec-id").Int(file.spec_id).Key("content").String(NameOf(file.content));
  out.Key("file-path").String(file.path).Key("file-format").String(AsciiLower(file.format));
  out.Key("partition").BeginArray();
  if (const iceberg::Type* type = scan_.TupleTypeOf(file.spec_id)) {
    const auto& fields = type->fields();
    for (size_t i = 0; i < fields.size() && i < file.partition.size(); ++i) {
      iceberg::WriteValue(out, fields[i].type, file.partition[i]);
    }
  }
  out.EndArray().Key("file-size-in-bytes").Int(file.file_bytes).Key("record-count").Int(file.record_count);
  if (statistics && !stats_fields_.empty()) {
    const auto count = [&](int64_t number) { out.Int(number); };
    const auto bound = [&](const std::string& bytes) { out.String(AsciiUpper(Hex(bytes))); };
    WriteMap(out, "column-sizes", file.column_sizes, stats_fields_, count);
    WriteMap(out, "value-counts", file.value_counts, stats_fields_, count);
    WriteMap(out, "null-value-counts", file.null_counts, stats_fields_, count);
    WriteMap(out, "nan-value-counts", file.nan_counts, stats_fields_, count);
    WriteMap(out, "lower-bounds", file.lower_bounds, stats_fields_, bound);
    WriteMap(out, "upper-bounds", file.upper_bounds, stats_fields_, bound);
  }
  if (!file.key_metadata.empty()) out.Key("key-metadata").String(AsciiUpper(Hex(file.key_metadata)));
  WriteNumbers(out, "split-offsets", file.split_offsets);
  WriteNumbers(out, "equality-ids", file.equality_ids);
  if (file.sort_order_id) out.Key("sort-order-id").Int(*file.sort_order_id);
  if (file.first_row_id && file.content == FileContent::kData) out.Key("first-row-id").Int(*file.first_row_id);
  if (file.referenced_data_file) out.Key("referenced-data-file").String(*file.referenced_data_file);
  if (file.content_offset) out.Key("content-offset").Int(*file.content_offset);
  if (file.content_bytes) out.Key("content-size-in-bytes").Int(*file.content_bytes);
  out.EndObject();
}

void ScanTasks::Add(const catalog::PlannedFile& file) {
  tasks_.BeginObject().Key("data-file");
  WriteFile(tasks_, file.entry.file, true);
  if (!file.deletes.empty()) {
    tasks_.Key("delete-file-references").BeginArray();
    for (const auto& each : file.deletes) {
      const auto [place, is_new] = places_.emplace(each.get(), static_cast<int64_t>(places_.size()));
      if (is_new) WriteFile(deletes_, each->file, false);
      tasks_.Int(place->second);
    }
    tasks_.EndArray();
  }
  tasks_.Key("residual-filter");
  iceberg::WriteExpression(tasks_, file.residual, schema_);
  tasks_.EndObject();
  ++count_;
}

void ScanTasks::WriteMembers(json::Writer& out) {
  if (!places_.empty()) out.Key("delete-files").Raw(deletes_.EndArray().text());
  out.Key("file-scan-tasks").Raw(tasks_.EndArray().text());
}

}  // namespace tarn::api::iceberg_rest

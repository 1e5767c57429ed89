#include "engine/duck/write.h"

#include <cstring>
#include <duckdb/parser/statement/copy_statement.hpp>
#include <optional>
#include <string>
#include <utility>

#include "engine/duck/file_system.h"
#include "engine/text/row_writer.h"

namespace tarn::engine {

using duckdb::Value;

const char* CodecName(WriteTarget::Codec codec) {
  switch (codec) {
    case WriteTarget::Codec::kNone:
      return "uncompressed";
    case WriteTarget::Codec::kGzip:
      return "gzip";
    case WriteTarget::Codec::kZstd:
      return "zstd";
    default:
      return "snappy";
  }
}

duckdb::unique_ptr<duckdb::SQLStatement> WrapWrite(duckdb::unique_ptr<duckdb::SQLStatement> select,
                                                   const WriteTarget& target) {
  if (select->type != duckdb::StatementType::SELECT_STATEMENT)
    throw duckdb::PermissionException("only a SELECT writes");
  auto copy = duckdb::make_uniq<duckdb::CopyStatement>();
  copy->info = duckdb::make_uniq<duckdb::CopyInfo>();
  duckdb::CopyInfo& info = *copy->info;
  info.is_from = false;
  info.format = "parquet";
  info.is_format_auto_detected = false;
  info.file_path = kOutputRoot;
  info.select_statement = std::move(select->Cast<duckdb::SelectStatement>().node);
  info.options["compression"] = {Value(CodecName(target.codec))};
  info.options["filename_pattern"] = {Value(target.name_prefix + "-{uuid}")};
  info.options["return_stats"] = {Value::BOOLEAN(true)};
  info.options["overwrite_or_ignore"] = {Value::BOOLEAN(true)};
  if (target.partition_columns.empty()) {
    info.options["file_size_bytes"] = {Value::UBIGINT(target.file_bytes_target)};
    info.options["write_empty_file"] = {Value::BOOLEAN(false)};
  } else {
    auto& columns = info.options["partition_by"];
    for (const std::string& column : target.partition_columns) columns.emplace_back(column);
  }
  return copy;
}

Status ReadWritten(duckdb::QueryResult& result, const WriteTarget& target, Outcome& outcome) {
  while (auto chunk = result.Fetch()) {
    for (duckdb::idx_t row = 0; row < chunk->size(); ++row) {
      WrittenFile file;
      file.name = AsHivePath(chunk->GetValue(0, row).ToString().substr(std::strlen(kOutputRoot) + 1));
      file.rows = chunk->GetValue(1, row).GetValue<uint64_t>();
      file.size_bytes = chunk->GetValue(2, row).GetValue<uint64_t>();
      const Value keys = chunk->GetValue(5, row);
      file.partition_values.resize(target.partition_columns.size());
      if (!keys.IsNull()) {
        for (const Value& entry : duckdb::MapValue::GetChildren(keys)) {
          const auto& pair = duckdb::StructValue::GetChildren(entry);
          for (size_t i = 0; i < target.partition_columns.size(); ++i) {
            if (!duckdb::StringUtil::CIEquals(pair[0].ToString(), target.partition_columns[i])) continue;
            if (!pair[1].IsNull()) file.partition_values[i] = pair[1].ToString();
          }
        }
      }
      outcome.statistics.result_rows += file.rows;
      outcome.written.push_back(std::move(file));
    }
    if (chunk->size() == 0) break;
  }
  if (result.HasError()) result.ThrowError();
  return Ok();
}

}  // namespace tarn::engine

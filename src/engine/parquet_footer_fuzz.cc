// Parquet footers and Hive types are foreign bytes: whatever they hold, decoding ends and answers.
#include "engine/column_type.h"
#include "engine/parquet_footer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto summary = tarn::engine::DecodeParquetFooter(bytes);
  if (summary.ok()) {
    for (const auto& column : summary->columns) (void)tarn::engine::HiveTypeName(column.type);
  }
  (void)tarn::engine::DecodeParquetDetails(bytes).ok();
  auto type = tarn::engine::ParseHiveType(bytes);
  if (type.ok() && !tarn::engine::ParseHiveType(tarn::engine::HiveTypeName(*type)).ok()) __builtin_trap();
  return 0;
}

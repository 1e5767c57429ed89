// What Glue writes into a table for each format: Hive's input and output formats, the SerDe and its parameters.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "formats/schema.h"

namespace tarn::formats {

struct HiveFormat {
  std::string input_format;
  std::string output_format;
  std::string serde;
  std::map<std::string, std::string> serde_parameters;
  std::map<std::string, std::string> table_parameters;  // classification, delimiter, skip.header.line.count …
};

// Of a crawled file's schema. kUnknown has no form (asserted).
HiveFormat HiveFormatOf(const FileSchema& schema);

inline constexpr std::string_view kTextInputFormat = "org.apache.hadoop.mapred.TextInputFormat";
inline constexpr std::string_view kTextOutputFormat = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat";
inline constexpr std::string_view kParquetInputFormat = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat";
inline constexpr std::string_view kParquetOutputFormat =
    "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat";
inline constexpr std::string_view kLazySimpleSerDe = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";
inline constexpr std::string_view kOpenCsvSerDe = "org.apache.hadoop.hive.serde2.OpenCSVSerde";
inline constexpr std::string_view kOpenXJsonSerDe = "org.openx.data.jsonserde.JsonSerDe";
inline constexpr std::string_view kParquetSerDe = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";

}  // namespace tarn::formats

#include "formats/hive.h"

#include <cassert>

namespace tarn::formats {
namespace {

HiveFormat CsvFormat(const FileSchema& schema) {
  HiveFormat out{.input_format = std::string(kTextInputFormat), .output_format = std::string(kTextOutputFormat)};
  const std::string delimiter(1, schema.csv.delimiter);
  if (schema.csv.quoted) {
    // LazySimpleSerDe keeps quotes as data; tables of quoted files answer right only through this one.
    out.serde = kOpenCsvSerDe;
    out.serde_parameters = {{"separatorChar", delimiter}, {"quoteChar", std::string(1, schema.csv.quote)}};
  } else {
    out.serde = kLazySimpleSerDe;
    out.serde_parameters = {{"field.delim", delimiter}};
  }
  out.table_parameters = {
      {"delimiter", delimiter}, {"columnsOrdered", "true"}, {"areColumnsQuoted", schema.csv.quoted ? "true" : "false"}};
  if (schema.csv.header) out.table_parameters["skip.header.line.count"] = "1";
  return out;
}

}  // namespace

HiveFormat HiveFormatOf(const FileSchema& schema) {
  assert(schema.format != Format::kUnknown);
  HiveFormat out;
  if (schema.format == Format::kParquet) {
    out = {.input_format = std::string(kParquetInputFormat),
           .output_format = std::string(kParquetOutputFormat),
           .serde = std::string(kParquetSerDe),
           .serde_parameters = {{"serialization.format", "1"}}};
  } else if (schema.format == Format::kJson) {
    out = {.input_format = std::string(kTextInputFormat),
           .output_format = std::string(kTextOutputFormat),
           .serde = std::string(kOpenXJsonSerDe)};
    std::string paths;
    for (const Column& column : schema.columns) paths += (paths.empty() ? "" : ",") + column.name;
    out.serde_parameters["paths"] = paths;
  } else {
    out = CsvFormat(schema);
  }
  out.table_parameters["classification"] = NameOf(schema.format);
  out.table_parameters["compressionType"] = NameOf(schema.compression);
  out.table_parameters["typeOfData"] = "file";
  return out;
}

}  // namespace tarn::formats

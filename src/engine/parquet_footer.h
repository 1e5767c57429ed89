// Parquet footers: decoding the thrift metadata at a file's end, and row counts kept by file id.
//
// A footer is foreign bytes: every length is checked, nesting and counts are bounded, nothing is trusted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/inspect.h"
#include "engine/query_state.h"

namespace tarn::engine {

// `metadata` is the thrift structure between the last row group and the trailing length and magic.
Result<ParquetSummary> DecodeParquetFooter(std::string_view metadata);
Result<ParquetDetails> DecodeParquetDetails(std::string_view metadata);
// That structure's bytes, read from the file's end and checked for their frame.
Result<std::string> ReadFooterBytes(OpenFile& open, const File& file);

// Rows in these files: exact where few, extrapolated from a sample by size where many. Nothing when a footer cannot be
// read; the scan will say why. Not counted as scanned: the scan reads the footer again, and counts it then.
std::optional<uint64_t> CountParquetRows(QueryState& query, FileSource& source, const std::vector<const File*>& files);

}  // namespace tarn::engine

// Reads the beginning of a file and tells its format and schema.
//
// Built-in classifiers, in Glue's order: Parquet, ORC and Avro by their magic bytes, JSON and JSON Lines, CSV (comma,
// pipe, tab, semicolon, Ctrl-A; header and quotes detected). Text may be gzip, zstd or bzip2.
// Errors: kUnreadable (damaged compression, no text, no structure), whose message is for the crawl's log.
// Threads: pure functions on values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/schema.h"

namespace tarn::formats {

inline constexpr Reason kUnreadable{"formats.Unreadable", Code::kInvalidArgument};

// How much of a file's beginning InferText wants to see.
inline constexpr size_t kSampleBytes = size_t{1} << 20;

// Told by magic bytes alone; `text` for what must be looked into.
struct Magic {
  Format format = Format::kUnknown;
  Compression compression = Compression::kNone;
};
Magic DetectMagic(std::string_view head);

// Inflates at most `bytes_max` from the beginning of a compressed text; `head` may end anywhere.
Result<std::string> InflatePrefix(Compression compression, std::string_view head, size_t bytes_max);

// What a custom CSV classifier prescribes; the rest is detected.
struct CsvHints {
  std::optional<char> delimiter;
  std::optional<char> quote;
  std::optional<bool> header;
  std::vector<std::string> names;
  bool allow_single_column = false;
};

// Schema of decompressed text. `whole` tells that `text` is all of the file; else its last, cut record is left out.
Result<FileSchema> InferText(std::string_view text, bool whole, const CsvHints* hints = nullptr);
// The two classifiers behind it; nothing when the text is not theirs.
std::optional<FileSchema> InferJson(std::string_view text, bool whole);
std::optional<FileSchema> InferCsv(std::string_view text, bool whole, const CsvHints& hints);

}  // namespace tarn::formats

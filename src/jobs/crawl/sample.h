// Lists a target's files and reads the beginning of each to learn its schema.
//
// What lies in a folder or file whose name begins with "_" or "." (as _temporary, _SUCCESS) is left out, as are empty
// files, folder markers and what an exclude pattern matches. A file that cannot be read is noted and left out; it never
// ends the crawl.
// Threads: one crawl a thread; blocking.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/infer.h"
#include "jobs/crawl/crawler.h"
#include "jobs/crawl/folders.h"
#include "object/files.h"

namespace tarn::jobs::crawl {

struct SampleOptions {
  std::vector<std::string> exclusions;
  std::optional<uint32_t> files_per_folder;  // read so many of a folder's files; the others are taken to be alike
  std::optional<formats::CsvHints> csv;      // of a custom classifier
  std::function<bool()> stopping;            // asked between files
};

// A file that was left out, and why.
struct LeftOut {
  std::string url;
  std::string reason;
};

struct Sampled {
  std::vector<CrawledFile> files;
  std::vector<LeftOut> left_out;
  bool stopped = false;
};

// Without a configured sample size, so many files of a folder are read.
inline constexpr uint32_t kFilesPerFolder = 200;

// `target` is "bucket" and the prefix that ends with "/" or is empty, or names one file.
Result<Sampled> SampleTarget(const object::Files& files, const object::Location& target, const SampleOptions& options);

// Schema of one object from its first bytes (and its footer, for Parquet).
Result<formats::FileSchema> ReadSchema(const object::Files& files, const object::Version& version,
                                       const std::optional<formats::CsvHints>& csv);

}  // namespace tarn::jobs::crawl

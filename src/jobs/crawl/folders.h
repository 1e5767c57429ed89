// From files and their schemas to tables: which folder is a table, which folders below it are partitions.
//
// Follows how Glue's crawlers describe it: folders whose files are alike become partitions of one table; a level whose
// folders are all named key=value gives a partition key of that name, any other level "partition_0", "partition_1" ….
// A chain of single folders without such a sign is passed through: its last folder names the table. Files of one folder
// that are not alike become a table each.
// Pure; paths are relative to the crawled include path and use "/".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/schema.h"

namespace tarn::jobs::crawl {

struct CrawledFile {
  std::string path;  // "year=2026/a.csv"
  uint64_t size_bytes = 0;
  std::shared_ptr<const formats::FileSchema> schema;  // null: not read (past the sample), alike its folder's others
};

struct FoundPartition {
  std::vector<std::string> values;
  std::string folder;  // relative, with a final "/"
  formats::FileSchema schema;
  uint64_t objects = 0;
  uint64_t bytes = 0;
};

struct FoundTable {
  std::string root;  // relative folder with a final "/", "" for the include path itself, or a file's path
  bool is_file = false;
  std::vector<std::string> partition_keys;
  std::vector<FoundPartition> partitions;  // empty when there are no keys
  formats::FileSchema schema;              // of all its files together
  uint64_t objects = 0;
  uint64_t bytes = 0;
};

struct GroupingOptions {
  bool combine_compatible = false;      // CombineCompatibleSchemas: the format alone must agree
  std::optional<uint32_t> table_level;  // folders below the include path at which tables lie; 0 = itself
};

std::vector<FoundTable> FindTables(const std::vector<CrawledFile>& files, const GroupingOptions& options);

// The table name of a folder or file name: lower case, what is no letter, digit or "_" becomes "_".
std::string TableNameOf(std::string_view name);

// Glue's exclude patterns: * (not across "/"), ** (across), ?, [a-z], {x,y}, \ escapes.
bool MatchesGlob(std::string_view pattern, std::string_view path);

}  // namespace tarn::jobs::crawl

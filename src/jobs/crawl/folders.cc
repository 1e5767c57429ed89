#include "jobs/crawl/folders.h"

#include <algorithm>
#include <functional>
#include <map>

#include "base/strings.h"

namespace tarn::jobs::crawl {
namespace {

using formats::FileSchema;

struct Folder {
  std::map<std::string, Folder> folders;
  std::vector<const CrawledFile*> files;
};

class Grouper {
 public:
  explicit Grouper(const GroupingOptions& options) : options_(options) {}

  void Visit(const Folder& folder, const std::string& path, uint32_t level) {
    if (options_.table_level && level < *options_.table_level) {
      VisitFiles(folder, path);
      for (const auto& [name, child] : folder.folders) Visit(child, path + name + "/", level + 1);
      return;
    }
    const auto uniform = Uniform(folder);
    if (uniform && (options_.table_level || IsTableRoot(folder))) {
      AddTable(folder, path, *uniform);
      return;
    }
    if (!folder.files.empty()) {
      Folder only_files;
      only_files.files = folder.files;
      if (const auto files = Uniform(only_files)) {
        AddTable(only_files, path, *files);
      } else {
        VisitFiles(folder, path);
      }
    }
    for (const auto& [name, child] : folder.folders) Visit(child, path + name + "/", level + 1);
  }

  std::vector<FoundTable> Take() { return std::move(tables_); }

 private:
  // `declared`: key=value folders say by their names that they are one table. Columns of CSV go by position, though.
  bool Alike(const FileSchema& a, const FileSchema& b, bool declared) const {
    if (options_.combine_compatible || (declared && a.format != formats::Format::kCsv)) return a.format == b.format;
    return formats::Compatible(a, b);
  }

  // The schema of everything below when all of it is alike; nothing else, or when nothing was read.
  std::optional<FileSchema> Uniform(const Folder& folder) const {
    std::optional<FileSchema> merged;
    const auto meet = [&](const FileSchema& schema, bool declared) {
      if (merged && !Alike(*merged, schema, declared)) return false;
      merged = merged ? formats::MergeSchemas(*merged, schema) : schema;
      return true;
    };
    for (const CrawledFile* file : folder.files) {
      if (file->schema && !meet(*file->schema, false)) return std::nullopt;
    }
    for (const auto& [name, child] : folder.folders) {
      if (CountFiles(child) == 0) continue;
      const auto below = Uniform(child);
      if (!below || !meet(*below, name.find('=') != std::string::npos)) return std::nullopt;
    }
    return merged;
  }

  static size_t CountFiles(const Folder& folder) {
    size_t count = folder.files.size();
    for (const auto& [name, child] : folder.folders) count += CountFiles(child);
    return count;
  }

  // "year=2026", "2026", "2026-11-21", "06": names that tell values rather than things.
  static bool LooksLikePartition(std::string_view name) {
    const size_t equals = name.find('=');
    if (equals != std::string_view::npos && equals > 0) return true;
    return !name.empty() &&
           std::ranges::all_of(name, [](char c) { return (c >= '0' && c <= '9') || c == '-' || c == '_'; });
  }

  static bool IsTableRoot(const Folder& folder) {
    if (!folder.files.empty() || folder.folders.size() != 1) return true;
    return LooksLikePartition(folder.folders.begin()->first);
  }

  void VisitFiles(const Folder& folder, const std::string& path) {
    for (const CrawledFile* file : folder.files) {
      if (!file->schema) continue;
      tables_.push_back({.root = path + file->path.substr(file->path.rfind('/') + 1),
                         .is_file = true,
                         .schema = *file->schema,
                         .objects = 1,
                         .bytes = file->size_bytes});
    }
  }

  // The depth of all files below, when it is one.
  static std::optional<size_t> UniformDepth(const Folder& folder) {
    std::optional<size_t> depth;
    if (!folder.files.empty()) depth = 0;
    for (const auto& [name, child] : folder.folders) {
      if (CountFiles(child) == 0) continue;
      const auto below = UniformDepth(child);
      if (!below || (depth && *depth != *below + 1)) return std::nullopt;
      depth = *below + 1;
    }
    return depth;
  }

  static void NameLevels(const Folder& folder, size_t level, std::vector<std::optional<std::string>>& keys) {
    for (const auto& [name, child] : folder.folders) {
      if (CountFiles(child) == 0) continue;
      const size_t equals = name.find('=');
      const std::string key = equals == std::string::npos ? "" : TableNameOf(name.substr(0, equals));
      if (!keys[level]) {
        keys[level] = key;
      } else if (*keys[level] != key) {
        keys[level] = "";
      }
      if (level + 1 < keys.size()) NameLevels(child, level + 1, keys);
    }
  }

  void AddPartitions(const Folder& folder, const std::string& path, std::vector<std::string>& values,
                     FoundTable& table) const {
    if (values.size() == table.partition_keys.size()) {
      FoundPartition partition{.values = values, .folder = path, .schema = Uniform(folder).value_or(table.schema)};
      for (const CrawledFile* file : folder.files) {
        ++partition.objects;
        partition.bytes += file->size_bytes;
      }
      table.partitions.push_back(std::move(partition));
      return;
    }
    const bool named = !table.partition_keys[values.size()].starts_with("partition_");
    for (const auto& [name, child] : folder.folders) {
      if (CountFiles(child) == 0) continue;
      std::string value = named ? name.substr(name.find('=') + 1) : name;
      values.push_back(PercentDecode(value).value_or(value));
      AddPartitions(child, path + name + "/", values, table);
      values.pop_back();
    }
  }

  static void Count(const Folder& folder, FoundTable& table) {
    for (const CrawledFile* file : folder.files) {
      ++table.objects;
      table.bytes += file->size_bytes;
    }
    for (const auto& [name, child] : folder.folders) Count(child, table);
  }

  void AddTable(const Folder& folder, const std::string& path, const FileSchema& schema) {
    FoundTable table{.root = path, .schema = schema};
    Count(folder, table);
    // Files at several depths are one table without partitions: a scan of its folder reads them all.
    const size_t depth = UniformDepth(folder).value_or(0);
    if (depth > 0) {
      std::vector<std::optional<std::string>> keys(depth);
      NameLevels(folder, 0, keys);
      for (size_t i = 0; i < keys.size(); ++i) {
        const bool repeated =
            std::ranges::find(table.partition_keys, keys[i].value_or("")) != table.partition_keys.end();
        table.partition_keys.push_back(keys[i] && !keys[i]->empty() && !repeated ? *keys[i]
                                                                                 : "partition_" + std::to_string(i));
      }
      std::vector<std::string> values;
      AddPartitions(folder, path, values, table);
    }
    tables_.push_back(std::move(table));
  }

  const GroupingOptions& options_;
  std::vector<FoundTable> tables_;
};

bool MatchesAny(std::string_view alternatives, std::string_view rest, std::string_view path) {
  int depth = 0;
  size_t start = 0;
  for (size_t i = 0; i <= alternatives.size(); ++i) {
    const char c = i < alternatives.size() ? alternatives[i] : ',';
    if (c == '{') ++depth;
    if (c == '}') --depth;
    if (c == ',' && depth == 0) {
      if (MatchesGlob(std::string(alternatives.substr(start, i - start)) + std::string(rest), path)) return true;
      start = i + 1;
    }
  }
  return false;
}

// Whether `c` is in the class that begins after "["; `end` becomes the place after "]".
bool InClass(std::string_view pattern, size_t& end, char c) {
  size_t i = 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) ++i;
  bool found = false;
  for (const size_t first = i; i < pattern.size() && (pattern[i] != ']' || i == first); ++i) {
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      found = found || (pattern[i] <= c && c <= pattern[i + 2]);
      i += 2;
    } else {
      found = found || pattern[i] == c;
    }
  }
  end = i + 1;
  return found != negated && c != '/';
}

size_t ClosingBrace(std::string_view pattern) {
  int depth = 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '{') ++depth;
    if (pattern[i] == '}' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

}  // namespace

std::vector<FoundTable> FindTables(const std::vector<CrawledFile>& files, const GroupingOptions& options) {
  Folder root;
  for (const CrawledFile& file : files) {
    Folder* folder = &root;
    const auto parts = Split(file.path, '/');
    for (size_t i = 0; i + 1 < parts.size(); ++i) folder = &folder->folders[std::string(parts[i])];
    folder->files.push_back(&file);
  }
  Grouper grouper(options);
  grouper.Visit(root, "", 0);
  return grouper.Take();
}

std::string TableNameOf(std::string_view name) {
  std::string out = AsciiLower(name);
  for (char& c : out) {
    const bool kept =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
    if (!kept) c = '_';
  }
  return out;
}

bool MatchesGlob(std::string_view pattern, std::string_view path) {
  while (!pattern.empty()) {
    const char c = pattern[0];
    if (c == '*') {
      const bool deep = pattern.starts_with("**");
      const std::string_view rest = pattern.substr(deep ? 2 : 1);
      for (size_t i = 0; i <= path.size(); ++i) {
        if (MatchesGlob(rest, path.substr(i))) return true;
        if (i < path.size() && path[i] == '/' && !deep) return false;
      }
      return false;
    }
    if (c == '{') {
      const size_t close = ClosingBrace(pattern);
      if (close != std::string_view::npos) {
        return MatchesAny(pattern.substr(1, close - 1), pattern.substr(close + 1), path);
      }
    }
    if (path.empty()) return false;
    if (c == '[') {
      size_t end = 0;
      if (!InClass(pattern, end, path[0])) return false;
      pattern.remove_prefix(std::min(end, pattern.size()));
    } else if (c == '?') {
      if (path[0] == '/') return false;
      pattern.remove_prefix(1);
    } else {
      if (c == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
      if (pattern[0] != path[0]) return false;
      pattern.remove_prefix(1);
    }
    path.remove_prefix(1);
  }
  return path.empty();
}

}  // namespace tarn::jobs::crawl

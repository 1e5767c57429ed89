// Bytes and listings of the lake's objects for the engine, and the tables' SerDes as its formats.
#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "engine/errors.h"
#include "object/errors.h"
#include "object/storage_class.h"
#include "query/lake/lake.h"
#include "query/lake/source.h"
#include "tables/object_file.h"

namespace tarn::query {
namespace {

std::string FileId(std::string_view bucket, std::string_view key, std::string_view version, std::string_view etag,
                   Timestamp modified) {
  return fmt::format("{}/{}@{}#{}#{}", bucket, key, version, etag, modified.micros);
}

bool IsHidden(std::string_view relative) {
  for (std::string_view part : Split(relative, '/')) {
    if (!part.empty() && (part.front() == '_' || part.front() == '.')) return true;
  }
  return false;
}

// A delimiter as SerDe parameters write one: ",", "\t", "\001", "1".
char Delimiter(const std::string& text, char otherwise) {
  if (text.empty()) return otherwise;
  if (text.size() == 1) return text[0] >= '0' && text[0] <= '9' ? static_cast<char>(text[0] - '0') : text[0];
  if (text[0] == '\\') {
    if (text[1] == 't') return '\t';
    if (text[1] == 'n') return '\n';
    if (text[1] == '\\') return '\\';
    const std::string_view digits = std::string_view(text).substr(text[1] == 'u' ? 2 : 1);
    int value = 0;
    for (char c : digits) {
      if (c < '0' || c > '7') return text[1];
      value = value * 8 + (c - '0');
    }
    return static_cast<char>(value);
  }
  if (auto code = ParseU64(text); code && *code < 256) return static_cast<char>(*code);
  return text[0];
}

const std::string* Setting(const catalog::Table& table, std::string_view key) {
  if (table.storage && table.storage->serde) {
    if (const std::string* value = catalog::Find(table.storage->serde->parameters, key)) return value;
  }
  return catalog::Find(table.parameters, key);
}

void ReadTextOptions(const catalog::Table& table, engine::Format format, engine::TextOptions& text) {
  auto get = [&](std::string_view key) -> std::string {
    const std::string* value = Setting(table, key);
    return value == nullptr ? "" : *value;
  };
  text.skip_header_lines = static_cast<uint32_t>(ParseU64(get("skip.header.line.count")).value_or(0));
  if (format == engine::Format::kCsv) {
    text.delimiter = Delimiter(get("separatorChar"), ',');
    text.quote = Delimiter(get("quoteChar"), '"');
    text.escape = Delimiter(get("escapeChar"), '\\');
    return;
  }
  if (format == engine::Format::kJson) {
    text.ignore_malformed_json = EqualsIgnoreCase(get("ignore.malformed.json"), "true");
    text.case_sensitive_json = EqualsIgnoreCase(get("case.insensitive"), "false");
    if (!table.storage || !table.storage->serde || !table.storage->serde->parameters) return;
    for (const auto& [key, value] : *table.storage->serde->parameters) {
      if (key.starts_with("mapping.")) text.json_key_of_column[AsciiLower(key.substr(8))] = value;
    }
    return;
  }
  text.delimiter = Delimiter(get("field.delim"), Delimiter(get("serialization.format"), '\001'));
  text.escape = Delimiter(get("escape.delim"), 0);
  const std::string collection = get("collection.delim");
  text.collection_delimiter = Delimiter(collection.empty() ? get("colelction.delim") : collection, '\002');
  text.map_key_delimiter = Delimiter(get("mapkey.delim"), '\003');
  if (const std::string* null_text = Setting(table, "serialization.null.format")) text.null_text = *null_text;
}

}  // namespace

Result<std::unique_ptr<engine::OpenFile>> ObjectSource::Open(const engine::File& file) {
  TARN_TRY(object::Location location, object::ParseLocation(file.path));
  TARN_TRY(object::Version version, files_.Head(location.bucket, location.key));
  if (FileId(version.bucket, version.key, version.version_id, version.etag, version.modified) != file.id) {
    return Fail(engine::kCannotOpenFile, fmt::format("{} was replaced while the query ran", file.path));
  }
  return std::unique_ptr<engine::OpenFile>(std::make_unique<tables::ObjectFile>(files_, std::move(version)));
}

Result<std::vector<std::vector<engine::File>>> FolderLister::List(std::span<const size_t> partitions) {
  std::vector<std::vector<engine::File>> lists;
  for (size_t partition : partitions) {
    TARN_TRY(auto list, ListFolder(files_, folders_[partition], read_restored_));
    lists.push_back(std::move(list));
  }
  return lists;
}

Result<object::Location> ParseFolder(std::string_view url) {
  TARN_TRY(object::Location folder, object::ParseLocation(url));
  if (!folder.key.empty() && folder.key.back() != '/') folder.key += '/';
  return folder;
}

Result<std::vector<engine::File>> ListFolder(const object::Files& files, const object::Location& folder,
                                             bool read_restored) {
  std::vector<engine::File> list;
  object::ListQuery query;
  query.prefix = folder.key;
  query.max = 10000;
  for (;;) {
    TARN_TRY(object::Page page, files.List(folder.bucket, query));
    for (const object::Entry& entry : page.entries) {
      if (entry.size == 0 || IsHidden(std::string_view(entry.key).substr(folder.key.size()))) continue;
      if (object::IsArchived(entry.storage_class, entry.tier)) {
        // As Athena does: passed over unless the table says otherwise and there is a restored copy.
        if (!read_restored) continue;
        TARN_TRY(const bool restored, files.IsRestored(folder.bucket, entry));
        if (!restored) continue;
      }
      engine::File file;
      file.id = FileId(folder.bucket, entry.key, entry.version_id, entry.etag, entry.modified);
      file.path = object::Location{folder.bucket, entry.key}.Url();
      file.size_bytes = entry.size;
      file.modified = entry.modified;
      list.push_back(std::move(file));
    }
    if (!page.truncated) return list;
    query.start_after = page.next;
  }
}

Result<engine::Format> TableFormat(const catalog::Table& table, engine::TextOptions& text) {
  std::string library;
  std::string input;
  if (table.storage) {
    if (table.storage->serde) library = AsciiLower(table.storage->serde->library.value_or(""));
    input = AsciiLower(table.storage->input_format.value_or(""));
  }
  auto has = [](const std::string& in, std::string_view part) { return in.find(part) != std::string::npos; };
  std::optional<engine::Format> format;
  if (has(library, "parquethiveserde") || (library.empty() && has(input, "parquet"))) {
    format = engine::Format::kParquet;
  } else if (has(library, "opencsvserde")) {
    format = engine::Format::kCsv;
  } else if (has(library, "jsonserde")) {
    format = engine::Format::kJson;
  } else if (has(library, "lazysimpleserde") || (library.empty() && has(input, "textinputformat"))) {
    format = engine::Format::kDelimited;
  }
  if (!format) {
    return Fail(engine::kNotSupported,
                fmt::format("NOT_SUPPORTED: table {}.{} has a SerDe that is not served here: {}", table.database,
                            table.name, library.empty() ? "(none)" : *table.storage->serde->library));
  }
  ReadTextOptions(table, *format, text);
  return *format;
}

}  // namespace tarn::query

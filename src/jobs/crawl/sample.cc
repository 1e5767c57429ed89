#include "jobs/crawl/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "engine/inspect.h"
#include "object/storage_class.h"

namespace tarn::jobs::crawl {
namespace {

constexpr uint32_t kListPage = 10'000;
// Compressed bytes that are read to get a sample of text.
constexpr size_t kHeadBytes = size_t{256} << 10;

// One object's bytes for the engine's footer reader.
class VersionSource : public engine::FileSource {
 public:
  VersionSource(const object::Files& files, const object::Version& version) : files_(files), version_(version) {}

  Result<std::unique_ptr<engine::OpenFile>> Open(const engine::File&) override {
    class Reader : public engine::OpenFile {
     public:
      Reader(const object::Files& files, const object::Version& version) : files_(files), version_(version) {}
      Status ReadAt(uint64_t offset, std::span<char> out) override {
        TARN_TRY(const size_t count, files_.ReadAt(version_, offset, std::as_writable_bytes(out)));
        if (count != out.size()) return Fail(formats::kUnreadable, "the file is shorter than its footer says");
        return Ok();
      }

     private:
      const object::Files& files_;
      const object::Version& version_;
    };
    return std::unique_ptr<engine::OpenFile>(std::make_unique<Reader>(files_, version_));
  }

 private:
  const object::Files& files_;
  const object::Version& version_;
};

Result<formats::FileSchema> ReadParquet(const object::Files& files, const object::Version& version) {
  VersionSource source(files, version);
  const engine::File file{.id = version.key + version.etag,
                          .path = "s3://" + version.bucket + "/" + version.key,
                          .size_bytes = version.size,
                          .rows = {},
                          .modified = version.modified};
  TARN_TRY(const engine::ParquetSummary summary, engine::InspectParquet(source, file));
  formats::FileSchema schema{.format = formats::Format::kParquet};
  std::vector<std::string> names;
  for (const engine::ColumnDef& column : summary.columns) names.push_back(column.name);
  names = formats::ColumnNames(names);
  for (size_t i = 0; i < names.size(); ++i) {
    TARN_TRY(sql::Type type, sql::ParseHiveType(engine::HiveTypeName(summary.columns[i].type)));
    schema.columns.push_back({names[i], std::move(type)});
  }
  schema.records = summary.rows;
  return schema;
}

bool IsHidden(std::string_view path) {
  return std::ranges::any_of(Split(path, '/'), [](std::string_view part) {
    return part.starts_with('_') || part.starts_with('.') || part.ends_with("_$folder$");
  });
}

bool IsExcluded(const SampleOptions& options, const std::string& path) {
  return std::ranges::any_of(options.exclusions,
                             [&](const std::string& pattern) { return MatchesGlob(pattern, path); });
}

// Reads one listed file's schema; nothing when it was deleted since.
Result<std::shared_ptr<const formats::FileSchema>> ReadListed(const object::Files& files, const std::string& bucket,
                                                              const std::string& key, const SampleOptions& options) {
  TARN_TRY(const object::Version version, files.Head(bucket, key));
  TARN_TRY(formats::FileSchema schema, ReadSchema(files, version, options.csv));
  return std::shared_ptr<const formats::FileSchema>(std::make_shared<formats::FileSchema>(std::move(schema)));
}

class Sampler {
 public:
  Sampler(const object::Files& files, const object::Location& target, const SampleOptions& options)
      : files_(files), target_(target), options_(options) {}

  // False when asked to stop.
  bool Take(const object::Entry& entry) {
    if (options_.stopping && options_.stopping()) return false;
    const bool is_target = entry.key == target_.key;
    const std::string path =
        is_target ? entry.key.substr(entry.key.rfind('/') + 1) : entry.key.substr(target_.key.size());
    if (entry.size == 0 || path.empty() || path.ends_with('/') || IsHidden(path) || IsExcluded(options_, path)) {
      return true;
    }
    CrawledFile file{.path = path, .size_bytes = entry.size};
    uint32_t& read = read_[path.substr(0, path.rfind('/') + 1)];
    if (read < options_.files_per_folder.value_or(kFilesPerFolder)) {
      ++read;
      auto schema = ReadListed(files_, target_.bucket, entry.key, options_);
      if (!schema.ok()) {
        out_.left_out.push_back({"s3://" + target_.bucket + "/" + entry.key, schema.error().message});
        return true;
      }
      file.schema = std::move(*schema);
    }
    out_.files.push_back(std::move(file));
    return true;
  }

  Sampled Finish(bool stopped) {
    out_.stopped = stopped;
    return std::move(out_);
  }

 private:
  const object::Files& files_;
  const object::Location& target_;
  const SampleOptions& options_;
  std::map<std::string, uint32_t> read_;  // folder → files read of it
  Sampled out_;
};

}  // namespace

Result<formats::FileSchema> ReadSchema(const object::Files& files, const object::Version& version,
                                       const std::optional<formats::CsvHints>& csv) {
  const auto read = [&](size_t bytes_max) -> Result<std::string> {
    std::string head(std::min<uint64_t>(version.size, bytes_max), '\0');
    TARN_TRY(const size_t count, files.ReadAt(version, 0, std::as_writable_bytes(std::span(head))));
    head.resize(count);
    return head;
  };
  TARN_TRY(std::string head, read(kHeadBytes));
  const formats::Magic magic = formats::DetectMagic(head);
  if (magic.format == formats::Format::kParquet) return ReadParquet(files, version);
  if (magic.format != formats::Format::kUnknown) {
    return Fail(formats::kUnreadable,
                fmt::format("{} files are not crawled yet (Parquet, JSON and CSV are)", NameOf(magic.format)));
  }
  TARN_TRY(const std::string text, formats::InflatePrefix(magic.compression, head, formats::kSampleBytes));
  const bool compressed = magic.compression != formats::Compression::kNone;
  const bool whole = head.size() == version.size && (!compressed || text.size() < formats::kSampleBytes);
  const formats::CsvHints* hints = csv ? &*csv : nullptr;
  auto schema = formats::InferText(text, whole, hints);
  if (!schema.ok() && !whole) {
    // One record may be longer than the first look.
    TARN_TRY(head, read(16 * kHeadBytes));
    TARN_TRY(const std::string more, formats::InflatePrefix(magic.compression, head, 8 * formats::kSampleBytes));
    schema = formats::InferText(more, head.size() == version.size, hints);
  }
  if (schema.ok()) {
    schema->compression = magic.compression;
    // Exact for a file that was seen whole; else the share of the file that was read tells.
    if (!whole && schema->sample_bytes > 0) {
      const double ratio = compressed ? static_cast<double>(text.size()) / static_cast<double>(head.size()) : 1.0;
      const double total = static_cast<double>(version.size) * ratio;
      schema->records = static_cast<uint64_t>(static_cast<double>(schema->records) * total /
                                              static_cast<double>(schema->sample_bytes));
      schema->sample_bytes = static_cast<uint64_t>(total);
    }
  }
  return schema;
}

Result<Sampled> SampleTarget(const object::Files& files, const object::Location& target, const SampleOptions& options) {
  Sampler sampler(files, target, options);
  object::ListQuery query{.prefix = target.key, .delimiter = {}, .start_after = {}, .max = kListPage};
  while (true) {
    TARN_TRY(const object::Page page, files.List(target.bucket, query));
    for (const object::Entry& entry : page.entries) {
      // A target without a final "/" is a folder or one file, never the folders that merely begin like it.
      const bool inside = target.key.empty() || target.key.ends_with('/') || entry.key == target.key;
      if (object::IsArchived(entry.storage_class, entry.tier)) continue;
      if (inside && !sampler.Take(entry)) return sampler.Finish(true);
    }
    if (!page.truncated) return sampler.Finish(false);
    query.start_after = page.next;
  }
}

}  // namespace tarn::jobs::crawl

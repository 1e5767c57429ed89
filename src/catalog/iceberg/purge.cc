#include "catalog/iceberg/purge.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "catalog/errors.h"
#include "catalog/iceberg/names.h"
#include "catalog/keys.h"
#include "catalog/namespaces.h"
#include "iceberg/manifest/reader.h"
#include "kv/key.h"
#include "kv/pages.h"
#include "object/errors.h"
#include "object/files.h"

namespace tarn::catalog {
namespace {

constexpr std::string_view kSpace = "ip";
constexpr size_t kJobsAtOnce = 100;
constexpr uint64_t kMetadataBytesMax = uint64_t{512} << 20;

bool Is(const iceberg::Properties& properties, std::string_view key, std::string_view value) {
  const auto found = properties.find(std::string(key));
  return found != properties.end() && EqualsIgnoreCase(found->second, value);
}

// "s3://b/t/": the folders that are the table's own. `location` is empty in jobs of older lakes.
std::vector<std::string> FoldersOf(std::string location, const std::string& metadata_location) {
  std::vector<std::string> folders = {metadata_location.substr(0, metadata_location.rfind('/') + 1)};
  while (location.ends_with('/')) location.pop_back();
  if (!location.empty()) folders.push_back(location + "/");
  return folders;
}

bool Below(std::string_view path, const std::vector<std::string>& folders) {
  return std::ranges::any_of(folders, [&](const std::string& folder) { return path.starts_with(folder); });
}

bool Overlaps(std::string_view location, const std::vector<std::string>& folders) {
  const std::string folder = std::string(location) + (location.ends_with('/') ? "" : "/");
  return Below(folder, folders) ||
         std::ranges::any_of(folders, [&](const std::string& own) { return own.starts_with(folder); });
}

// True when there is nothing of the name.
bool IsGone(const Error& error) {
  return error.reason == &object::kNoSuchKey || error.reason == &object::kNoSuchBucket;
}

}  // namespace

Status Purger::Drop(const Scope& scope, std::string_view database, std::string_view name, const Alongside& also) {
  TARN_TRY(const Table record, catalog_.GetTable(scope, database, name));
  if (!record.IsIceberg()) return Fail(kNotIceberg, fmt::format("{} is not an Iceberg table", record.name));
  const std::string key = kv::Key(kSpace).Text(scope.account).Text(scope.region).Text(RandomUuid()).Take();
  TARN_CHECK(catalog_.DeleteTable(scope, database, name, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Table last, LoadTable(txn, scope, database, name));
    txn.Put(key, fmt::format("{}\n{}", MetadataLocationOf(last), last.location()));
    return also ? also(txn) : Ok();
  }));
  {
    std::lock_guard lock(mutex_);
    due_ = true;
  }
  wake_.notify_all();
  return Ok();
}

void Purger::Start() {
  due_ = true;
  thread_ = std::thread([this] { Run(); });
}

void Purger::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Purger::Run() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return due_ || stopping_; });
      if (stopping_) return;
      due_ = false;
    }
    RunAll();
  }
}

void Purger::RunAll() {
  const kv::Key space(kSpace);
  for (kv::Pages pages(space, kJobsAtOnce); !pages.done();) {
    const auto jobs = pages.Next(kv_);
    if (!jobs.ok()) return;
    for (const kv::KeyValue& job : *jobs) {
      const auto parts = TextsAfter(job.key, space.bytes().size());
      if (!parts || parts->size() != 3) continue;
      const size_t line = std::min(job.value.find('\n'), job.value.size());
      const Status done = Purge(Scope{(*parts)[0], (*parts)[1]}, job.value.substr(0, line),
                                job.value.substr(std::min(line + 1, job.value.size())));
      {
        std::lock_guard lock(mutex_);
        if (stopping_) return;
      }
      if (!done.ok()) {
        log::Warn("catalog", fmt::format("the purge of {} is put off: {}", job.value, done.error().message));
        continue;
      }
      (void)kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
        txn.Delete(job.key);
        return Ok();
      });
    }
  }
}

Status Purger::Collect(const Scope& scope, const iceberg::TableMetadata& metadata, bool with_data, Paths& paths) {
  std::set<std::string> seen;
  for (const iceberg::SnapshotPtr& snapshot : metadata.snapshots) {
    const auto listed = manifests_.ListOf(scope, *snapshot);
    if (!listed.ok() && IsGone(listed.error())) continue;
    if (!listed.ok()) return listed.error();
    if (!snapshot->manifest_list.empty()) paths.insert(snapshot->manifest_list);
    for (const iceberg::ManifestFile& manifest : **listed) {
      if (!seen.insert(manifest.path).second) continue;
      paths.insert(manifest.path);
      const iceberg::PartitionSpec* spec = metadata.FindSpec(manifest.spec_id);
      if (!with_data || spec == nullptr) continue;
      const auto bytes = manifests_.Read(scope, manifest.path);
      if (!bytes.ok() && IsGone(bytes.error())) continue;
      if (!bytes.ok()) return bytes.error();
      TARN_TRY(auto reader,
               iceberg::ManifestReader::Open(**bytes, manifest, iceberg::PartitionType(*spec, metadata.schema()),
                                             {.counts = false, .bounds = false, .details = false, .fields = {}}));
      iceberg::ManifestEntry entry;
      while (true) {
        TARN_TRY(const bool more, reader.Next(entry));
        if (!more) break;
        paths.insert(entry.file.path);
      }
    }
  }
  for (const auto& file : metadata.statistics) paths.insert(file.path);
  for (const auto& file : metadata.partition_statistics) paths.insert(file.path);
  for (const auto& entry : metadata.metadata_log) paths.insert(entry.file);
  return Ok();
}

Status Purger::Spare(const Scope& scope, const std::vector<std::string>& folders, Paths& paths) {
  return VisitNamespaces(catalog_, scope, [&](const Database& database) -> Status {
    ListOptions options;
    do {
      const auto tables = tables_.List(scope, database.name, options);
      if (tables.Is(kNoSuchDatabase)) break;
      if (!tables.ok()) return tables.error();
      options.after = tables->next;
      for (const Table& table : tables->items) {
        const std::string location = MetadataLocationOf(table);
        if (!Overlaps(table.location(), folders) && !Below(location, folders)) continue;
        const auto loaded = tables_.Load(scope, database.name, table.name);
        if (loaded.Is(kNoSuchTable)) continue;
        if (!loaded.ok()) return loaded.error();
        Paths others{loaded->metadata_location};
        TARN_CHECK(Collect(scope, *loaded->metadata, true, others));
        for (const std::string& other : others) paths.erase(other);
      }
    } while (!options.after.empty());
    return Ok();
  });
}

Status Purger::Purge(const Scope& scope, const std::string& metadata_location, const std::string& location) {
  const object::Files files(objects_, scope.account);
  TARN_TRY(const object::Location place, object::ParseLocation(metadata_location));
  const auto bytes = files.ReadAll(place.bucket, place.key, kMetadataBytesMax);
  if (!bytes.ok() && IsGone(bytes.error())) return Ok();
  if (!bytes.ok()) return bytes.error();
  TARN_TRY(const auto metadata, iceberg::TableMetadata::ParseFile(*bytes));
  const bool with_data = !Is(metadata.properties, "gc.enabled", "false");
  Paths paths;
  // What lies on a storage that the lake does not hold is not the lake's to delete: neither can its manifests be read.
  if (!IsForeign(metadata.location)) TARN_CHECK(Collect(scope, metadata, with_data, paths));
  for (const auto& entry : metadata.metadata_log) paths.insert(entry.file);
  paths.insert(metadata_location);
  const std::vector<std::string> folders = FoldersOf(location, metadata_location);
  TARN_CHECK(Spare(scope, folders, paths));
  const bool has_last = paths.erase(metadata_location) > 0;
  size_t deleted = 0;
  for (const std::string& path : paths) {
    const auto file = object::ParseLocation(path);
    if (!file.ok() || !Below(path, folders)) continue;
    TARN_CHECK(files.Delete(file->bucket, file->key));
    ++deleted;
  }
  // The last one, without which nothing of the above would be found again.
  if (has_last) TARN_CHECK(files.Delete(place.bucket, place.key));
  log::Info("catalog", fmt::format("purged {}: {} files", metadata.location, deleted + (has_last ? 1 : 0)));
  return Ok();
}

}  // namespace tarn::catalog

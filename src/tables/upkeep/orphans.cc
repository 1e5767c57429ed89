#include "tables/upkeep/orphans.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/strings.h"
#include "catalog/buckets/table_buckets.h"
#include "catalog/namespaces.h"
#include "iceberg/errors.h"
#include "iceberg/upkeep/expire.h"
#include "object/files.h"
#include "object/store/store.h"

namespace tarn::tables {
namespace {

constexpr uint32_t kPage = 10'000;
constexpr std::string_view kMetadataEnds[] = {".metadata.json", ".metadata.json.gz", ".gz.metadata.json"};

bool IsNamedAsEnginesDo(std::string_view path) {
  constexpr std::array<std::string_view, 6> kEnds = {".parquet", ".orc", ".avro", ".puffin", ".stats", ".crc"};
  const auto ends = [&](std::string_view end) { return path.ends_with(end); };
  return std::ranges::any_of(kEnds, ends) || std::ranges::any_of(kMetadataEnds, ends);
}

// "s3a://b/k", "s3n://b/k" and "s3://b/k" are one file: as the metadata may write it, so it is compared.
std::string Plain(const std::string& location) {
  const auto place = object::ParseLocation(location);
  return place.ok() ? place->Url() : location;
}

std::string Folder(std::string location) {
  location = Plain(location);
  while (location.ends_with('/')) location.pop_back();
  return location + "/";
}

class Finder {
 public:
  Finder(const UpkeepParts& parts, const TableName& table, const OrphanOptions& options)
      : parts_(parts), table_(table), options_(options) {}

  Result<OrphanReport> Find() {
    TARN_TRY(const catalog::IcebergTable own, parts_.tables.Load(table_.scope, table_.database, table_.name));
    TARN_CHECK(iceberg::CheckMayCollect(*own.metadata));
    folder_ = Folder(own.metadata->location);
    TARN_CHECK(Reach(parts_, own.record).May(folder_, Touch::kDelete));
    OrphanReport report;
    TARN_CHECK(ListOld(report));
    if (candidates_.empty()) return report;
    // Read after the listing: what was committed meanwhile is led to by now.
    TARN_CHECK(KeepOf(table_.scope, table_.database, table_.name));
    if (!candidates_.empty()) TARN_CHECK(KeepOfOthers());
    for (const std::string& path : candidates_) {
      report.bytes += sizes_.at(path);
      report.orphans.push_back(path);
    }
    std::ranges::sort(report.orphans);
    return report;
  }

 private:
  Status ListOld(OrphanReport& report) {
    TARN_TRY(const object::Location place, object::ParseLocation(folder_));
    if (place.key.empty() && !catalog::TableBucketOf(table_.scope)) {
      return Fail(iceberg::kInvalid, fmt::format("{} is a whole bucket: its files may be anyone's", folder_));
    }
    const Timestamp limit = parts_.clock.Now().Plus(-options_.age_micros);
    const object::Files files(parts_.objects, table_.scope.account);
    object::ListQuery query;
    query.prefix = place.key;
    query.max = kPage;
    while (true) {
      if (Asked(options_.stopping)) return Fail(kCancelledError, "stopped");
      TARN_TRY(const object::Page page, files.List(place.bucket, query));
      for (const object::Entry& entry : page.entries) {
        ++report.listed;
        if (entry.modified >= limit || (!options_.any_name && !IsNamedAsEnginesDo(entry.key))) continue;
        const std::string path = object::Location{place.bucket, entry.key}.Url();
        candidates_.insert(path);
        sizes_[path] = entry.size;
      }
      if (!page.truncated) return Ok();
      query.start_after = page.next;
    }
  }

  // Takes out what the table leads to.
  Status KeepOf(const Scope& scope, const std::string& database, const std::string& name) {
    TARN_TRY(const catalog::IcebergTable table, parts_.tables.Load(scope, database, name));
    candidates_.erase(Plain(table.metadata_location));
    return iceberg::VisitReachable(*table.metadata, WholeReader(parts_, scope),
                                   [&](const std::string& path) { candidates_.erase(Plain(path)); });
  }

  // Whatever other tables of the catalog lead to, and whole folders of tables that lie below.
  Status KeepOfOthers() {
    return catalog::VisitNamespaces(parts_.catalog, table_.scope, [&](const catalog::Database& database) -> Status {
      return candidates_.empty() ? Ok() : KeepOfDatabase(database.name);
    });
  }

  Status KeepOfDatabase(const std::string& database) {
    catalog::ListOptions tables;
    while (!candidates_.empty()) {
      TARN_TRY(const auto page, parts_.catalog.ListTables(table_.scope, database, tables));
      for (const catalog::Table& other : page.items) {
        if (candidates_.empty() || Asked(options_.stopping)) break;
        if (EqualsIgnoreCase(other.database, table_.database) && EqualsIgnoreCase(other.name, table_.name)) continue;
        if (!other.location().empty()) KeepFolder(std::string(other.location()));
        TARN_CHECK(other.IsIceberg() ? KeepOf(table_.scope, other.database, other.name) : KeepPartitions(other));
      }
      if (page.next.empty()) return Ok();
      tables.after = page.next;
    }
    return Ok();
  }

  Status KeepPartitions(const catalog::Table& table) {
    catalog::ListPartitionsOptions partitions;
    while (!candidates_.empty() && !table.partition_keys.empty()) {
      TARN_TRY(const auto page, parts_.catalog.ListPartitions(table_.scope, table.database, table.name, partitions));
      for (const catalog::Partition& partition : page.items) {
        if (!partition.location().empty()) KeepFolder(std::string(partition.location()));
      }
      if (page.next.empty()) return Ok();
      partitions.after = page.next;
    }
    return Ok();
  }

  void KeepFolder(const std::string& location) {
    const std::string folder = Folder(location);
    if (folder_.starts_with(folder)) {
      // It lies around ours: of its files there, nobody can say whose they are.
      candidates_.clear();
    } else if (folder.starts_with(folder_)) {
      std::erase_if(candidates_, [&](const std::string& path) { return path.starts_with(folder); });
    }
  }

  const UpkeepParts& parts_;
  const TableName& table_;
  const OrphanOptions& options_;
  std::string folder_;  // with a slash at the end
  iceberg::Paths candidates_;
  std::unordered_map<std::string, uint64_t> sizes_;
};

}  // namespace

Result<OrphanReport> RemoveOrphans(const UpkeepParts& parts, const TableName& table, const OrphanOptions& options) {
  TARN_TRY(OrphanReport report, Finder(parts, table, options).Find());
  if (options.dry_run || Asked(options.stopping)) return report;
  TARN_CHECK(DeleteFiles(parts.objects, table.scope, report.orphans, options.stopping));
  return report;
}

}  // namespace tarn::tables

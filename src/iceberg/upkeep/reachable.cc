#include "iceberg/upkeep/reachable.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "iceberg/manifest/reader.h"

namespace tarn::iceberg {
namespace {

// The manifests of some snapshots, each once.
class ManifestSet {
 public:
  Status Add(const Snapshot& snapshot, const ReadPath& read) {
    TARN_TRY(auto listed, ListManifests(snapshot, read));
    for (ManifestFile& manifest : listed) {
      if (paths_.insert(manifest.path).second) manifests_.push_back(std::move(manifest));
    }
    return Ok();
  }
  bool contains(const std::string& path) const { return paths_.contains(path); }
  const std::vector<ManifestFile>& manifests() const { return manifests_; }

 private:
  Paths paths_;
  std::vector<ManifestFile> manifests_;
};

std::set<std::string> StatisticsOf(const TableMetadata& table) {
  std::set<std::string> paths;
  for (const StatisticsFile& file : table.statistics) paths.insert(file.path);
  for (const PartitionStatisticsFile& file : table.partition_statistics) paths.insert(file.path);
  return paths;
}

}  // namespace

Result<std::vector<ManifestFile>> ListManifests(const Snapshot& snapshot, const ReadPath& read) {
  if (!snapshot.manifest_list.empty()) {
    TARN_TRY(const std::string bytes, read(snapshot.manifest_list));
    return ReadManifestList(bytes);
  }
  std::vector<ManifestFile> manifests;
  for (const std::string& path : snapshot.manifests) {
    ManifestFile manifest;
    manifest.path = path;
    manifest.snapshot_id = snapshot.snapshot_id;
    manifests.push_back(std::move(manifest));
  }
  return manifests;
}

Status VisitLiveFiles(const ManifestFile& manifest, const ReadPath& read,
                      const std::function<void(const DataFile& file)>& visit) {
  if (!manifest.has_live()) return Ok();
  TARN_TRY(const std::string bytes, read(manifest.path));
  TARN_TRY(ManifestReader reader, ManifestReader::Open(bytes, manifest, Type::Struct({}), {false, false, false, {}}));
  ManifestEntry entry;
  while (true) {
    TARN_TRY(const bool more, reader.Next(entry));
    if (!more) return Ok();
    if (entry.is_live()) visit(entry.file);
  }
}

Result<Unreachable> FindUnreachable(const TableMetadata& before, const TableMetadata& after, const ReadPath& read) {
  Unreachable out;
  const std::set<std::string> statistics = StatisticsOf(after);
  for (const std::string& path : StatisticsOf(before)) {
    if (!statistics.contains(path)) out.statistics.push_back(path);
  }
  std::unordered_set<int64_t> kept_ids;
  Paths kept_lists;
  ManifestSet kept;
  for (const SnapshotPtr& snapshot : after.snapshots) {
    kept_ids.insert(snapshot->snapshot_id);
    kept_lists.insert(snapshot->manifest_list);
  }
  ManifestSet gone;
  for (const SnapshotPtr& snapshot : before.snapshots) {
    if (kept_ids.contains(snapshot->snapshot_id)) continue;
    TARN_CHECK(gone.Add(*snapshot, read));
    if (!snapshot->manifest_list.empty() && !kept_lists.contains(snapshot->manifest_list)) {
      out.manifest_lists.push_back(snapshot->manifest_list);
    }
  }
  if (gone.manifests().empty()) return out;
  for (const SnapshotPtr& snapshot : after.snapshots) TARN_CHECK(kept.Add(*snapshot, read));
  std::unordered_map<std::string, int64_t> files;  // and their sizes
  for (const ManifestFile& manifest : gone.manifests()) {
    if (kept.contains(manifest.path)) continue;
    out.manifests.push_back(manifest.path);
    TARN_CHECK(VisitLiveFiles(manifest, read, [&](const DataFile& file) { files[file.path] = file.file_bytes; }));
  }
  for (const ManifestFile& manifest : kept.manifests()) {
    if (files.empty()) break;
    TARN_CHECK(VisitLiveFiles(manifest, read, [&](const DataFile& file) { files.erase(file.path); }));
  }
  for (const auto& [path, bytes] : files) {
    out.content_files.push_back(path);
    out.content_bytes += static_cast<uint64_t>(std::max<int64_t>(bytes, 0));
  }
  return out;
}

Status VisitReachable(const TableMetadata& table, const ReadPath& read,
                      const std::function<void(const std::string& path)>& visit) {
  for (const std::string& path : StatisticsOf(table)) visit(path);
  for (const MetadataLogEntry& entry : table.metadata_log) visit(entry.file);
  Paths seen;
  for (const SnapshotPtr& snapshot : table.snapshots) {
    if (!snapshot->manifest_list.empty()) visit(snapshot->manifest_list);
    TARN_TRY(const auto manifests, ListManifests(*snapshot, read));
    for (const ManifestFile& manifest : manifests) {
      if (!seen.insert(manifest.path).second) continue;
      visit(manifest.path);
      TARN_CHECK(VisitLiveFiles(manifest, read, [&](const DataFile& file) { visit(file.path); }));
    }
  }
  return Ok();
}

}  // namespace tarn::iceberg

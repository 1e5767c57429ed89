// The files that a table's metadata leads to, and those that one version of it leads to and a later one does not.
//
// Live content files alone count: what a manifest lists as deleted is reachable through older snapshots, if at all.
// Statistics and manifests are read with the caller's `read`; nothing is held of the files that stay but what is asked
// for. Errors: those of `read`, Corrupt. Threads: `read` is called on the caller's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/manifest.h"
#include "iceberg/metadata/table_metadata.h"

namespace tarn::iceberg {

using ReadPath = std::function<Result<std::string>(const std::string& path)>;
using Paths = std::unordered_set<std::string>;

// The manifests of a snapshot; of a v1 snapshot without a list, only path and length 0.
Result<std::vector<ManifestFile>> ListManifests(const Snapshot& snapshot, const ReadPath& read);

// The live data and delete files of a manifest: paths, sizes and counts of rows, no statistics or partitions.
Status VisitLiveFiles(const ManifestFile& manifest, const ReadPath& read,
                      const std::function<void(const DataFile& file)>& visit);

struct Unreachable {
  std::vector<std::string> content_files;  // data, deletes, deletion vectors
  uint64_t content_bytes = 0;
  std::vector<std::string> manifests;
  std::vector<std::string> manifest_lists;
  std::vector<std::string> statistics;
  size_t size() const { return content_files.size() + manifests.size() + manifest_lists.size() + statistics.size(); }
};
// What `before` reaches and `after` does not. `after` came from `before` by removing snapshots (others may have been
// added since). Memory: the manifests of all snapshots and the files of the manifests that go.
Result<Unreachable> FindUnreachable(const TableMetadata& before, const TableMetadata& after, const ReadPath& read);

// Visits every file that the metadata names or leads to, some of them several times: snapshots' files, statistics, the
// metadata log.
Status VisitReachable(const TableMetadata& table, const ReadPath& read,
                      const std::function<void(const std::string& path)>& visit);

}  // namespace tarn::iceberg

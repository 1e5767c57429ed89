// Makes snapshots: new manifests and the manifest list, as bytes to be stored before the commit that names them.
//
// Nothing here does I/O or commits. The caller stores `files`, then commits `updates` under `requirements`; on
// CommitFailed it calls again with the new base, the same snapshot id and the same memory: manifests that are written
// already are used again and not among `files` any more.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "iceberg/commit/summary.h"
#include "iceberg/manifest/manifest.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/update.h"

namespace tarn::iceberg {

// What distinguishes one attempt: all randomness and time that a snapshot needs.
struct SnapshotIds {
  int64_t snapshot_id = 0;  // positive, unused in the table
  Timestamp now;
  std::string commit_uuid;  // names the files
  int attempt = 0;          // counts the tries of one commit
  std::string sync;         // 16 bytes
};

struct NewFile {
  std::string path;
  std::string bytes;
};

struct SnapshotDraft {
  std::string branch = std::string(kMainBranch);
  std::string operation = "append";
  std::vector<ManifestFile> manifests;  // of the new snapshot: kept ones and new ones
  SummaryCounts counts;
  Properties extra_summary;
  std::optional<Properties> summary;  // the whole summary, instead of what the counts say
};

struct MadeSnapshot {
  SnapshotPtr snapshot;
  std::vector<NewFile> files;             // the manifest list last
  std::vector<ManifestFile> manifests;    // as listed
  std::vector<Update> updates;            // add-snapshot, set-snapshot-ref
  std::vector<Requirement> requirements;  // table uuid, the branch's head as it is in the base
};
// What a snapshot on that branch is made upon: its head; the table's current one when the branch is yet to be made.
SnapshotPtr HeadOf(const TableMetadata& base, std::string_view branch);
Result<MadeSnapshot> MakeSnapshot(const TableMetadata& base, SnapshotDraft draft, const SnapshotIds& ids);

// What one attempt of a commit made, for the next attempt to use again: manifests are written once.
struct ChangeMemory {
  struct Carried {
    std::optional<ManifestFile> rewritten;  // nothing: it holds nothing of what is removed
    std::vector<DataFile> removed;          // from it
  };
  std::map<std::string, Carried> carried;  // by the path of a manifest of the head
  bool added_written = false;
  std::vector<ManifestFile> added;
  int next_number = 0;  // of the files' names
};

// A fast append: the head's manifests (empty when there is none) are kept, the files come in new ones, one a spec and
// content.
Result<MadeSnapshot> AppendFiles(const TableMetadata& base, const std::vector<ManifestFile>& head,
                                 const std::vector<DataFile>& files, const SnapshotIds& ids,
                                 std::string_view branch = kMainBranch, const Properties& extra_summary = {},
                                 ChangeMemory* memory = nullptr);

// Reads a manifest's bytes.
using ReadFile = std::function<Result<std::string>(const ManifestFile& manifest)>;

// Overwrite, delete, row delta, rewrite: files leave (by path; deletion vectors by the data file that they refer to)
// and come.
struct Change {
  std::string operation = "overwrite";  // "append", "replace", "overwrite", "delete"
  std::vector<DataFile> added;
  std::vector<std::string> removed_files;    // data and delete files
  std::vector<std::string> removed_vectors;  // deletion vectors of these data files
  // The sequence number that the added data files keep (a compaction's); nothing: the commit's.
  std::optional<int64_t> data_sequence_number;
  Properties extra_summary;
};
// Rewrites the manifests that hold what is removed; error CommitFailed when something is not there any more.
Result<MadeSnapshot> ChangeFiles(const TableMetadata& base, const std::vector<ManifestFile>& head, const Change& change,
                                 const ReadFile& read, const SnapshotIds& ids, std::string_view branch = kMainBranch,
                                 ChangeMemory* memory = nullptr);

}  // namespace tarn::iceberg

// Backups: a directory that holds one whole, consistent lake, brought up to date by each `tarn backup`.
//
// Invariant: BACKUP names everything that belongs to the backup and is replaced in one step after all of it is on
// stable storage: an interrupted backup leaves the one before. Metadata is of one moment; bytes that it refers to are
// there. Blobs never change, so only new files are copied. docs/durability.md tells the form of the directory. Errors:
// kBadOption for a directory that cannot be used, kIoError, kv's and blob's. Threads: one backup at a time.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "blob/blob.h"
#include "kv/kv.h"
#include "server/options.h"

namespace tarn::server {

struct BackupReport {
  uint64_t files = 0;
  uint64_t bytes = 0;
  uint64_t copied_files = 0;  // of them, this time
  uint64_t copied_bytes = 0;
};

// Brings the backup in `directory` (absolute; made when absent) to the lake's state at some moment of the call. Blocks.
// `lake` is what tells this lake from others, in a word.
Result<BackupReport> TakeBackup(const Options& options, const std::string& lake, kv::Store& kv, blob::Store& blobs,
                                Timestamp now, const std::string& directory);

// Makes a lake in `options.data` (absent or empty) and the volumes that `options` names from a backup. Volumes that it
// does not name lie below DIR/volumes/.
Result<BackupReport> RestoreBackup(const std::string& directory, const Options& options);

}  // namespace tarn::server

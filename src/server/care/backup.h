// Backups: a directory that holds one whole, consistent lake, brought up to date by each `tarn backup`.
//
// Invariant: BACKUP names everything that belongs to the backup and is replaced in one step after all of it is on
// stable storage: an interrupted backup leaves the one before. Metadata is of one moment; bytes that it refers to are
// there, and so are the streams' records up to then and perhaps more. Blobs and what was written of the log never
// change, so only what is new is copied. A restored lake goes on with positions that the lake which was copied cannot
// have used meanwhile. docs/durability.md tells the form of the directory. Errors:
// kBadOption for a directory that cannot be used, kIoError, kv's and blob's. Threads: one backup at a time.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "blob/blob.h"
#include "kv/kv.h"
#include "server/options.h"
#include "stream/log.h"

namespace tarn::server {

struct BackupReport {
  uint64_t files = 0;
  uint64_t bytes = 0;
  uint64_t segments = 0;  // of the streams' log
  uint64_t segment_bytes = 0;
  uint64_t copied_files = 0;  // of all, this time
  uint64_t copied_bytes = 0;
};

// What is copied of a lake.
struct BackupParts {
  kv::Store& kv;
  blob::Store& blobs;
  stream::Log& log;
};

// Brings the backup in `directory` (absolute; made when absent) to the lake's state at some moment of the call. Blocks.
// `lake` is what tells this lake from others, in a word.
Result<BackupReport> TakeBackup(const Options& options, const std::string& lake, const BackupParts& parts,
                                Timestamp now, const std::string& directory);

// Makes a lake in `options.data` (absent or empty) and the volumes that `options` names from a backup. Volumes that it
// does not name lie below DIR/volumes/.
Result<BackupReport> RestoreBackup(const std::string& directory, const Options& options);

}  // namespace tarn::server

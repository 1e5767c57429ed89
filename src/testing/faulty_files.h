// The two faces of a FaultyDisk: the file system of blob, and the environment of RocksDB.
#pragma once

#include <memory>

#include "blob/file_system.h"
#include "testing/faulty_disk.h"

namespace rocksdb {
class Env;
}

namespace tarn::testing {

// Both must not outlive the disk.
std::unique_ptr<blob::FileSystem> BlobFilesOn(FaultyDisk& disk);
std::unique_ptr<rocksdb::Env> RocksDbEnvOn(FaultyDisk& disk);

}  // namespace tarn::testing

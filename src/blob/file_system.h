// The disk as blob sees it: the seam at which tests cut the power and fail the Nth operation.
//
// Durability: file content is on stable storage after Sync; a file's name after SyncDirectory of its directory.
// Errors: kNoFile, kDiskFull, kDisk.
// Threads: any; one file's calls may overlap (positions are explicit).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "blob/errors.h"

namespace tarn::blob {

inline constexpr Reason kNoFile{"blob.NoFile", Code::kNotFound};

class File {
 public:
  virtual ~File() = default;
  virtual Status WriteAt(uint64_t offset, std::span<const std::span<const std::byte>> parts) = 0;
  // Fills the parts one after the other; short only at the end of the file.
  virtual Result<size_t> ReadAt(uint64_t offset, std::span<const std::span<std::byte>> parts) = 0;
  // The same as far as memory has the bytes, without waiting for the disk.
  virtual size_t TryReadAt(uint64_t offset, std::span<const std::span<std::byte>> parts) = 0;
  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> into) { return ReadAt(offset, {&into, 1}); }
  virtual Status Sync() = 0;
  // Cuts the file; also gives back what Reserve took beyond `size`.
  virtual Status Truncate(uint64_t size) = 0;
  // Advice: the bytes written so far should start to move to the disk.
  virtual void StartWriteback(uint64_t offset, uint64_t bytes) = 0;
  // Advice: the file will grow to `bytes`.
  virtual void Reserve(uint64_t bytes) = 0;
  // Advice: the next read of these bytes should come from the disk.
  virtual void DropCached(uint64_t offset, uint64_t bytes) = 0;
  virtual Result<uint64_t> Size() = 0;
};

struct DiskSpace {
  uint64_t free = 0;
  uint64_t total = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> Create(const std::string& path) = 0;  // must not exist; read and write
  virtual Result<std::unique_ptr<File>> OpenToRead(const std::string& path) = 0;
  // Makes it with its parents, durably; succeeds when it exists.
  virtual Status CreateDirectory(const std::string& path) = 0;
  virtual Status SyncDirectory(const std::string& path) = 0;
  // Replaces `to`; the names' change is durable after SyncDirectory.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  virtual Status Remove(const std::string& path) = 0;                          // a file; succeeds when it is not there
  virtual Status RemoveDirectory(const std::string& path) = 0;                 // an empty one
  virtual Result<std::vector<std::string>> List(const std::string& path) = 0;  // names, in no order
  virtual Result<DiskSpace> GetSpace(const std::string& path) = 0;             // of the disk that holds `path`
};

FileSystem& PosixFileSystem();

}  // namespace tarn::blob

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>

#include <algorithm>

#include "testing/faulty_files.h"

namespace tarn::testing {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus AsStatus(DiskResult result, const std::string& path) {
  switch (result) {
    case DiskResult::kOk:
      return IOStatus::OK();
    case DiskResult::kNoEntry:
      return IOStatus::PathNotFound(path);
    case DiskResult::kFull:
      return IOStatus::NoSpace("no space left for " + path);
    default:
      return IOStatus::IOError("the disk failed at " + path);
  }
}

class SequentialFile : public rocksdb::FSSequentialFile {
 public:
  SequentialFile(FaultyDisk& disk, FaultyDisk::Handle handle) : disk_(disk), handle_(std::move(handle)) {}
  IOStatus Read(size_t n, const IOOptions&, Slice* result, char* scratch, IODebugContext*) override {
    const size_t count = disk_.Read(handle_, at_, {scratch, n});
    at_ += count;
    *result = Slice(scratch, count);
    return IOStatus::OK();
  }
  IOStatus Skip(uint64_t n) override {
    at_ += n;
    return IOStatus::OK();
  }

 private:
  FaultyDisk& disk_;
  const FaultyDisk::Handle handle_;
  uint64_t at_ = 0;
};

class RandomFile : public rocksdb::FSRandomAccessFile {
 public:
  RandomFile(FaultyDisk& disk, FaultyDisk::Handle handle) : disk_(disk), handle_(std::move(handle)) {}
  IOStatus Read(uint64_t offset, size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    *result = Slice(scratch, disk_.Read(handle_, offset, {scratch, n}));
    return IOStatus::OK();
  }

 private:
  FaultyDisk& disk_;
  const FaultyDisk::Handle handle_;
};

class WritableFile : public rocksdb::FSWritableFile {
 public:
  WritableFile(FaultyDisk& disk, FaultyDisk::Handle handle, std::string path)
      : disk_(disk), handle_(std::move(handle)), path_(std::move(path)), end_(disk.Size(handle_)) {}
  using rocksdb::FSWritableFile::Append;
  IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
    const IOStatus status = AsStatus(disk_.Write(handle_, end_, {data.data(), data.size()}), path_);
    end_ = status.ok() ? end_ + data.size() : disk_.Size(handle_);
    return status;
  }
  IOStatus Truncate(uint64_t size, const IOOptions&, IODebugContext*) override {
    if (size == end_) return IOStatus::OK();
    end_ = size;
    return AsStatus(disk_.Truncate(handle_, size), path_);
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return AsStatus(disk_.Sync(handle_), path_); }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return end_; }
  bool IsSyncThreadSafe() const override { return true; }

 private:
  FaultyDisk& disk_;
  const FaultyDisk::Handle handle_;
  const std::string path_;
  uint64_t end_;
};

class Directory : public rocksdb::FSDirectory {
 public:
  Directory(FaultyDisk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return AsStatus(disk_.SyncDirectory(path_), path_); }

 private:
  FaultyDisk& disk_;
  const std::string path_;
};

struct HeldLock : rocksdb::FileLock {
  explicit HeldLock(std::string held) : path(std::move(held)) {}
  std::string path;
};

class FaultyRocksDbFiles : public rocksdb::FileSystem {
 public:
  explicit FaultyRocksDbFiles(FaultyDisk& disk) : disk_(disk) {}
  const char* Name() const override { return "FaultyRocksDbFiles"; }

  IOStatus NewSequentialFile(const std::string& path, const FileOptions&,
                             std::unique_ptr<rocksdb::FSSequentialFile>* file, IODebugContext*) override {
    FaultyDisk::Handle handle;
    const IOStatus status = AsStatus(disk_.Open(path, handle), path);
    if (status.ok()) *file = std::make_unique<SequentialFile>(disk_, std::move(handle));
    return status;
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions&,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* file, IODebugContext*) override {
    FaultyDisk::Handle handle;
    const IOStatus status = AsStatus(disk_.Open(path, handle), path);
    if (status.ok()) *file = std::make_unique<RandomFile>(disk_, std::move(handle));
    return status;
  }
  IOStatus NewWritableFile(const std::string& path, const FileOptions&, std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext*) override {
    FaultyDisk::Handle handle;
    const IOStatus status = AsStatus(disk_.Create(path, true, handle), path);
    if (status.ok()) *file = std::make_unique<WritableFile>(disk_, std::move(handle), path);
    return status;
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) override {
    FaultyDisk::Handle handle;
    if (disk_.Open(path, handle) != DiskResult::kOk) return NewWritableFile(path, options, file, debug);
    *file = std::make_unique<WritableFile>(disk_, std::move(handle), path);
    return IOStatus::OK();
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions&, std::unique_ptr<rocksdb::FSDirectory>* directory,
                        IODebugContext*) override {
    if (!disk_.IsDirectory(path)) return IOStatus::PathNotFound(path);
    *directory = std::make_unique<Directory>(disk_, path);
    return IOStatus::OK();
  }
  IOStatus FileExists(const std::string& path, const IOOptions&, IODebugContext*) override {
    return disk_.Exists(path) ? IOStatus::OK() : IOStatus::NotFound(path);
  }
  IOStatus GetChildren(const std::string& path, const IOOptions&, std::vector<std::string>* children,
                       IODebugContext*) override {
    if (!disk_.IsDirectory(path)) return IOStatus::NotFound(path);
    *children = disk_.List(path);
    return IOStatus::OK();
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) override {
    return AsStatus(disk_.Remove(path), path);
  }
  IOStatus CreateDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    return AsStatus(disk_.MakeDirectory(path), path);
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions&, IODebugContext*) override {
    return disk_.IsDirectory(path) ? IOStatus::OK() : AsStatus(disk_.MakeDirectory(path), path);
  }
  IOStatus DeleteDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    return AsStatus(disk_.RemoveDirectory(path), path);
  }
  IOStatus GetFileSize(const std::string& path, const IOOptions&, uint64_t* size, IODebugContext*) override {
    FaultyDisk::Handle handle;
    const IOStatus status = AsStatus(disk_.Open(path, handle), path);
    if (status.ok()) *size = disk_.Size(handle);
    return status;
  }
  IOStatus GetFileModificationTime(const std::string&, const IOOptions&, uint64_t* time, IODebugContext*) override {
    *time = 0;
    return IOStatus::OK();
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&, IODebugContext*) override {
    return AsStatus(disk_.Rename(from, to), from);
  }
  IOStatus LockFile(const std::string& path, const IOOptions&, rocksdb::FileLock** lock, IODebugContext*) override {
    if (!disk_.Lock(path)) return IOStatus::IOError("locked: " + path);
    *lock = new HeldLock(path);
    return IOStatus::OK();
  }
  IOStatus UnlockFile(rocksdb::FileLock* lock, const IOOptions&, IODebugContext*) override {
    disk_.Unlock(static_cast<HeldLock*>(lock)->path);
    delete static_cast<HeldLock*>(lock);
    return IOStatus::OK();
  }
  IOStatus GetTestDirectory(const IOOptions&, std::string* path, IODebugContext*) override {
    *path = "/test";
    return IOStatus::OK();
  }
  IOStatus NewLogger(const std::string&, const IOOptions&, std::shared_ptr<rocksdb::Logger>*,
                     IODebugContext*) override {
    return IOStatus::NotSupported("logger");
  }
  IOStatus GetAbsolutePath(const std::string& path, const IOOptions&, std::string* absolute, IODebugContext*) override {
    *absolute = path;
    return IOStatus::OK();
  }
  IOStatus GetFreeSpace(const std::string&, const IOOptions&, uint64_t* free, IODebugContext*) override {
    *free = disk_.free_bytes();
    return IOStatus::OK();
  }
  IOStatus IsDirectory(const std::string& path, const IOOptions&, bool* is_directory, IODebugContext*) override {
    *is_directory = disk_.IsDirectory(path);
    return IOStatus::OK();
  }

 private:
  FaultyDisk& disk_;
};

// RocksDB sleeps a second after each background error.
class ImpatientClock : public rocksdb::SystemClockWrapper {
 public:
  ImpatientClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "ImpatientClock"; }
  void SleepForMicroseconds(int micros) override { SystemClockWrapper::SleepForMicroseconds(std::min(micros, 1000)); }
};

class FaultyEnv : public rocksdb::EnvWrapper {
 public:
  explicit FaultyEnv(std::unique_ptr<rocksdb::Env> base) : EnvWrapper(std::move(base)) {
    file_system_ = target()->GetFileSystem();
    system_clock_ = std::make_shared<ImpatientClock>();
  }
  const char* Name() const override { return "FaultyEnv"; }
};

}  // namespace

std::unique_ptr<rocksdb::Env> RocksDbEnvOn(FaultyDisk& disk) {
  return std::make_unique<FaultyEnv>(rocksdb::NewCompositeEnv(std::make_shared<FaultyRocksDbFiles>(disk)));
}

}  // namespace tarn::testing

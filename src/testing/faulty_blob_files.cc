#include "testing/faulty_files.h"

namespace tarn::testing {
namespace {

Status AsStatus(DiskResult result, const std::string& path) {
  switch (result) {
    case DiskResult::kOk:
      return Ok();
    case DiskResult::kNoEntry:
      return Fail(blob::kNoFile, path + " is not there");
    case DiskResult::kFull:
      return Fail(blob::kDiskFull, "no space left for " + path);
    default:
      return Fail(blob::kDisk, "the disk failed at " + path);
  }
}

std::string Parent(const std::string& path) { return path.substr(0, path.find_last_of('/')); }

class FaultyFile : public blob::File {
 public:
  FaultyFile(FaultyDisk& disk, FaultyDisk::Handle handle, std::string path)
      : disk_(disk), handle_(std::move(handle)), path_(std::move(path)) {}

  Status WriteAt(uint64_t offset, std::span<const std::span<const std::byte>> parts) override {
    std::string bytes;
    for (const auto& part : parts) bytes.append(reinterpret_cast<const char*>(part.data()), part.size());
    return AsStatus(disk_.Write(handle_, offset, bytes), path_);
  }
  Result<size_t> ReadAt(uint64_t offset, std::span<const std::span<std::byte>> parts) override {
    size_t filled = 0;
    for (const auto& part : parts) {
      filled += disk_.Read(handle_, offset + filled, {reinterpret_cast<char*>(part.data()), part.size()});
    }
    return filled;
  }
  size_t TryReadAt(uint64_t offset, std::span<const std::span<std::byte>> parts) override {
    return *ReadAt(offset, parts);
  }
  Status Truncate(uint64_t size) override { return AsStatus(disk_.Truncate(handle_, size), path_); }
  void DropCached(uint64_t, uint64_t) override {}
  Status Sync() override { return AsStatus(disk_.Sync(handle_), path_); }
  void StartWriteback(uint64_t, uint64_t) override {}
  void Reserve(uint64_t) override {}
  Result<uint64_t> Size() override { return disk_.Size(handle_); }

 private:
  FaultyDisk& disk_;
  const FaultyDisk::Handle handle_;
  const std::string path_;
};

class FaultyBlobFiles : public blob::FileSystem {
 public:
  explicit FaultyBlobFiles(FaultyDisk& disk) : disk_(disk) {}

  Result<std::unique_ptr<blob::File>> Create(const std::string& path) override {
    FaultyDisk::Handle handle;
    TARN_CHECK(AsStatus(disk_.Create(path, false, handle), path));
    return std::unique_ptr<blob::File>(std::make_unique<FaultyFile>(disk_, std::move(handle), path));
  }
  Result<std::unique_ptr<blob::File>> OpenToRead(const std::string& path) override {
    FaultyDisk::Handle handle;
    TARN_CHECK(AsStatus(disk_.Open(path, handle), path));
    return std::unique_ptr<blob::File>(std::make_unique<FaultyFile>(disk_, std::move(handle), path));
  }
  Status CreateDirectory(const std::string& path) override {
    if (path.empty() || disk_.Exists(path)) return Ok();
    TARN_CHECK(CreateDirectory(Parent(path)));
    TARN_CHECK(AsStatus(disk_.MakeDirectory(path), path));
    return SyncDirectory(Parent(path).empty() ? "/" : Parent(path));
  }
  Status SyncDirectory(const std::string& path) override { return AsStatus(disk_.SyncDirectory(path), path); }
  Status Rename(const std::string& from, const std::string& to) override {
    return AsStatus(disk_.Rename(from, to), from);
  }
  Result<blob::DiskSpace> GetSpace(const std::string&) override {
    return blob::DiskSpace{disk_.free_bytes(), disk_.capacity()};
  }
  Status Remove(const std::string& path) override {
    const DiskResult result = disk_.Remove(path);
    return result == DiskResult::kNoEntry ? Ok() : AsStatus(result, path);
  }
  Status RemoveDirectory(const std::string& path) override { return AsStatus(disk_.RemoveDirectory(path), path); }
  Result<std::vector<std::string>> List(const std::string& path) override {
    if (!disk_.IsDirectory(path)) return Fail(blob::kNoFile, path + " is not there");
    return disk_.List(path);
  }

 private:
  FaultyDisk& disk_;
};

}  // namespace

std::unique_ptr<blob::FileSystem> BlobFilesOn(FaultyDisk& disk) { return std::make_unique<FaultyBlobFiles>(disk); }

}  // namespace tarn::testing

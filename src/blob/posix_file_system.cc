#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "blob/file_system.h"

namespace tarn::blob {
namespace {

Error FromErrno(int number, std::string_view doing, const std::string& path) {
  const Reason* reason = &kDisk;
  if (number == ENOENT) reason = &kNoFile;
  if (number == ENOSPC || number == EDQUOT) reason = &kDiskFull;
  return Fail(*reason, fmt::format("{} {}: {}", doing, path, std::strerror(number)));
}

constexpr size_t kPartsMax = 256;  // of one system call

class PosixFile : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PosixFile() override { ::close(descriptor_); }

  Status WriteAt(uint64_t offset, std::span<const std::span<const std::byte>> parts) override {
    while (!parts.empty()) {
      const auto now = parts.first(std::min(parts.size(), kPartsMax));
      TARN_CHECK(WriteParts(offset, now));
      for (const auto& part : now) offset += part.size();
      parts = parts.subspan(now.size());
    }
    return Ok();
  }

  Result<size_t> ReadAt(uint64_t offset, std::span<const std::span<std::byte>> parts) override {
    std::vector<iovec> vectors = Vectors(parts);
    size_t filled = 0;
    for (size_t next = 0; next < vectors.size();) {
      const int count = static_cast<int>(std::min(vectors.size() - next, kPartsMax));
      const ssize_t got = ::preadv(descriptor_, vectors.data() + next, count, static_cast<off_t>(offset + filled));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return FromErrno(errno, "read", path_);
      if (got == 0) break;
      filled += static_cast<size_t>(got);
      Advance(vectors, next, static_cast<size_t>(got));
    }
    return filled;
  }

  size_t TryReadAt(uint64_t offset, std::span<const std::span<std::byte>> parts) override {
    const std::vector<iovec> vectors = Vectors(parts.first(std::min(parts.size(), kPartsMax)));
    const ssize_t got = ::preadv2(descriptor_, vectors.data(), static_cast<int>(vectors.size()),
                                  static_cast<off_t>(offset), RWF_NOWAIT);
    return got < 0 ? 0 : static_cast<size_t>(got);
  }

  Status Sync() override {
    if (::fdatasync(descriptor_) != 0) return FromErrno(errno, "sync", path_);
    return Ok();
  }

  Status Truncate(uint64_t size) override {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) return FromErrno(errno, "cut", path_);
    return Ok();
  }

  void DropCached(uint64_t offset, uint64_t bytes) override {
    (void)::posix_fadvise(descriptor_, static_cast<off_t>(offset), static_cast<off_t>(bytes), POSIX_FADV_DONTNEED);
  }

  void StartWriteback(uint64_t offset, uint64_t bytes) override {
    (void)::sync_file_range(descriptor_, static_cast<off_t>(offset), static_cast<off_t>(bytes), SYNC_FILE_RANGE_WRITE);
  }

  void Reserve(uint64_t bytes) override {
    (void)::fallocate(descriptor_, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes));
  }

  Result<uint64_t> Size() override {
    struct stat info{};
    if (::fstat(descriptor_, &info) != 0) return FromErrno(errno, "examine", path_);
    return static_cast<uint64_t>(info.st_size);
  }

 private:
  template <typename Byte>
  static std::vector<iovec> Vectors(std::span<const std::span<Byte>> parts) {
    std::vector<iovec> vectors;
    vectors.reserve(parts.size());
    for (const auto& part : parts) vectors.push_back({const_cast<std::byte*>(part.data()), part.size()});
    return vectors;
  }

  // Skips `bytes` that were dealt with, and empty parts.
  static void Advance(std::vector<iovec>& vectors, size_t& next, size_t bytes) {
    while (next < vectors.size() && bytes >= vectors[next].iov_len) bytes -= vectors[next++].iov_len;
    if (next == vectors.size()) return;
    vectors[next].iov_base = static_cast<char*>(vectors[next].iov_base) + bytes;
    vectors[next].iov_len -= bytes;
  }

  Status WriteParts(uint64_t offset, std::span<const std::span<const std::byte>> parts) {
    std::vector<iovec> vectors = Vectors(parts);
    for (size_t next = 0; next < vectors.size();) {
      const ssize_t wrote = ::pwritev(descriptor_, vectors.data() + next, static_cast<int>(vectors.size() - next),
                                      static_cast<off_t>(offset));
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return FromErrno(errno, "write", path_);
      offset += static_cast<uint64_t>(wrote);
      Advance(vectors, next, static_cast<size_t>(wrote));
    }
    return Ok();
  }

  const int descriptor_;
  const std::string path_;
};

class Posix : public FileSystem {
 public:
  Result<std::unique_ptr<File>> Create(const std::string& path) override {
    return Open(path, O_RDWR | O_CREAT | O_EXCL, "create");
  }
  Result<std::unique_ptr<File>> OpenToRead(const std::string& path) override { return Open(path, O_RDONLY, "open"); }

  Status CreateDirectory(const std::string& path) override {
    if (::mkdir(path.c_str(), 0700) == 0) {
      const size_t slash = path.find_last_of('/');
      return SyncDirectory(slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash));
    }
    if (errno == EEXIST) return Ok();
    const size_t slash = path.find_last_of('/');
    if (errno != ENOENT || slash == std::string::npos || slash == 0) return FromErrno(errno, "make directory", path);
    TARN_CHECK(CreateDirectory(path.substr(0, slash)));
    return CreateDirectory(path);
  }

  Status SyncDirectory(const std::string& path) override {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return FromErrno(errno, "open directory", path);
    const int failure = ::fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    if (failure != 0) return FromErrno(failure, "sync directory", path);
    return Ok();
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return FromErrno(errno, "rename to", to);
    return Ok();
  }

  Status Remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return FromErrno(errno, "remove", path);
    return Ok();
  }

  Status RemoveDirectory(const std::string& path) override {
    if (::rmdir(path.c_str()) != 0 && errno != ENOENT) return FromErrno(errno, "remove directory", path);
    return Ok();
  }

  Result<std::vector<std::string>> List(const std::string& path) override {
    DIR* directory = ::opendir(path.c_str());
    if (directory == nullptr) return FromErrno(errno, "list", path);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(directory)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    ::closedir(directory);
    return names;
  }

  Result<DiskSpace> GetSpace(const std::string& path) override {
    struct statvfs disk{};
    if (::statvfs(path.c_str(), &disk) != 0) return FromErrno(errno, "examine", path);
    return DiskSpace{disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize};
  }

 private:
  static Result<std::unique_ptr<File>> Open(const std::string& path, int flags, std::string_view doing) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (descriptor < 0) return FromErrno(errno, doing, path);
    return std::unique_ptr<File>(std::make_unique<PosixFile>(descriptor, path));
  }
};

}  // namespace

FileSystem& PosixFileSystem() {
  static Posix posix;
  return posix;
}

}  // namespace tarn::blob

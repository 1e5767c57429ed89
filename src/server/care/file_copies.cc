#include "server/care/file_copies.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

namespace tarn::server {
namespace {

namespace fs = std::filesystem;
constexpr size_t kBufferBytes = 1 << 20;

Error FromErrno(std::string_view doing, const std::string& path) {
  return Fail(kIoError, fmt::format("{} {}: {}", doing, path, std::strerror(errno)));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int operator*() const { return number_; }

 private:
  const int number_;
};

Status WriteAll(int file, const char* bytes, size_t size, const std::string& path) {
  while (size > 0) {
    const ssize_t wrote = ::write(file, bytes, size);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return FromErrno("write", path);
    bytes += wrote;
    size -= static_cast<size_t>(wrote);
  }
  return Ok();
}

Status Pour(int from, int to, const std::string& from_path, const std::string& to_path, uint64_t bytes_max,
            uint64_t& copied) {
  std::vector<char> buffer(kBufferBytes);
  while (copied < bytes_max) {
    const ssize_t got = ::read(from, buffer.data(), std::min<uint64_t>(buffer.size(), bytes_max - copied));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FromErrno("read", from_path);
    if (got == 0) break;
    TARN_CHECK(WriteAll(to, buffer.data(), static_cast<size_t>(got), to_path));
    copied += static_cast<uint64_t>(got);
  }
  if (::fsync(to) != 0) return FromErrno("sync", to_path);
  return Ok();
}

}  // namespace

Result<uint64_t> CopyFile(const std::string& from, const std::string& to, uint64_t bytes_max) {
  const Descriptor source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (*source < 0) return FromErrno("open", from);
  struct stat info{};
  if (::fstat(*source, &info) != 0) return FromErrno("examine", from);
  const std::string draft = to + ".part";
  uint64_t copied = 0;
  {
    const Descriptor target(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, info.st_mode & 0777));
    if (*target < 0) return FromErrno("create", draft);
    TARN_CHECK(Pour(*source, *target, from, draft, bytes_max, copied));
  }
  if (::rename(draft.c_str(), to.c_str()) != 0) return FromErrno("rename to", to);
  return copied;
}

Status ReplaceFile(const std::string& path, const std::string& text) {
  const std::string draft = path + ".part";
  {
    const Descriptor target(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (*target < 0) return FromErrno("create", draft);
    TARN_CHECK(WriteAll(*target, text.data(), text.size(), draft));
    if (::fsync(*target) != 0) return FromErrno("sync", draft);
  }
  if (::rename(draft.c_str(), path.c_str()) != 0) return FromErrno("rename to", path);
  return SyncFolder(fs::path(path).parent_path());
}

Result<std::string> ReadSmallFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) return Fail(kIoError, path + " cannot be read");
  return text;
}

Status MakeFolders(const std::string& path) {
  std::error_code failed;
  fs::create_directories(path, failed);
  if (failed) return Fail(kIoError, fmt::format("make {}: {}", path, failed.message()));
  return Ok();
}

Status SyncFolder(const std::string& path) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (*folder < 0 || ::fsync(*folder) != 0) return FromErrno("sync", path);
  return Ok();
}

}  // namespace tarn::server

#include "server/master_key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/hash.h"
#include "base/random.h"
#include "base/strings.h"
#include "keys/lake_key.h"

namespace tarn::server {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kFileBytesMax = 4096;

std::string MasterFile(const std::string& directory) { return directory + "/master-key"; }
std::string LakeFile(const std::string& directory) { return directory + "/lake-key"; }

Error FromErrno(std::string_view doing, const std::string& path) {
  return Fail(kIoError, fmt::format("{} {}: {}", doing, path, std::strerror(errno)));
}

// Nothing when there is no such file.
Result<std::optional<std::string>> ReadFile(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return std::optional<std::string>();
  if (file < 0) return FromErrno("open", path);
  std::string text(kFileBytesMax, '\0');
  const ssize_t got = ::read(file, text.data(), text.size());
  ::close(file);
  if (got < 0) return FromErrno("read", path);
  text.resize(static_cast<size_t>(got));
  return std::optional<std::string>(std::move(text));
}

Status SyncDirectory(const std::string& directory) {
  const int file = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return FromErrno("open", directory);
  const bool synced = ::fsync(file) == 0;
  ::close(file);
  return synced ? Ok() : Status(FromErrno("sync", directory));
}

// The whole file or the one before, durably.
Status WriteFile(const std::string& directory, const std::string& path, const std::string& text) {
  const std::string draft = path + ".new";
  ::unlink(draft.c_str());
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return FromErrno("create", draft);
  const bool wrote = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  ::close(file);
  if (!wrote) return FromErrno("write", draft);
  if (::rename(draft.c_str(), path.c_str()) != 0) return FromErrno("rename to", path);
  return SyncDirectory(directory);
}

Result<std::string> ParseKey(std::string_view text, std::string_view where) {
  auto key = Unhex(Trim(text));
  if (!key || key->size() != kKeyBytes) {
    return Fail(kBadMasterKey, fmt::format("{}: a master key is 64 hexadecimal digits", where));
  }
  return std::move(*key);
}

Result<std::string> MakeFile(const std::string& directory) {
  std::string key = RandomBytes(kKeyBytes);
  TARN_CHECK(WriteFile(directory, MasterFile(directory), Hex(key) + "\n"));
  return key;
}

// The master key that is in use.
Result<std::string> Present(const std::string& directory, const std::string& given) {
  if (!given.empty()) return ParseKey(given, "TARN_MASTER_KEY");
  TARN_TRY(const auto text, ReadFile(MasterFile(directory)));
  if (!text) {
    return Fail(kBadMasterKey,
                fmt::format("{} is missing: give the master key as TARN_MASTER_KEY, or put the file back",
                            MasterFile(directory)));
  }
  return ParseKey(*text, MasterFile(directory));
}

Result<std::string> OpenExisting(const std::string& directory, const std::string& given) {
  TARN_TRY(const auto sealed, ReadFile(LakeFile(directory)));
  if (sealed) {
    TARN_TRY(const std::string master, Present(directory, given));
    return keys::OpenLakeKey(*sealed, master);
  }
  TARN_TRY(std::string master, Present(directory, ""));
  if (given.empty()) return master;
  TARN_TRY(const std::string key, ParseKey(given, "TARN_MASTER_KEY"));
  if (ConstantTimeEqual(key, master)) return master;
  return Fail(kBadMasterKey,
              fmt::format("this lake's master key lies in {}: change it to another with `tarn keys rotate-master`",
                          MasterFile(directory)));
}

}  // namespace

Result<std::string> OpenMasterKey(const std::string& directory, const std::string& given, bool is_new) {
  if (!is_new) return OpenExisting(directory, given);
  TARN_TRY(const auto sealed, ReadFile(LakeFile(directory)));
  TARN_TRY(const auto text, ReadFile(MasterFile(directory)));
  if (sealed || text) return OpenExisting(directory, given);  // emptied, or cut off while it was made
  if (given.empty()) return MakeFile(directory);
  TARN_TRY(const std::string master, ParseKey(given, "TARN_MASTER_KEY"));
  std::string lake_key = RandomBytes(kKeyBytes);
  TARN_CHECK(WriteFile(directory, LakeFile(directory), keys::SealLakeKey(lake_key, {master})));
  return lake_key;
}

Status RotateMasterKey(const std::string& directory, const std::string& given, const std::string& next) {
  TARN_TRY(const std::string lake_key, OpenExisting(directory, given));
  TARN_TRY(const std::string old_master, Present(directory, given));
  std::string new_master = RandomBytes(kKeyBytes);
  if (!next.empty()) {
    TARN_TRY(new_master, ParseKey(next, "TARN_NEW_MASTER_KEY"));
  }
  // First both open it, so that whichever is found after a crash does.
  TARN_CHECK(WriteFile(directory, LakeFile(directory), keys::SealLakeKey(lake_key, {old_master, new_master})));
  if (next.empty()) {
    TARN_CHECK(WriteFile(directory, MasterFile(directory), Hex(new_master) + "\n"));
  } else {
    if (::unlink(MasterFile(directory).c_str()) != 0 && errno != ENOENT) {
      return FromErrno("remove", MasterFile(directory));
    }
    TARN_CHECK(SyncDirectory(directory));
  }
  return WriteFile(directory, LakeFile(directory), keys::SealLakeKey(lake_key, {new_master}));
}

int RunKeys(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
  constexpr std::string_view kUsage =
      "usage: tarn keys rotate-master --data DIR\n\n"
      "Seals the lake's key under a new master key: TARN_NEW_MASTER_KEY (64 hexadecimal digits), or a fresh one in\n"
      "DIR/master-key. The present one is TARN_MASTER_KEY or lies in DIR/master-key. The lake may be running.\n";
  std::string directory;
  std::string given;
  std::string next;
  for (const std::string& entry : environment) {
    if (entry.starts_with("TARN_DATA=")) directory = entry.substr(10);
    if (entry.starts_with("TARN_MASTER_KEY=")) given = entry.substr(16);
    if (entry.starts_with("TARN_NEW_MASTER_KEY=")) next = entry.substr(20);
  }
  const bool help = arguments.size() == 1 && arguments[0] == "--help";
  if (arguments.size() == 3 && arguments[1] == "--data") directory = arguments[2];
  const bool sound = !arguments.empty() && arguments[0] == "rotate-master" && !directory.empty() &&
                     (arguments.size() == 1 || (arguments.size() == 3 && arguments[1] == "--data"));
  if (!sound) {
    fmt::print(help ? stdout : stderr, "{}", kUsage);
    return help ? 0 : 2;
  }
  const Status done = RotateMasterKey(directory, given, next);
  if (!done.ok()) {
    fmt::print(stderr, "tarn: {}\n", done.error().message);
    return 1;
  }
  fmt::print("the lake's key is sealed under {}\n",
             next.empty() ? "a new master key in " + MasterFile(directory) : "TARN_NEW_MASTER_KEY; keep it safe");
  return 0;
}

}  // namespace tarn::server

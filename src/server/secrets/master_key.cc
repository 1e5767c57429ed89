#include "server/secrets/master_key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
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
std::string KmsFile(const std::string& directory) { return directory + "/master-key.kms"; }
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

// Durably; what is not there is gone already.
Status RemoveFile(const std::string& directory, const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return FromErrno("remove", path);
  return SyncDirectory(directory);
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

Result<std::string> GivenMasterKey(const std::string& directory, const std::string& given, const MasterKms& kms,
                                   bool is_new) {
  TARN_TRY(const auto text, ReadFile(KmsFile(directory)));
  if (!given.empty()) return given;
  if (kms.url.empty()) {
    if (!text) return std::string();
    return Fail(kBadMasterKey, fmt::format("the master key in {} is sealed by a KMS: name it with --master-key-kms",
                                           KmsFile(directory)));
  }
  if (text) {
    TARN_TRY(const std::string master, OpenSealedMasterKey(kms, *text));
    return Hex(master);
  }
  TARN_TRY(const auto file, ReadFile(MasterFile(directory)));
  TARN_TRY(const auto sealed, ReadFile(LakeFile(directory)));
  if (!is_new || file || sealed) {
    return Fail(kBadMasterKey,
                "this lake's master key is not sealed by a KMS: change it with `tarn keys rotate-master`");
  }
  TARN_TRY(const SealedMasterKey made, MakeSealedMasterKey(kms));
  TARN_CHECK(WriteFile(directory, KmsFile(directory), made.text));
  return Hex(made.plaintext);
}

std::string DeriveKey(const std::string& lake_key, std::string_view purpose) { return HmacSha256(lake_key, purpose); }

Status RotateMasterKey(const std::string& directory, const std::string& given, const std::string& next,
                       const MasterKms& next_kms) {
  TARN_TRY(const std::string lake_key, OpenExisting(directory, given));
  TARN_TRY(const std::string old_master, Present(directory, given));
  std::string new_master = RandomBytes(kKeyBytes);
  std::string sealed;
  if (!next_kms.url.empty()) {
    TARN_TRY(SealedMasterKey made, MakeSealedMasterKey(next_kms));
    new_master = std::move(made.plaintext);
    sealed = std::move(made.text);
  } else if (!next.empty()) {
    TARN_TRY(new_master, ParseKey(next, "TARN_NEW_MASTER_KEY"));
  }
  // First both open it, so that whichever is found after a crash does.
  TARN_CHECK(WriteFile(directory, LakeFile(directory), keys::SealLakeKey(lake_key, {old_master, new_master})));
  const bool in_file = sealed.empty() && next.empty();
  if (in_file) TARN_CHECK(WriteFile(directory, MasterFile(directory), Hex(new_master) + "\n"));
  if (!sealed.empty()) TARN_CHECK(WriteFile(directory, KmsFile(directory), sealed));
  if (!in_file) TARN_CHECK(RemoveFile(directory, MasterFile(directory)));
  if (sealed.empty()) TARN_CHECK(RemoveFile(directory, KmsFile(directory)));
  return WriteFile(directory, LakeFile(directory), keys::SealLakeKey(lake_key, {new_master}));
}

int RunKeys(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
  constexpr std::string_view kUsage =
      "usage: tarn keys rotate-master --data DIR\n\n"
      "Seals the lake's key under a new master key: TARN_NEW_MASTER_KEY (64 hexadecimal digits), one of the KMS at\n"
      "TARN_NEW_MASTER_KEY_KMS under its key TARN_NEW_MASTER_KEY_KMS_KEY, or a fresh one in DIR/master-key. The "
      "present\n"
      "one is TARN_MASTER_KEY, is opened by TARN_MASTER_KEY_KMS, or lies in DIR/master-key. The lake may be running.\n";
  std::map<std::string, std::string> variables;
  for (const std::string& entry : environment) {
    const size_t sign = entry.find('=');
    if (sign != std::string::npos) variables[entry.substr(0, sign)] = entry.substr(sign + 1);
  }
  std::string directory = variables["TARN_DATA"];
  const std::string next = variables["TARN_NEW_MASTER_KEY"];
  const bool help = arguments.size() == 1 && arguments[0] == "--help";
  if (arguments.size() == 3 && arguments[1] == "--data") directory = arguments[2];
  const bool sound = !arguments.empty() && arguments[0] == "rotate-master" && !directory.empty() &&
                     (arguments.size() == 1 || (arguments.size() == 3 && arguments[1] == "--data"));
  if (!sound) {
    fmt::print(help ? stdout : stderr, "{}", kUsage);
    return help ? 0 : 2;
  }
  const MasterKms next_kms = MasterKmsOf(variables, "TARN_NEW_MASTER_KEY_KMS");
  const auto given = GivenMasterKey(directory, variables["TARN_MASTER_KEY"],
                                    MasterKmsOf(variables, "TARN_MASTER_KEY_KMS"), /*is_new=*/false);
  const Status done = given.ok() ? RotateMasterKey(directory, *given, next, next_kms) : Status(given.error());
  if (!done.ok()) {
    fmt::print(stderr, "tarn: {}\n", done.error().message);
    return 1;
  }
  fmt::print("the lake's key is sealed under {}\n", !next_kms.url.empty() ? "a master key of the KMS at " + next_kms.url
                                                    : next.empty() ? "a new master key in " + MasterFile(directory)
                                                                   : "TARN_NEW_MASTER_KEY; keep it safe");
  return 0;
}

}  // namespace tarn::server

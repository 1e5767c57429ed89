#include "server/care/backup.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "base/strings.h"
#include "server/care/file_copies.h"

namespace tarn::server {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kManifest = "/BACKUP";
constexpr std::string_view kTitle = "tarn backup 2";
constexpr std::string_view kTitleBefore = "tarn backup 1";  // without streams
constexpr std::string_view kBlobs = "blobs";
constexpr std::string_view kStreams = "streams";
constexpr uint64_t kSmallFileBytesMax = 1 << 20;

using FileSizes = std::map<std::string, uint64_t>;  // by name

// What BACKUP says. One "word rest" a line: lake (whose), kv and own (folders), file (bytes and name below blobs/), log
// (the same below streams/), end.
struct Manifest {
  std::string lake;
  std::string kv;
  std::string own;
  FileSizes files;  // "default/packs/….pack"
  FileSizes logs;   // "<segment>-<identity>.log"

  std::string Encode() const {
    std::string text = fmt::format("{}\nlake {}\nkv {}\nown {}\n", kTitle, lake, kv, own);
    for (const auto& [name, bytes] : files) text += fmt::format("file {} {}\n", bytes, name);
    for (const auto& [name, bytes] : logs) text += fmt::format("log {} {}\n", bytes, name);
    return text + "end\n";
  }

  static Result<Manifest> Decode(const std::string& text, const std::string& path) {
    Manifest manifest;
    const auto lines = Split(text, '\n');
    if (lines.empty() || (lines[0] != kTitle && lines[0] != kTitleBefore)) {
      return Fail(kBadOption,
                  path + " is not a backup that this tarn can read: use the tarn that wrote it or a newer one");
    }
    bool ended = false;
    for (const std::string_view line : lines) {
      const size_t space = line.find(' ');
      const std::string_view word = line.substr(0, space);
      const std::string rest(space == std::string_view::npos ? "" : line.substr(space + 1));
      if (word == "lake") manifest.lake = rest;
      if (word == "kv") manifest.kv = rest;
      if (word == "own") manifest.own = rest;
      if (word == "end") ended = true;
      if (word != "file" && word != "log") continue;
      const size_t second = rest.find(' ');
      const auto bytes = ParseU64(rest.substr(0, second));
      if (!bytes || second == std::string::npos) return Fail(kBadOption, path + " is damaged");
      (word == "log" ? manifest.logs : manifest.files)[rest.substr(second + 1)] = *bytes;
    }
    if (!ended || manifest.kv.empty() || manifest.own.empty()) return Fail(kBadOption, path + " is damaged");
    return manifest;
  }
};

// The present manifest; an empty one for a new backup.
Result<Manifest> LoadManifest(const std::string& directory, const std::string& lake) {
  const std::string path = directory + std::string(kManifest);
  std::error_code failed;
  if (!fs::exists(path, failed)) {
    // An interrupted first backup leaves folders of its own, and nothing else may be there.
    for (const auto& entry : fs::directory_iterator(directory, failed)) {
      const std::string name = entry.path().filename();
      if (name != kBlobs && name != kStreams && !name.starts_with("kv-") && !name.starts_with("own-")) {
        return Fail(kBadOption, directory + " holds something else: a backup needs a directory of its own");
      }
    }
    return Manifest{.lake = lake, .kv = {}, .own = {}, .files = {}, .logs = {}};
  }
  TARN_TRY(const std::string text, ReadSmallFile(path));
  TARN_TRY(Manifest manifest, Manifest::Decode(text, path));
  if (manifest.lake != lake) return Fail(kBadOption, directory + " is the backup of another lake");
  return manifest;
}

class Taking {
 public:
  Taking(std::string directory, Manifest before, Timestamp now)
      : directory_(std::move(directory)), before_(std::move(before)) {
    after_.lake = before_.lake;
    after_.kv = fmt::format("kv-{}", now.micros);
    after_.own = fmt::format("own-{}", now.micros);
  }

  Status Checkpoint(kv::Store& kv) { return kv.Checkpoint(directory_ + "/" + after_.kv); }

  // Keys and credentials: the small files in the lake's own folder.
  Status CopyOwn(const std::string& data) {
    const std::string folder = directory_ + "/" + after_.own;
    TARN_CHECK(MakeFolders(folder));
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(data, failed)) {
      if (!entry.is_regular_file() || entry.file_size() > kSmallFileBytesMax) continue;
      TARN_CHECK(CopyFile(entry.path(), folder + "/" + entry.path().filename().string()));
    }
    return SyncFolder(folder);
  }

  Status Copy(const blob::VolumeFile& file) {
    const std::string name = file.volume + "/" + file.name;
    const std::string to = directory_ + "/blobs/" + name;
    after_.files[name] = file.bytes;
    ++report_.files;
    report_.bytes += file.bytes;
    const auto kept = before_.files.find(name);
    std::error_code failed;
    const bool is_there = file.is_fixed && kept != before_.files.end() && kept->second == file.bytes &&
                          fs::file_size(to, failed) == file.bytes;
    if (is_there) return Ok();
    const std::string folder = fs::path(to).parent_path();
    TARN_CHECK(MakeFolders(folder));
    TARN_TRY(const uint64_t bytes, CopyFile(file.path, to));
    if (bytes != file.bytes) return Fail(kIoError, fmt::format("{} has {} bytes, not {}", to, bytes, file.bytes));
    folders_.insert(folder);
    ++report_.copied_files;
    report_.copied_bytes += bytes;
    return Ok();
  }

  // A segment of the log: its first bytes are what they were.
  Status Copy(const stream::Log::SegmentCopy& segment) {
    const std::string name = fmt::format("{}-{}.log", fs::path(segment.name).stem().string(), segment.identity);
    const std::string folder = fmt::format("{}/{}", directory_, kStreams);
    const std::string to = folder + "/" + name;
    after_.logs[name] = segment.bytes;
    ++report_.segments;
    report_.segment_bytes += segment.bytes;
    const auto kept = before_.logs.find(name);
    std::error_code failed;
    if (kept != before_.logs.end() && kept->second == segment.bytes && fs::file_size(to, failed) >= segment.bytes) {
      return Ok();
    }
    TARN_CHECK(MakeFolders(folder));
    TARN_TRY(const uint64_t bytes, CopyFile(segment.path, to, segment.bytes));
    if (bytes != segment.bytes) return Fail(kIoError, fmt::format("{} has {} bytes, not {}", to, bytes, segment.bytes));
    folders_.insert(folder);
    ++report_.copied_files;
    report_.copied_bytes += bytes;
    return Ok();
  }

  // From here on this is the backup.
  Status Finish() {
    for (std::string folder : folders_) {
      for (; folder.size() >= directory_.size(); folder = fs::path(folder).parent_path()) {
        TARN_CHECK(SyncFolder(folder));
      }
    }
    TARN_CHECK(SyncFolder(directory_));
    TARN_CHECK(ReplaceFile(directory_ + std::string(kManifest), after_.Encode()));
    RemoveOld();
    return Ok();
  }

  const BackupReport& report() const { return report_; }

 private:
  // Whatever belongs to the backup no more, interrupted ones' leftovers included. Failures wait for the next backup.
  void RemoveOld() const {
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(directory_, failed)) {
      const std::string name = entry.path().filename();
      const bool is_old = (name.starts_with("kv-") && name != after_.kv && !name.starts_with(after_.kv + ".")) ||
                          (name.starts_with("own-") && name != after_.own);
      if (is_old) fs::remove_all(entry.path(), failed);
    }
    RemoveOthers(fmt::format("{}/{}/", directory_, kBlobs), after_.files);
    RemoveOthers(fmt::format("{}/{}/", directory_, kStreams), after_.logs);
  }
  static void RemoveOthers(const std::string& folder, const FileSizes& files) {
    std::error_code failed;
    std::vector<fs::path> old;
    for (const auto& entry : fs::recursive_directory_iterator(folder, failed)) {
      if (!entry.is_regular_file()) continue;
      if (!files.contains(entry.path().string().substr(folder.size()))) old.push_back(entry.path());
    }
    for (const auto& path : old) fs::remove(path, failed);
  }

  const std::string directory_;
  const Manifest before_;
  Manifest after_;
  std::set<std::string> folders_;
  BackupReport report_;
};

Status CopyFolder(const std::string& from, const std::string& to, BackupReport& report) {
  TARN_CHECK(MakeFolders(to));
  std::error_code failed;
  fs::directory_iterator entries(from, failed);
  if (failed) return Fail(kIoError, fmt::format("list {}: {}", from, failed.message()));
  for (const auto& entry : entries) {
    if (!entry.is_regular_file()) continue;
    TARN_TRY(const uint64_t bytes, CopyFile(entry.path(), to + "/" + entry.path().filename().string()));
    ++report.copied_files;
    report.copied_bytes += bytes;
  }
  return SyncFolder(to);
}

// Where the restored volume lies.
std::string VolumeFolder(const std::string& volume, const Options& options) {
  if (volume == "default") return options.data + "/blobs";
  for (const auto& told : options.volumes) {
    if (told.name == volume) return told.directory;
  }
  return options.data + "/volumes/" + volume;
}

Status RestoreLog(const std::string& directory, const Manifest& manifest, const std::string& to, BackupReport& report) {
  constexpr size_t kNumberDigits = 8;
  TARN_CHECK(MakeFolders(to));
  for (const auto& [name, bytes] : manifest.logs) {
    const std::string path = fmt::format("{}/{}.log", to, name.substr(0, kNumberDigits));
    TARN_TRY(const uint64_t copied, CopyFile(fmt::format("{}/{}/{}", directory, kStreams, name), path, bytes));
    if (copied != bytes) return Fail(kIoError, fmt::format("{} has {} bytes, not {}", name, copied, bytes));
    ++report.copied_files;
    report.copied_bytes += copied;
  }
  return ReplaceFile(fmt::format("{}/{}", to, stream::Log::kRestoredFile), "");
}

Status CheckEmpty(const std::string& folder) {
  std::error_code failed;
  if (fs::exists(folder, failed) && !fs::is_empty(folder, failed)) {
    return Fail(kBadOption, folder + " is not empty: a lake is restored to a new directory");
  }
  return Ok();
}

}  // namespace

Result<BackupReport> TakeBackup(const Options& options, const std::string& lake, const BackupParts& parts,
                                Timestamp now, const std::string& directory) {
  if (!fs::path(directory).is_absolute()) return Fail(kBadOption, "a backup's directory is an absolute path");
  TARN_CHECK(MakeFolders(directory));
  const std::string place = fs::canonical(directory).string();
  const std::string data = fs::canonical(options.data).string();
  if ((place + "/").starts_with(data + "/")) return Fail(kBadOption, "a backup does not lie within its lake");
  TARN_TRY(Manifest before, LoadManifest(place, lake));
  Taking taking(place, std::move(before), now);
  const auto metadata = [&]() -> Status {
    TARN_CHECK(taking.Checkpoint(parts.kv));
    return taking.CopyOwn(options.data);
  };
  // The log is of a later moment than the metadata: it has all that their positions tell of.
  const auto before_the_log = [&] {
    return parts.blobs.VisitFiles(metadata, [&](const blob::VolumeFile& file) { return taking.Copy(file); });
  };
  TARN_CHECK(parts.log.VisitSegments(before_the_log,
                                     [&](const stream::Log::SegmentCopy& segment) { return taking.Copy(segment); }));
  TARN_CHECK(taking.Finish());
  return taking.report();
}

Result<BackupReport> RestoreBackup(const std::string& directory, const Options& options) {
  const std::string path = directory + std::string(kManifest);
  TARN_TRY(const std::string text, ReadSmallFile(path));
  TARN_TRY(const Manifest manifest, Manifest::Decode(text, path));
  TARN_CHECK(CheckEmpty(options.data));
  for (const auto& volume : options.volumes) TARN_CHECK(CheckEmpty(volume.directory));
  BackupReport report;
  std::set<std::string> folders;
  for (const auto& [name, bytes] : manifest.files) {
    const size_t slash = name.find('/');
    const std::string to = VolumeFolder(name.substr(0, slash), options) + "/" + name.substr(slash + 1);
    folders.insert(fs::path(to).parent_path());
    TARN_CHECK(MakeFolders(fs::path(to).parent_path()));
    TARN_TRY(const uint64_t copied, CopyFile(directory + "/blobs/" + name, to));
    if (copied != bytes) return Fail(kIoError, fmt::format("{} has {} bytes, not {}", name, copied, bytes));
    ++report.copied_files;
    report.copied_bytes += copied;
  }
  for (const std::string& folder : folders) TARN_CHECK(SyncFolder(folder));
  TARN_CHECK(RestoreLog(directory, manifest, options.data + "/streams", report));
  TARN_CHECK(CopyFolder(directory + "/" + manifest.own, options.data, report));
  // The metadata last: without it nothing would open what an interrupted restore left.
  TARN_CHECK(CopyFolder(directory + "/" + manifest.kv, options.data + "/kv", report));
  TARN_CHECK(SyncFolder(options.data));
  report.files = report.copied_files;
  report.bytes = report.copied_bytes;
  return report;
}

}  // namespace tarn::server

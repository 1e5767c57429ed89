#include "blob/local/volume.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/hash.h"

namespace tarn::blob {
namespace {

constexpr std::string_view kFormatText = "tarn blob 3\n";
// Version 1 had one volume, one copy and one form of blobs, version 2 no frames under another blob's id: all of it
// reads the same in version 3.
constexpr std::array<std::string_view, 2> kOlderFormatTexts = {"tarn blob 1\n", "tarn blob 2\n"};
constexpr std::string_view kPackSuffix = ".pack";
constexpr std::string_view kPackMagic = "TARNPACK";
constexpr size_t kOpenPacksMax = 128;
constexpr uint64_t kFilesPerDirectory = 1000;

std::optional<uint64_t> ParseHex(std::string_view text) {
  uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (text.size() != 16 || failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "TARNPACK", version 1 (four bytes), container number, zeros, CRC32C of the 60 bytes before.
std::string PackHeader(uint64_t container) {
  std::string header(kPackMagic);
  header += BigEndian32(1) + BigEndian64(container);
  header.resize(60, '\0');
  return header + BigEndian32(Crc32c(AsBytes(header)));
}

}  // namespace

Volume::Volume(FileSystem& files, Spec spec, const Clock& clock)
    : files_(files), spec_(std::move(spec)), clock_(clock) {}

Result<std::unique_ptr<Volume>> Volume::Open(FileSystem& files, Spec spec, const Clock& clock) {
  std::unique_ptr<Volume> volume(new Volume(files, std::move(spec), clock));
  TARN_CHECK(volume->Load());
  return volume;
}

Status Volume::Load() {
  const std::string& directory = spec_.directory;
  if (spec_.may_be_new) TARN_CHECK(files_.CreateDirectory(directory));
  TARN_CHECK(CheckIdentity());
  TARN_CHECK(CheckFormat());
  TARN_CHECK(files_.CreateDirectory(directory + "/packs"));
  TARN_CHECK(files_.CreateDirectory(directory + "/files"));
  TARN_TRY(auto packs, files_.List(directory + "/packs"));
  for (std::string_view name : packs) {
    if (!name.ends_with(kPackSuffix)) continue;
    name.remove_suffix(kPackSuffix.size());
    if (const auto number = ParseHex(name); number && IsPack(*number)) packs_.push_back(*number);
  }
  TARN_TRY(old_directories_, ListDirectories());
  std::ranges::sort(packs_);
  std::ranges::sort(old_directories_);
  for (const auto* list : {&packs_, &old_directories_}) {
    if (!list->empty()) last_number_ = std::max(last_number_, list->back());
  }
  return Ok();
}

Result<std::vector<uint64_t>> Volume::ListDirectories() {
  std::vector<uint64_t> numbers;
  TARN_TRY(auto directories, files_.List(spec_.directory + "/files"));
  for (const auto& name : directories) {
    if (const auto number = ParseHex(name); number && !IsPack(*number)) numbers.push_back(*number);
  }
  return numbers;
}

// The file VOLUME stops a lake from running on the wrong disk, or on the empty directory below a missing mount.
Status Volume::CheckIdentity() {
  if (spec_.identity.empty()) return Ok();
  const std::string path = spec_.directory + "/VOLUME";
  const std::string text = spec_.identity + "\n";
  auto opened = files_.OpenToRead(path);
  if (opened.ok()) {
    std::string found(64, '\0');
    TARN_TRY(const size_t count, (*opened)->ReadAt(0, std::as_writable_bytes(std::span(found))));
    found.resize(count);
    if (found == text) return Ok();
    const bool torn = spec_.may_be_new && text.starts_with(found);  // the power went while it was made
    if (!torn) {
      return Fail(kFormat, fmt::format("{} is not volume '{}' of this lake", spec_.directory, spec_.name));
    }
    TARN_CHECK(files_.Remove(path));
  } else if (!opened.Is(kNoFile)) {
    return opened.error();
  } else if (!spec_.may_be_new) {
    return Fail(kFormat,
                fmt::format("{} does not hold volume '{}': is its disk mounted? If the disk was lost and this is its "
                            "replacement, say replaced = true",
                            spec_.directory, spec_.name));
  }
  TARN_TRY(auto file, files_.Create(path));
  const auto bytes = AsBytes(text);
  TARN_CHECK(file->WriteAt(0, {&bytes, 1}));
  TARN_CHECK(file->Sync());
  return files_.SyncDirectory(spec_.directory);
}

Status Volume::CheckFormat() {
  std::array<std::byte, 64> bytes{};
  auto opened = files_.OpenToRead(spec_.directory + "/FORMAT");
  if (opened.Is(kNoFile)) return WriteFormat();
  if (!opened.ok()) return opened.error();
  TARN_TRY(const size_t count, (*opened)->ReadAt(0, std::span(bytes)));
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), count);
  if (text == kFormatText) return Ok();
  if (std::ranges::find(kOlderFormatTexts, text) != kOlderFormatTexts.end()) return WriteFormat();
  return Fail(kFormat, fmt::format("{} holds blobs of another format ('{}'; this tarn writes '{}'): use the tarn that "
                                   "wrote it or a newer one",
                                   spec_.directory, text.substr(0, text.find('\n')),
                                   kFormatText.substr(0, kFormatText.size() - 1)));
}

// Replaces the file in one step.
Status Volume::WriteFormat() {
  const std::string draft = spec_.directory + "/FORMAT.new";
  TARN_CHECK(files_.Remove(draft));
  TARN_TRY(auto file, files_.Create(draft));
  const auto text = AsBytes(kFormatText);
  TARN_CHECK(file->WriteAt(0, {&text, 1}));
  TARN_CHECK(file->Sync());
  TARN_CHECK(files_.Rename(draft, spec_.directory + "/FORMAT"));
  return files_.SyncDirectory(spec_.directory);
}

Status Volume::CheckRoom(uint64_t bytes) {
  if (spec_.free_bytes_min == 0) return Ok();
  TARN_TRY(const DiskSpace space, files_.GetSpace(spec_.directory));
  const uint64_t keep = std::min(spec_.free_bytes_min, space.total / 20);
  if (space.free >= keep + bytes) return Ok();
  return Fail(kDiskFull, fmt::format("the disk of volume '{}' is full: {} MiB are left and kept for the metadata",
                                     spec_.name, space.free >> 20));
}

uint64_t Volume::NextNumber(bool pack) {
  const uint64_t now = uint64_t{spec_.number} << kVolumeShift | static_cast<uint64_t>(clock_.Now().micros) << 1;
  last_number_ = std::max(now, last_number_ + 2) & ~uint64_t{1};
  if (!pack) last_number_ |= 1;
  return last_number_;
}

std::string Volume::PackName(uint64_t container) { return fmt::format("packs/{:016x}{}", container, kPackSuffix); }
std::string Volume::LargeName(uint64_t container, const BlobId& id) {
  return fmt::format("files/{:016x}/{}", container, id.Hex());
}
std::string Volume::PathOfPack(uint64_t container) const { return spec_.directory + "/" + PackName(container); }
std::string Volume::DirectoryPath(uint64_t container) const {
  return fmt::format("{}/files/{:016x}", spec_.directory, container);
}
std::string Volume::PathOfLarge(uint64_t container, const BlobId& id) const {
  return DirectoryPath(container) + "/" + id.Hex();
}

Result<std::pair<uint64_t, std::shared_ptr<File>>> Volume::CreatePack() {
  uint64_t number;
  {
    std::lock_guard lock(mutex_);
    number = NextNumber(true);
  }
  TARN_TRY(std::shared_ptr<File> file, files_.Create(PathOfPack(number)));
  const std::string header = PackHeader(number);
  const auto bytes = AsBytes(header);
  Status made = file->WriteAt(0, {&bytes, 1});
  if (made.ok()) made = file->Sync();
  if (made.ok()) made = files_.SyncDirectory(spec_.directory + "/packs");
  if (!made.ok()) {
    (void)files_.Remove(PathOfPack(number));  // nobody knows it; a start would find it empty and remove it
    return made.error();
  }
  std::lock_guard lock(mutex_);
  packs_.push_back(number);
  growing_pack_ = number;
  open_packs_[number] = file;
  return std::pair(number, std::move(file));
}

void Volume::EndPack() {
  std::lock_guard lock(mutex_);
  growing_pack_ = 0;
}

std::shared_ptr<File> Volume::OpenPackIfCached(uint64_t container) {
  std::lock_guard lock(mutex_);
  const auto it = open_packs_.find(container);
  return it == open_packs_.end() ? nullptr : it->second;
}

Result<std::unique_ptr<File>> Volume::OpenPackAnew(uint64_t container) {
  return files_.OpenToRead(PathOfPack(container));
}

Result<std::shared_ptr<File>> Volume::OpenPack(uint64_t container) {
  if (auto open = OpenPackIfCached(container)) return open;
  TARN_TRY(std::shared_ptr<File> file, files_.OpenToRead(PathOfPack(container)));
  std::lock_guard lock(mutex_);
  if (open_packs_.size() >= kOpenPacksMax) open_packs_.clear();
  open_packs_[container] = file;
  return file;
}

Status Volume::RemovePack(uint64_t container) {
  {
    std::lock_guard lock(mutex_);
    open_packs_.erase(container);
    std::erase(packs_, container);
  }
  return files_.Remove(PathOfPack(container));
}

Result<Volume::LargeFile> Volume::CreateLarge(const BlobId& id) {
  uint64_t container;
  {
    std::lock_guard making(directory_mutex_);
    if (large_directory_ == 0 || large_in_directory_ >= kFilesPerDirectory) {
      uint64_t number;
      {
        std::lock_guard lock(mutex_);
        number = NextNumber(false);
      }
      TARN_CHECK(files_.CreateDirectory(DirectoryPath(number)));
      large_directory_ = number;
      large_in_directory_ = 0;
    }
    container = large_directory_;
    ++large_in_directory_;
  }
  TARN_TRY(auto file, files_.Create(PathOfLarge(container, id)));
  return LargeFile{container, std::move(file)};
}

void Volume::EndDirectory(uint64_t container) {
  std::lock_guard making(directory_mutex_);
  if (large_directory_ == container) large_directory_ = 0;
}

Result<std::unique_ptr<File>> Volume::OpenLarge(uint64_t container, const BlobId& id) {
  return files_.OpenToRead(PathOfLarge(container, id));
}

Status Volume::SyncLargeName(uint64_t container) { return files_.SyncDirectory(DirectoryPath(container)); }

Status Volume::RemoveLarge(uint64_t container, const BlobId& id) { return files_.Remove(PathOfLarge(container, id)); }

void Volume::RemoveDirectoryIfUnused(uint64_t container) {
  std::lock_guard making(directory_mutex_);
  if (container != large_directory_) (void)files_.RemoveDirectory(DirectoryPath(container));  // refuses a full one
}

Result<std::vector<BlobId>> Volume::ListLarge(uint64_t container) {
  std::vector<BlobId> ids;
  TARN_TRY(auto names, files_.List(DirectoryPath(container)));
  for (const std::string_view name : names) {
    if (name.size() != 32) continue;
    const auto high = ParseHex(name.substr(0, 16));
    const auto low = ParseHex(name.substr(16));
    if (high && low) ids.push_back({*high, *low});
  }
  return ids;
}

std::vector<uint64_t> Volume::packs() const {
  std::lock_guard lock(mutex_);
  return packs_;
}

std::vector<uint64_t> Volume::ended_packs() const {
  std::lock_guard lock(mutex_);
  std::vector<uint64_t> ended = packs_;
  std::erase(ended, growing_pack_);
  return ended;
}

}  // namespace tarn::blob

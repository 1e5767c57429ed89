// One directory of blobs: names, numbers and open files of its containers.
//
//   FORMAT               "tarn blob 3\n"
//   VOLUME               the volume's identity; the default volume has none
//   packs/<number>.pack  a 64-byte header, then blobs end to end
//   files/<number>/<id>  one large blob each
// Numbers are 16 hex digits, grow with time and are never used twice; their highest byte is the volume's.
// Errors: kFormat when a newer tarn, or nobody, wrote the directory; kDiskFull.
// Threads: any.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "blob/file_system.h"
#include "blob/local/location.h"

namespace tarn::blob {

class Volume {
 public:
  struct Spec {
    std::string name;
    std::string directory;
    uint8_t number = 0;
    std::string identity;         // empty: of the default volume, which needs none
    bool may_be_new = true;       // else the directory must hold this identity already
    uint64_t free_bytes_min = 0;  // left to the metadata; at most a twentieth of the disk
  };
  // Makes, upgrades or checks the directory.
  static Result<std::unique_ptr<Volume>> Open(FileSystem& files, Spec spec, const Clock& clock);
  const std::string& name() const { return spec_.name; }
  const std::string& directory() const { return spec_.directory; }
  uint8_t number() const { return spec_.number; }
  // kDiskFull when `bytes` more would touch what is left for the metadata.
  Status CheckRoom(uint64_t bytes);

  // A new pack with its header, durable and empty; it counts as growing until EndPack.
  Result<std::pair<uint64_t, std::shared_ptr<File>>> CreatePack();
  void EndPack();
  Result<std::shared_ptr<File>> OpenPack(uint64_t container);
  // By its name, whatever is open: a file that was removed by others is missed.
  Result<std::unique_ptr<File>> OpenPackAnew(uint64_t container);
  std::shared_ptr<File> OpenPackIfCached(uint64_t container);
  Status RemovePack(uint64_t container);

  struct LargeFile {
    uint64_t container;
    std::unique_ptr<File> file;
  };
  Result<LargeFile> CreateLarge(const BlobId& id);
  // No new file goes into that directory: where a damaged file lies, a healed one would have the same name.
  void EndDirectory(uint64_t container);
  // Names below the directory.
  static std::string PackName(uint64_t container);
  static std::string LargeName(uint64_t container, const BlobId& id);
  Result<std::vector<uint64_t>> ListDirectories();
  Result<std::unique_ptr<File>> OpenLarge(uint64_t container, const BlobId& id);
  Status SyncLargeName(uint64_t container);
  Status RemoveLarge(uint64_t container, const BlobId& id);
  // Removes the directory if it is empty and takes no new files.
  void RemoveDirectoryIfUnused(uint64_t container);
  Result<std::vector<BlobId>> ListLarge(uint64_t container);

  std::vector<uint64_t> packs() const;
  // Those that never change again.
  std::vector<uint64_t> ended_packs() const;
  // The directories that were there when the volume was opened.
  const std::vector<uint64_t>& old_directories() const { return old_directories_; }

 private:
  Volume(FileSystem& files, Spec spec, const Clock& clock);
  Status Load();
  Status CheckFormat();
  Status CheckIdentity();
  Status WriteFormat();
  uint64_t NextNumber(bool pack);  // under mutex_
  std::string PathOfPack(uint64_t container) const;
  std::string PathOfLarge(uint64_t container, const BlobId& id) const;
  std::string DirectoryPath(uint64_t container) const;

  FileSystem& files_;
  const Spec spec_;
  const Clock& clock_;
  std::vector<uint64_t> old_directories_;

  mutable std::mutex mutex_;
  uint64_t last_number_ = 0;
  std::vector<uint64_t> packs_;
  uint64_t growing_pack_ = 0;
  // Open packs, emptied when it grows past its bound: reopening is cheap.
  std::unordered_map<uint64_t, std::shared_ptr<File>> open_packs_;
  std::mutex directory_mutex_;  // held while a directory is made
  uint64_t large_directory_ = 0;
  uint64_t large_in_directory_ = 0;
};

}  // namespace tarn::blob

// The directory of a store: names, numbers and open files of its containers.
//
//   FORMAT               "tarn blob 1\n"
//   packs/<number>.pack  a 64-byte header, then blobs end to end
//   files/<number>/<id>  one large blob each
// Numbers are 16 hex digits, grow with time and are never used twice.
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
  // Makes or checks the directory; kFormat when a newer tarn wrote it.
  static Result<std::unique_ptr<Volume>> Open(FileSystem& files, std::string directory, const Clock& clock);

  // A new pack with its header, durable and empty; it counts as growing until EndPack.
  Result<std::pair<uint64_t, std::shared_ptr<File>>> CreatePack(uint64_t reserve_bytes);
  void EndPack();
  Result<std::shared_ptr<File>> OpenPack(uint64_t container);
  std::shared_ptr<File> OpenPackIfCached(uint64_t container);
  Status RemovePack(uint64_t container);

  struct LargeFile {
    uint64_t container;
    std::unique_ptr<File> file;
  };
  Result<LargeFile> CreateLarge(const BlobId& id);
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
  Volume(FileSystem& files, std::string directory, const Clock& clock);
  Status Load();
  Status CheckFormat();
  uint64_t NextNumber(bool pack);  // under mutex_
  std::string PackPath(uint64_t container) const;
  std::string DirectoryPath(uint64_t container) const;

  FileSystem& files_;
  const std::string directory_;
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

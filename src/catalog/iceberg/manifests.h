// Manifest lists and manifests, read from the account's objects and kept in memory.
//
// Invariants: what is kept is the file as stored (an object overwritten under the same path is read anew, by its ETag);
// files kept never exceed `cache_bytes`, the least recently used go first; what a caller holds stays valid after it is
// dropped. Nothing is decoded twice at the same time for one caller: ForEach decodes on the caller's thread and, when
// they are free, on a pool's.
// Units: bytes. Errors: object's (kNoSuchKey …), iceberg's (kCorrupt, kTooLarge). Blocking; never on an I/O thread.
// Threads: any. Defined by the Iceberg table specification, "Manifests" and "Manifest Lists".
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "base/scope.h"
#include "iceberg/manifest/manifest.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/puffin/positions.h"
#include "object/files.h"

namespace tarn::catalog {

using FileBytes = std::shared_ptr<const std::string>;
using ManifestFiles = std::shared_ptr<const std::vector<iceberg::ManifestFile>>;

// Properties that name folders for a table's files, wherever they lie.
inline constexpr std::array<std::string_view, 4> kFolderProperties = {
    "write.data.path", "write.metadata.path", "write.object-storage.path", "write.folder-storage.path"};

// Whether a file may be opened that a table's own files name: those who may commit to a table write them, and can name
// any file of the account. None: all may. Threads: any.
using MayOpen = std::function<Status(const std::string& path)>;

class Manifests {
 public:
  struct Options {
    uint64_t cache_bytes = uint64_t{192} << 20;
    size_t threads = 0;  // that help a caller; 0: as many as there are cores
  };
  Manifests(object::Store& objects, Options options);
  explicit Manifests(object::Store& objects) : Manifests(objects, Options()) {}

  // The manifests of a snapshot, in the order of its list; of a v1 snapshot without a list, those that it names. The
  // list and all of them may be opened.
  Result<ManifestFiles> ListOf(const Scope& scope, const iceberg::Snapshot& snapshot, const MayOpen& may = nullptr);
  // A manifest's bytes, for iceberg::ManifestReader.
  Result<FileBytes> Read(const Scope& scope, const std::string& path);
  // Calls `visit` for every manifest, with its bytes, in any order and from several threads at once. Ends at the first
  // error, which it returns.
  using Visit = std::function<Status(const iceberg::ManifestFile& manifest, std::string_view bytes)>;
  Status ForEach(const Scope& scope, const std::vector<const iceberg::ManifestFile*>& manifests, const Visit& visit);

  // The positions that a deletion vector deletes (`vector`: a delete file with content offset and length). Not kept.
  Result<iceberg::Positions> ReadVector(const Scope& scope, const iceberg::DataFile& vector) const;

  uint64_t cached_bytes() const;

 private:
  struct Kept {
    std::string key;
    FileBytes bytes;
    ManifestFiles list;  // of a manifest list: decoded, instead of the bytes
    uint64_t weight = 0;
  };
  struct Work;
  Result<ManifestFiles> ReadList(const Scope& scope, const iceberg::Snapshot& snapshot);
  Result<object::Version> Find(const Scope& scope, const std::string& path) const;
  Result<FileBytes> Fetch(const Scope& scope, const object::Version& version) const;
  const Kept* Look(const std::string& key);  // under the mutex
  void Keep(Kept kept);
  Result<iceberg::ManifestFile> Describe(const Scope& scope, const std::string& path);

  object::Store& objects_;
  const Options options_;
  mutable std::mutex mutex_;
  std::list<Kept> kept_;  // the most recently used first
  std::unordered_map<std::string_view, std::list<Kept>::iterator> by_key_;
  uint64_t kept_bytes_ = 0;
  WorkerPool pool_;
};

}  // namespace tarn::catalog

// A disk in memory that loses what was not synced and fails when told to.
//
// File content is safe after Sync of the file, a name after SyncDirectory of its directory: nothing else is. CutPower
// keeps the safe state and, by the seed, any part of the rest: some writes, torn at 512-byte sectors and reordered,
// and a prefix of each directory's changes. Handles from before the cut never touch the disk again.
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tarn::testing {

enum class DiskResult : uint8_t { kOk, kNoEntry, kExists, kFailed, kFull };

class FaultyDisk {
 public:
  explicit FaultyDisk(uint64_t seed) : random_(seed) {}

  // One file's content; names point at it.
  struct Node {
    bool is_directory = false;
    std::string cached;
    std::string safe;
    struct Change {
      uint64_t offset;
      std::string bytes;
      std::optional<uint64_t> truncated_to;
    };
    std::vector<Change> unsynced;
  };
  using Handle = std::shared_ptr<Node>;

  // The Nth changing operation from now (1 is the next) and all later ones fail, until CutPower.
  void CutAt(uint64_t operation);
  // Only the Nth fails; a failed sync also forgets the writes that it should have kept.
  void FailAt(uint64_t operation);
  // What all files may take together, in blocks of 4 KiB; writes beyond it are refused, the file then holding a part.
  void SetCapacity(uint64_t bytes);
  uint64_t capacity() const;
  uint64_t free_bytes() const;
  // What a restart of the machine finds. Operations work again.
  void CutPower();
  // Forgets the locks, as the end of a process does.
  void EndProcess();
  uint64_t operations() const;

  DiskResult Create(const std::string& path, bool replace, Handle& handle);
  DiskResult Open(const std::string& path, Handle& handle) const;
  DiskResult Write(const Handle& handle, uint64_t offset, std::string_view bytes);
  DiskResult Truncate(const Handle& handle, uint64_t size);
  DiskResult Sync(const Handle& handle);
  size_t Read(const Handle& handle, uint64_t offset, std::span<char> into) const;
  uint64_t Size(const Handle& handle) const;

  DiskResult MakeDirectory(const std::string& path);
  DiskResult SyncDirectory(const std::string& path);
  DiskResult Remove(const std::string& path);
  DiskResult RemoveDirectory(const std::string& path);
  DiskResult Rename(const std::string& from, const std::string& to);
  std::vector<std::string> List(const std::string& path) const;
  bool Exists(const std::string& path) const;
  bool IsDirectory(const std::string& path) const;
  bool Lock(const std::string& path);
  void Unlock(const std::string& path);

 private:
  using Names = std::map<std::string, Handle>;
  // Names that change together; no handle: the name goes.
  using NameChange = std::vector<std::pair<std::string, Handle>>;

  bool Step();  // false: this operation fails
  void Change(const std::string& directory, NameChange change);
  static void Apply(const NameChange& change, Names& names);
  static void ApplyTo(std::string& content, const Node::Change& change);
  std::string Survive(const Node& node);
  uint64_t UsedBytes() const;

  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  uint64_t operations_ = 0;
  uint64_t cut_at_ = 0;
  uint64_t fail_at_ = 0;
  uint64_t capacity_ = UINT64_MAX;
  Names names_;
  Names safe_names_;
  std::map<std::string, std::vector<NameChange>> unsynced_names_;  // by directory
  std::set<std::string> locks_;
};

}  // namespace tarn::testing

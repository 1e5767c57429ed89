// Durable, encrypted, checksummed bytes: where objects keep their content.
//
//   std::unique_ptr<Writer> writer = store.NewWriter({.size_hint = length});
//   co_await writer->Append(bytes); …; BlobRef ref = co_await writer->Finish();          // durable, not yet owned
//   co_await kv::TransactAsync(kv, [&](kv::Txn& txn) { store.Reference(txn, ref); txn.Put(key, {… ref.Encode() …}); });
//
// Invariants: a finished blob never changes. It lives while it is referenced: Reference and Release count owners inside
// the kv transaction that changes the owner's record. A fresh BlobRef (from Finish) that was never referenced when its
// last copy is destroyed is reclaimed, as is everything written before a crash but never referenced: so keep the fresh
// ref alive until the commit has been answered. Extents are linked, not copied: a ref may move between records without
// Release/Reference when one transaction removes it here and adds it there.
// Every frame of 64 KiB carries a CRC32C and is sealed with AES-256-GCM under a random key of the blob; reads verify
// both. Empty blobs own no storage; all calls accept them.
// Units: bytes of plaintext, unless a name says stored.
// Errors: errors.h; kv's errors from Reference and Release.
// Threads: Store any; a Writer or Reader one call at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "blob/errors.h"
#include "blob/key_wrapper.h"
#include "kv/kv.h"

namespace tarn::blob {

class FileSystem;
class Pending;  // a finished blob nobody references yet

struct BlobId {
  uint64_t high = 0;  // microseconds since 1970 when it was begun: ids of one time lie together in kv
  uint64_t low = 0;   // random
  auto operator<=>(const BlobId&) const = default;
  std::string Hex() const;
};

// How a blob's bytes are stored; frozen with the blob.
struct Form {
  bool compressed = false;
  bool unsealed = false;  // checksummed, but not encrypted
  uint8_t Bits() const { return static_cast<uint8_t>((compressed ? 1 : 0) | (unsealed ? 2 : 0)); }
  static std::optional<Form> FromBits(uint64_t bits) {
    if (bits > 3) return std::nullopt;
    return Form{(bits & 1) != 0, (bits & 2) != 0};
  }
  bool operator==(const Form&) const = default;
};

struct BlobRef {
  BlobId id;
  std::optional<BlobId> sealed_as;  // of a Store::Copy: the blob whose frames these are
  uint64_t size = 0;
  std::string wrapped_key;  // the blob's key under the store's wrapper, or the one given to NewWriter
  // Where the bytes were first put; a hint that saves a lookup. Compaction may have moved them since.
  uint64_t container = 0;
  uint64_t offset = 0;
  uint64_t second_container = 0;  // of the second copy; 0: there is none
  uint64_t second_offset = 0;
  Form form;
  uint64_t stored_bytes = 0;         // of a compressed blob; 0: follows from the size
  std::shared_ptr<Pending> pending;  // set by Finish only; not encoded

  // For a field of the owner's record. Frozen form: docs/format/blob.md.
  std::string Encode() const;
  static Result<BlobRef> Decode(std::string_view bytes);
};

// One blob being written; it must not outlive the store. Destroying it without Finish abandons the bytes.
class Writer {
 public:
  virtual ~Writer() = default;
  // The span may be reused when the task ends; the bytes are not durable yet.
  virtual Task<Status> Append(std::span<const std::byte> bytes) = 0;
  // Ends the blob: durable on return. Call once.
  virtual Task<Result<BlobRef>> Finish() = 0;
};

// One blob being read; it must not outlive the store. While it lives, the blob's bytes stay readable, even when every
// owner releases it.
class Reader {
 public:
  virtual ~Reader() = default;
  // Fills `into` from `offset`; the count is short only at the blob's end (0 past it). What the page cache holds is
  // read on the calling thread without blocking; the rest hops to the data pool. Cheapest in multiples of 64 KiB.
  virtual Task<Result<size_t>> ReadAt(uint64_t offset, std::span<std::byte> into) = 0;
  // The same, blocking: never on an I/O thread.
  virtual Result<size_t> ReadAtSync(uint64_t offset, std::span<std::byte> into) = 0;
  virtual uint64_t size() const = 0;
};

struct WriteOptions {
  std::optional<uint64_t> size_hint;    // the size when it is known
  const KeyWrapper* wrapper = nullptr;  // another key than the store's (must outlive the writer)
  // Which of Options::placements: a storage class. One without a placement of its own lies with STANDARD.
  std::string placement = "STANDARD";
};

struct ScrubReport {
  Timestamp started;
  Timestamp finished;
  uint64_t blobs = 0;  // copies read
  uint64_t bytes = 0;
  uint64_t bad = 0;
  uint64_t healed = 0;               // of the bad ones
  std::vector<std::string> damaged;  // of the rest, a line each, naming the blob; the first hundred
};
struct ScrubProgress {
  std::optional<ScrubReport> now;  // of the pass that is under way
  std::optional<ScrubReport> last;
};

struct Usage {
  uint64_t containers = 0;
  uint64_t stored_bytes = 0;  // on disk in containers that are known, live or dead
  uint64_t dead_bytes = 0;    // waiting for reclaim
};

// A file of a volume, for a copy of the lake.
struct VolumeFile {
  std::string volume;
  std::string name;  // below the volume's directory: "packs/….pack"
  std::string path;
  uint64_t bytes = 0;
  bool is_fixed = true;  // never changes: equal name and size are equal content
};

class Store {
 public:
  virtual ~Store() = default;

  virtual std::unique_ptr<Writer> NewWriter(WriteOptions options) = 0;
  // Never blocks; a wrong key or a missing blob shows at the first read. `wrapper` null: the store's.
  virtual std::unique_ptr<Reader> NewReader(const BlobRef& ref, const KeyWrapper* wrapper = nullptr) = 0;
  // The store's own; with it and another one the owner of a ref may wrap its key anew.
  virtual const KeyWrapper& wrapper() const = 0;

  // The stored bytes of an owned (or fresh) blob once more, where `placement` lies, under an id of their own. Frames
  // are copied as they are: no key is needed, and the one that opens `ref` opens the copy. Fresh, as Finish's. Blocks.
  virtual Result<BlobRef> Copy(const BlobRef& ref, const std::string& placement) = 0;

  // Counts one owner more (of a fresh ref: the first). kGone when the blob was released meanwhile: the caller's view of
  // the owner that it copies from is stale.
  virtual Status Reference(kv::Txn& txn, const BlobRef& ref) = 0;
  // Counts one owner less; the last one frees the bytes in the background.
  virtual Status Release(kv::Txn& txn, const BlobRef& ref) = 0;

  // One round of background work, at once: settles unreferenced blobs, deletes dead files, compacts packs. Blocks.
  virtual Status Reclaim() = 0;
  // Reads every copy of every owned blob, checks its header and CRCs (its key is known to its owners only), and mends
  // what has a whole second copy. Blocks, long.
  virtual Result<ScrubReport> Scrub() = 0;
  // The same as it goes on in the background.
  virtual Result<ScrubProgress> GetScrubProgress() = 0;
  virtual Result<Usage> MeasureUsage() = 0;
  // Runs `begin`, then `visit` for every file that holds a blob owned when `begin` ended (and perhaps others): none of
  // them goes or changes until the call returns. Blocks; nothing is reclaimed meanwhile.
  virtual Status VisitFiles(const std::function<Status()>& begin,
                            const std::function<Status(const VolumeFile&)>& visit) = 0;
  // Compares what `txn` sees: `owners` names each blob once for each owner that it should have. What is wrong, a line
  // each.
  virtual Result<std::vector<std::string>> AuditOwners(kv::Txn& txn, std::vector<BlobId> owners) = 0;
};

// A further directory, on a disk of its own where copies shall survive a disk's loss. The first volume, "default", is
// Options::directory.
struct VolumeOptions {
  std::string name;
  std::string directory;
  bool archive = false;   // frames are compressed
  bool replaced = false;  // its disk was lost and the directory is a new one: scrub brings the copies back
};
// Where blobs of a storage class go: each to `copies` of the volumes.
struct PlacementOptions {
  std::vector<std::string> volumes;
  uint32_t copies = 1;
};

struct Options {
  std::string directory;
  std::vector<VolumeOptions> volumes;
  std::map<std::string, PlacementOptions> placements;     // by storage class; without STANDARD: the default volume
  bool encryption = true;                                 // of blobs written from now on; checksums are always kept
  uint64_t pack_threshold_bytes = 512 << 10;              // blobs up to this size share pack files
  uint64_t pack_bytes_max = 256ULL << 20;                 // a pack of this size is sealed
  double live_ratio_min = 0.6;                            // packs below it are compacted
  int64_t reclaim_delay_micros = 60 * kMicrosPerSecond;   // between the last Release and the bytes' end
  int64_t reclaim_period_micros = 30 * kMicrosPerSecond;  // 0: no background thread, Reclaim() only
  int64_t scrub_period_micros = 0;                        // a pass begins that often in the background; 0: never
  uint64_t scrub_bytes_per_second = 32 << 20;             // so that it disturbs nobody
  uint64_t free_bytes_min = 64 << 20;                     // of a disk, kept from blobs so that metadata can be written
  FileSystem* file_system = nullptr;                      // null: the operating system's
};

// Opens the store in `options.directory` (made when absent). `data_pool` runs blocking reads and writes; `wrapper`,
// `clock`, `kv` and `data_pool` outlive the store.
Result<std::unique_ptr<Store>> OpenLocal(Options options, kv::Store& kv, WorkerPool& data_pool,
                                         const KeyWrapper& wrapper, const Clock& clock);

}  // namespace tarn::blob

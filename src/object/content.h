// The bytes of objects: arriving (Incoming), as a value ready to be put (Content), and being read (Layout).
//
// Invariant: a Content's bytes are durable but belong to nobody until a transaction puts them; dropping it unused
// leaves nothing behind. Memory per stream is one buffer of kBufferBytes.
// Threads: an Incoming one at a time; a Layout any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/hash.h"
#include "base/result.h"
#include "base/task.h"
#include "base/xxhash.h"
#include "blob/blob.h"
#include "object/encryption.h"
#include "object/store/records.h"
#include "object/version.h"

namespace tarn::object {

inline constexpr size_t kBufferBytes = 256 << 10;

struct Content {
  std::vector<Extent> extents;
  uint64_t size = 0;
  std::string md5;    // raw
  Checksum checksum;  // full-object; algorithm kNone: none computed
};

// One running checksum.
class ChecksumHasher {
 public:
  explicit ChecksumHasher(ChecksumAlgorithm algorithm);
  void Update(std::span<const std::byte> bytes);
  std::string Finish();  // raw bytes
  ChecksumAlgorithm algorithm() const { return algorithm_; }

 private:
  ChecksumAlgorithm algorithm_;
  uint64_t crc_ = 0;
  std::optional<Hasher> digest_;
  std::optional<XxHasher> xx_;
};

// Receives bytes, digests and stores them: Append or Receive, then Seal (compare the digests), then Finish.
class Incoming {
 public:
  struct Options {
    std::optional<uint64_t> length;  // when known before; other lengths are refused with kIncompleteBody
    ChecksumAlgorithm checksum = ChecksumAlgorithm::kCrc64Nvme;  // kept with the content
    ChecksumAlgorithm verify = ChecksumAlgorithm::kNone;         // another one to compare with
    uint64_t bytes_max = 5ULL << 30;                             // kEntityTooLarge above
    std::string placement = "STANDARD";                          // the storage class: blob::WriteOptions::placement
    Wrapper wrapper = nullptr;                                   // Sealing::wrapper
  };
  Incoming(blob::Store& blobs, WorkerPool& pool, Options options);
  Incoming(Incoming&&) noexcept;
  ~Incoming();

  Task<Status> Append(std::span<const std::byte> bytes);
  // Everything `source` has.
  Task<Status> Receive(BodySource& source);

  // Ends the digests: what arrived, nothing of it kept yet. `extents` are still empty.
  Result<Content> Seal();
  // Makes the bytes durable.
  Task<Result<Content>> Finish();
  uint64_t received() const { return content_.size; }
  const std::string& verified() const { return verified_; }  // raw, of `verify`; after Seal

 private:
  void Digest(std::span<const std::byte> bytes);

  blob::Store& blobs_;
  WorkerPool& pool_;
  Options options_;
  std::unique_ptr<blob::Writer> writer_;
  Hasher md5_;
  ChecksumHasher checksum_;
  ChecksumHasher verify_;
  std::string verified_;
  bool sealed_ = false;
  Content content_;
};

// Where a version's bytes lie, pinned: they stay readable as long as this lives. `key` stands for the wrapper of
// versions that the lake's does not open; null for all others.
struct Layout {
  Layout(blob::Store& store, std::vector<Extent> extent_list, std::vector<PartRecord> part_list,
         std::shared_ptr<KeyLatch> key = nullptr);

  Task<Result<size_t>> ReadAt(uint64_t offset, std::span<std::byte> into) const;
  Result<size_t> ReadAtSync(uint64_t offset, std::span<std::byte> into) const;
  // The extents of that range.
  std::vector<Extent> Slice(uint64_t offset, uint64_t length) const;

  blob::Store& blobs;
  const std::shared_ptr<KeyLatch> latch;
  std::vector<Extent> extents;
  std::vector<uint64_t> ends;  // of each extent in the object
  std::vector<PartRecord> parts;

 private:
  struct Place {
    size_t extent = 0;
    uint64_t offset = 0;  // in the blob
    size_t bytes = 0;     // that may be read there
  };
  std::optional<Place> Locate(uint64_t offset, size_t wanted) const;
  std::unique_ptr<blob::Reader> Borrow(size_t extent) const;
  void GiveBack(size_t extent, std::unique_ptr<blob::Reader> reader) const;

  mutable std::mutex mutex_;
  // A reader an extent, made at once: it pins the bytes. Null while borrowed; a second borrower gets one of its own.
  mutable std::vector<std::unique_ptr<blob::Reader>> idle_;
};

// Writes [offset, offset + length) of `version` to `sink`, one buffer at a time.
Task<Status> Send(std::shared_ptr<const Layout> layout, uint64_t offset, uint64_t length, BodySink& sink);

// Digests [offset, offset + length) by reading it; the content has no extents.
Task<Result<Content>> DigestOf(const Layout& layout, uint64_t offset, uint64_t length, ChecksumAlgorithm algorithm,
                               WorkerPool& pool);

// The checksum of a whole from those of its parts: combined for a full-object CRC, of the parts' values otherwise.
Checksum CombineChecksums(ChecksumAlgorithm algorithm, ChecksumType type, std::span<const PartRecord> parts);
size_t ChecksumBytes(ChecksumAlgorithm algorithm);
// "CRC32" …, as S3 writes it; "" for none.
std::string_view ChecksumName(ChecksumAlgorithm algorithm);

}  // namespace tarn::object

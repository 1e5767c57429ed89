// One segment on disk: made, opened, written at its end, walked. Threads: Append one at a time; the rest any.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "blob/file_system.h"
#include "blob/key_wrapper.h"
#include "stream/log/chunk.h"

namespace tarn::stream {

std::string SegmentPath(const std::string& directory, uint32_t number);
// Nothing for names that are no segment's.
std::optional<uint32_t> SegmentNumber(const std::string& name);

class SegmentFile {
 public:
  // Durably, header and name. `header` comes without its key, which is made here when there is a wrapper.
  static Result<std::shared_ptr<SegmentFile>> Create(blob::FileSystem& files, const std::string& directory,
                                                     SegmentHeader header, const blob::KeyWrapper* wrapper);
  // Nothing when the file holds no whole header.
  static Result<std::shared_ptr<SegmentFile>> Open(blob::FileSystem& files, const std::string& directory,
                                                   uint32_t number, const blob::KeyWrapper* wrapper);

  const SegmentHeader& header() const { return header_; }
  bool sealed() const { return !header_.wrapped_key.empty(); }
  Result<uint64_t> FileBytes() { return file_->Size(); }

  // A sealer of one's own.
  std::unique_ptr<Sealer> NewSealer() const { return std::make_unique<Sealer>(key_); }
  Status WriteAndSync(uint64_t offset, const std::string& bytes);
  // Puts on stable storage what a process before this one wrote.
  Status Sync() { return file_->Sync(); }
  // Forgets what lies behind `bytes`, durably.
  Status Cut(uint64_t bytes);

  // Nothing where no whole chunk's head is.
  Result<std::optional<ChunkHead>> HeadAt(uint64_t offset, uint64_t limit);
  Result<ChunkRecords> RecordsAt(const ChunkHead& head, uint64_t offset);
  // Whether the body's checksum holds.
  Result<bool> BodyHolds(const ChunkHead& head, uint64_t offset);
  // Tells each chunk before `limit` until `visit` answers false; returns where it stopped. `check`: also the bodies'
  // checksums, and a chunk that does not hold is an end.
  Result<uint64_t> Walk(uint64_t limit, bool check, const std::function<bool(uint64_t, const ChunkHead&)>& visit);

 private:
  SegmentFile(std::unique_ptr<blob::File> file, SegmentHeader header, std::string key)
      : file_(std::move(file)), header_(std::move(header)), key_(std::move(key)) {}
  Result<std::string> ReadBytes(uint64_t offset, uint64_t bytes);

  const std::unique_ptr<blob::File> file_;
  const SegmentHeader header_;
  const std::string key_;
};

}  // namespace tarn::stream

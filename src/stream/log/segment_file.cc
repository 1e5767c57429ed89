#include "stream/log/segment_file.h"

#include <fmt/format.h>

#include <charconv>

#include "base/hash.h"
#include "base/random.h"

namespace tarn::stream {
namespace {

constexpr std::string_view kSuffix = ".log";
constexpr size_t kNameBytes = 8;

}  // namespace

std::string SegmentPath(const std::string& directory, uint32_t number) {
  return fmt::format("{}/{:08x}{}", directory, number, kSuffix);
}

std::optional<uint32_t> SegmentNumber(const std::string& name) {
  if (name.size() != kNameBytes + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + kNameBytes, number, 16);
  if (error != std::errc() || end != name.data() + kNameBytes || number == 0) return std::nullopt;
  return number;
}

Result<std::shared_ptr<SegmentFile>> SegmentFile::Create(blob::FileSystem& files, const std::string& directory,
                                                         SegmentHeader header, const blob::KeyWrapper* wrapper) {
  std::string key;
  if (wrapper != nullptr) {
    key = RandomBytes(kSegmentKeyBytes);
    TARN_TRY(header.wrapped_key, wrapper->Wrap(key));
  }
  const std::string path = SegmentPath(directory, header.number);
  TARN_TRY(auto file, files.Create(path));
  auto segment = std::shared_ptr<SegmentFile>(new SegmentFile(std::move(file), std::move(header), std::move(key)));
  Status made = segment->WriteAndSync(0, EncodeSegmentHeader(segment->header_));
  if (made.ok()) made = files.SyncDirectory(directory);
  if (!made.ok()) {
    (void)files.Remove(path);
    return made.error();
  }
  return segment;
}

Result<std::shared_ptr<SegmentFile>> SegmentFile::Open(blob::FileSystem& files, const std::string& directory,
                                                       uint32_t number, const blob::KeyWrapper* wrapper) {
  const std::string path = SegmentPath(directory, number);
  TARN_TRY(auto file, files.OpenToRead(path));
  std::string bytes(kSegmentHeaderBytes, '\0');
  TARN_TRY(const size_t got, file->ReadAt(0, std::as_writable_bytes(std::span(bytes))));
  bytes.resize(got);
  auto header = DecodeSegmentHeader(bytes);
  if (!header || header->number != number) {
    TARN_TRY(const uint64_t size, file->Size());
    // Creating it was cut off: nothing was ever written behind the header.
    if (size <= kSegmentHeaderBytes) return std::shared_ptr<SegmentFile>();
    return Fail(kLogDamaged, fmt::format("{}: its header is damaged", path));
  }
  std::string key;
  if (!header->wrapped_key.empty()) {
    if (wrapper == nullptr) return Fail(kLogDamaged, fmt::format("{}: sealed, and there is no key", path));
    TARN_TRY(key, wrapper->Unwrap(header->wrapped_key));
  }
  return std::shared_ptr<SegmentFile>(new SegmentFile(std::move(file), std::move(*header), std::move(key)));
}

Status SegmentFile::WriteAndSync(uint64_t offset, const std::string& bytes) {
  const auto part = AsBytes(bytes);
  TARN_CHECK(file_->WriteAt(offset, {&part, 1}));
  return file_->Sync();
}

Status SegmentFile::Cut(uint64_t bytes) {
  TARN_CHECK(file_->Truncate(bytes));
  return file_->Sync();
}

Result<std::string> SegmentFile::ReadBytes(uint64_t offset, uint64_t bytes) {
  std::string out(bytes, '\0');
  TARN_TRY(const size_t got, file_->ReadAt(offset, std::as_writable_bytes(std::span(out))));
  out.resize(got);
  return out;
}

Result<std::optional<ChunkHead>> SegmentFile::HeadAt(uint64_t offset, uint64_t limit) {
  if (offset + kChunkHeadBytes > limit) return std::optional<ChunkHead>();
  TARN_TRY(const std::string bytes, ReadBytes(offset, kChunkHeadBytes));
  auto head = DecodeChunkHead(bytes);
  if (head && offset + head->stored_bytes() > limit) head.reset();
  return head;
}

Result<ChunkRecords> SegmentFile::RecordsAt(const ChunkHead& head, uint64_t offset) {
  TARN_TRY(std::string body, ReadBytes(offset + kChunkHeadBytes, head.body_bytes));
  return Sealer(key_).Open(head, offset, body);
}

Result<bool> SegmentFile::BodyHolds(const ChunkHead& head, uint64_t offset) {
  TARN_TRY(const std::string body, ReadBytes(offset + kChunkHeadBytes, head.body_bytes));
  return body.size() == head.body_bytes && Crc32c(AsBytes(body)) == head.body_crc;
}

Result<uint64_t> SegmentFile::Walk(uint64_t limit, bool check,
                                   const std::function<bool(uint64_t, const ChunkHead&)>& visit) {
  uint64_t offset = kSegmentHeaderBytes;
  while (offset < limit) {
    TARN_TRY(const auto head, HeadAt(offset, limit));
    if (!head) break;
    if (check) {
      TARN_TRY(const bool holds, BodyHolds(*head, offset));
      if (!holds) break;
    }
    if (!visit(offset, *head)) break;
    offset += head->stored_bytes();
  }
  return offset;
}

}  // namespace tarn::stream

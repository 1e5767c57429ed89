#include "object/content.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "object/errors.h"

namespace tarn::object {
namespace {

// Below this, hashing costs less than a hop to the pool and back.
constexpr size_t kHashInlineBytesMax = 32 << 10;
// Blobs are read without a detour from multiples of it.
constexpr uint64_t kCheapestRead = 64 << 10;

}  // namespace

ChecksumHasher::ChecksumHasher(ChecksumAlgorithm algorithm) : algorithm_(algorithm) {
  if (algorithm == ChecksumAlgorithm::kMd5) digest_.emplace(Digest::kMd5);
  if (algorithm == ChecksumAlgorithm::kSha1) digest_.emplace(Digest::kSha1);
  if (algorithm == ChecksumAlgorithm::kSha256) digest_.emplace(Digest::kSha256);
  if (algorithm == ChecksumAlgorithm::kSha512) digest_.emplace(Digest::kSha512);
  if (algorithm == ChecksumAlgorithm::kXxh64) xx_.emplace(XxDigest::kXxh64);
  if (algorithm == ChecksumAlgorithm::kXxh3) xx_.emplace(XxDigest::kXxh3);
  if (algorithm == ChecksumAlgorithm::kXxh128) xx_.emplace(XxDigest::kXxh128);
}

void ChecksumHasher::Update(std::span<const std::byte> bytes) {
  if (digest_) digest_->Update(bytes);
  if (xx_) xx_->Update(bytes);
  if (algorithm_ == ChecksumAlgorithm::kCrc32) crc_ = Crc32(bytes, static_cast<uint32_t>(crc_));
  if (algorithm_ == ChecksumAlgorithm::kCrc32c) crc_ = Crc32c(bytes, static_cast<uint32_t>(crc_));
  if (algorithm_ == ChecksumAlgorithm::kCrc64Nvme) crc_ = Crc64Nvme(bytes, crc_);
}

std::string ChecksumHasher::Finish() {
  if (digest_) return digest_->Finish();
  if (xx_) return xx_->Finish();
  if (algorithm_ == ChecksumAlgorithm::kNone) return {};
  return algorithm_ == ChecksumAlgorithm::kCrc64Nvme ? BigEndian64(crc_) : BigEndian32(static_cast<uint32_t>(crc_));
}

namespace {

struct AlgorithmRow {
  std::string_view name;
  size_t bytes;
};
// By the algorithm's number.
constexpr AlgorithmRow kAlgorithms[] = {{"", 0},         {"CRC32", 4},   {"CRC32C", 4},    {"CRC64NVME", 8},
                                        {"SHA1", 20},    {"SHA256", 32}, {"SHA512", 64},   {"MD5", 16},
                                        {"XXHASH64", 8}, {"XXHASH3", 8}, {"XXHASH128", 16}};

// The first row for a number that is none of ours.
const AlgorithmRow& RowOf(ChecksumAlgorithm algorithm) {
  const auto number = static_cast<size_t>(algorithm);
  return kAlgorithms[number < std::size(kAlgorithms) ? number : 0];
}

}  // namespace

size_t ChecksumBytes(ChecksumAlgorithm algorithm) { return RowOf(algorithm).bytes; }

std::string_view ChecksumName(ChecksumAlgorithm algorithm) { return RowOf(algorithm).name; }

Incoming::Incoming(blob::Store& blobs, WorkerPool& pool, Options options)
    : blobs_(blobs),
      pool_(pool),
      options_(std::move(options)),
      md5_(Digest::kMd5),
      checksum_(options_.checksum),
      verify_(options_.verify) {}

void Incoming::Digest(std::span<const std::byte> bytes) {
  md5_.Update(bytes);
  checksum_.Update(bytes);
  verify_.Update(bytes);
}
Incoming::Incoming(Incoming&&) noexcept = default;
Incoming::~Incoming() = default;

Task<Status> Incoming::Append(std::span<const std::byte> bytes) {
  if (bytes.empty()) co_return Ok();
  content_.size += bytes.size();
  if (content_.size > options_.bytes_max) {
    co_return Fail(kEntityTooLarge, "Your proposed upload exceeds the maximum allowed size");
  }
  if (!writer_) {
    writer_ = blobs_.NewWriter(
        {.size_hint = options_.length, .wrapper = options_.wrapper.get(), .placement = options_.placement});
  }
  if (bytes.size() <= kHashInlineBytesMax || Executor::Current() == nullptr) {
    Digest(bytes);
  } else {
    TARN_CO_CHECK(co_await Offload(pool_, [&]() -> Status {
      Digest(bytes);
      return Ok();
    }));
  }
  co_return co_await writer_->Append(bytes);
}

Task<Status> Incoming::Receive(BodySource& source) {
  const uint64_t expected = options_.length.value_or(kBufferBytes);
  const size_t buffer_bytes = std::clamp<uint64_t>(expected, 1, kBufferBytes);
  const auto storage = std::make_unique_for_overwrite<std::byte[]>(buffer_bytes);
  const std::span buffer(storage.get(), buffer_bytes);
  for (bool ended = false; !ended;) {
    size_t filled = 0;
    while (filled < buffer.size()) {
      TARN_CO_TRY(const size_t count, co_await source.Read(buffer.subspan(filled)));
      if (count == 0) {
        ended = true;
        break;
      }
      filled += count;
    }
    TARN_CO_CHECK(co_await Append(buffer.first(filled)));
  }
  co_return Ok();
}

Result<Content> Incoming::Seal() {
  if (options_.length && *options_.length != content_.size) {
    return Fail(kIncompleteBody, "You did not provide the number of bytes specified by the Content-Length HTTP header");
  }
  if (!sealed_) {
    sealed_ = true;
    content_.md5 = md5_.Finish();
    content_.checksum = {
        .algorithm = options_.checksum, .type = ChecksumType::kFullObject, .value = checksum_.Finish()};
    verified_ = verify_.Finish();
  }
  return content_;
}

Task<Result<Content>> Incoming::Finish() {
  TARN_CO_TRY(Content content, Seal());
  if (writer_) {
    TARN_CO_TRY(auto blob, co_await writer_->Finish());
    content.extents.push_back({.blob = std::move(blob), .offset = 0, .length = content.size});
  }
  co_return content;
}

Layout::Layout(blob::Store& store, std::vector<Extent> extent_list, std::vector<PartRecord> part_list,
               std::shared_ptr<KeyLatch> key)
    : blobs(store), latch(std::move(key)), extents(std::move(extent_list)), parts(std::move(part_list)) {
  uint64_t end = 0;
  ends.reserve(extents.size());
  idle_.reserve(extents.size());
  for (const Extent& extent : extents) {
    end += extent.length;
    ends.push_back(end);
    idle_.push_back(blobs.NewReader(extent.blob, latch.get()));
  }
}

std::optional<Layout::Place> Layout::Locate(uint64_t offset, size_t wanted) const {
  const auto found = std::upper_bound(ends.begin(), ends.end(), offset);
  if (found == ends.end()) return std::nullopt;
  const size_t index = static_cast<size_t>(found - ends.begin());
  const Extent& extent = extents[index];
  const uint64_t inside = offset - (*found - extent.length);
  return Place{.extent = index,
               .offset = extent.offset + inside,
               .bytes = static_cast<size_t>(std::min<uint64_t>(wanted, extent.length - inside))};
}

std::unique_ptr<blob::Reader> Layout::Borrow(size_t extent) const {
  {
    std::lock_guard lock(mutex_);
    if (idle_[extent]) return std::move(idle_[extent]);
  }
  return blobs.NewReader(extents[extent].blob, latch.get());
}

void Layout::GiveBack(size_t extent, std::unique_ptr<blob::Reader> reader) const {
  std::lock_guard lock(mutex_);
  if (!idle_[extent]) idle_[extent] = std::move(reader);
}

Task<Result<size_t>> Layout::ReadAt(uint64_t offset, std::span<std::byte> into) const {
  size_t filled = 0;
  while (filled < into.size()) {
    const auto place = Locate(offset + filled, into.size() - filled);
    if (!place) break;
    auto reader = Borrow(place->extent);
    auto count = co_await reader->ReadAt(place->offset, into.subspan(filled, place->bytes));
    GiveBack(place->extent, std::move(reader));
    if (!count.ok()) co_return count.error();
    if (*count == 0) co_return Fail(blob::kDamaged, "a blob is shorter than the object that it belongs to");
    filled += *count;
  }
  co_return filled;
}

Result<size_t> Layout::ReadAtSync(uint64_t offset, std::span<std::byte> into) const {
  size_t filled = 0;
  while (filled < into.size()) {
    const auto place = Locate(offset + filled, into.size() - filled);
    if (!place) break;
    auto reader = Borrow(place->extent);
    auto count = reader->ReadAtSync(place->offset, into.subspan(filled, place->bytes));
    GiveBack(place->extent, std::move(reader));
    if (!count.ok()) return count.error();
    if (*count == 0) return Fail(blob::kDamaged, "a blob is shorter than the object that it belongs to");
    filled += *count;
  }
  return filled;
}

std::vector<Extent> Layout::Slice(uint64_t offset, uint64_t length) const {
  std::vector<Extent> slice;
  while (length > 0) {
    const auto place = Locate(offset, static_cast<size_t>(length));
    if (!place) break;
    slice.push_back({.blob = extents[place->extent].blob, .offset = place->offset, .length = place->bytes});
    offset += place->bytes;
    length -= place->bytes;
  }
  return slice;
}

Task<Status> Send(std::shared_ptr<const Layout> layout, uint64_t offset, uint64_t length, BodySink& sink) {
  const size_t buffer_bytes = std::min<uint64_t>(length, kBufferBytes);
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(buffer_bytes);
  while (length > 0) {
    // The first read of a range ends where the cheap ones begin.
    const uint64_t wanted = buffer_bytes - (buffer_bytes == kBufferBytes ? offset % kCheapestRead : 0);
    const auto into = std::span(buffer.get(), buffer_bytes).first(std::min(length, wanted));
    TARN_CO_TRY(const size_t count, co_await layout->ReadAt(offset, into));
    if (count == 0) co_return Fail(blob::kDamaged, "an object is shorter than its record says");
    TARN_CO_CHECK(co_await sink.Write(into.first(count)));
    offset += count;
    length -= count;
  }
  co_return Ok();
}

Task<Result<Content>> DigestOf(const Layout& layout, uint64_t offset, uint64_t length, ChecksumAlgorithm algorithm,
                               WorkerPool& pool) {
  Hasher md5(Digest::kMd5);
  ChecksumHasher checksum(algorithm);
  std::vector<std::byte> buffer(std::min<uint64_t>(length, kBufferBytes));
  for (uint64_t done = 0; done < length;) {
    const auto into = std::span(buffer).first(std::min<uint64_t>(length - done, buffer.size()));
    TARN_CO_TRY(const size_t count, co_await layout.ReadAt(offset + done, into));
    if (count == 0) co_return Fail(blob::kDamaged, "an object is shorter than its record says");
    TARN_CO_CHECK(co_await Offload(pool, [&]() -> Status {
      md5.Update(into.first(count));
      checksum.Update(into.first(count));
      return Ok();
    }));
    done += count;
  }
  co_return Content{.extents = {},
                    .size = length,
                    .md5 = md5.Finish(),
                    .checksum = {.algorithm = algorithm, .value = checksum.Finish()}};
}

namespace {

uint64_t ReadBigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

}  // namespace

Checksum CombineChecksums(ChecksumAlgorithm algorithm, ChecksumType type, std::span<const PartRecord> parts) {
  Checksum whole{.algorithm = algorithm, .type = type, .value = {}};
  if (algorithm == ChecksumAlgorithm::kNone) return whole;
  if (type == ChecksumType::kComposite) {
    ChecksumHasher hasher(algorithm);
    for (const PartRecord& part : parts) hasher.Update(AsBytes(part.checksum));
    whole.value = hasher.Finish();
    return whole;
  }
  uint64_t crc = 0;
  for (const PartRecord& part : parts) {
    const uint64_t next = ReadBigEndian(part.checksum);
    if (algorithm == ChecksumAlgorithm::kCrc64Nvme) crc = Crc64NvmeCombine(crc, next, part.size);
    if (algorithm == ChecksumAlgorithm::kCrc32) {
      crc = Crc32Combine(static_cast<uint32_t>(crc), static_cast<uint32_t>(next), part.size);
    }
    if (algorithm == ChecksumAlgorithm::kCrc32c) {
      crc = Crc32cCombine(static_cast<uint32_t>(crc), static_cast<uint32_t>(next), part.size);
    }
  }
  whole.value = algorithm == ChecksumAlgorithm::kCrc64Nvme ? BigEndian64(crc) : BigEndian32(static_cast<uint32_t>(crc));
  return whole;
}

}  // namespace tarn::object

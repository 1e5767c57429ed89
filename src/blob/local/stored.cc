#include "blob/local/stored.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <utility>
#include <vector>

#include "blob/frame.h"
#include "blob/local/local_store.h"

namespace tarn::blob {
namespace {

using Fault = std::optional<std::string>;
constexpr uint64_t kCopyBytes = 1 << 20;

// `pending` may be null.
Result<Placement> AppendStored(Parts& parts, Volume& volume, std::string bytes, std::shared_ptr<Pending> pending) {
  const auto promise = std::make_shared<std::promise<Result<Placement>>>();
  parts.volumes->AppenderOf(volume).Append(std::move(bytes), [promise, pending](Result<Placement> at) {
    // On the appender's thread, before its pack can end.
    if (at.ok() && pending != nullptr) pending->Add(at->container);
    promise->set_value(std::move(at));
  });
  return promise->get_future().get();
}

// Lets the header at the begin of `stored` name another blob.
Status NameHeader(std::span<std::byte> stored, const Place& from, const BlobId& as) {
  auto fields = DecodeHeader(stored.first(std::min<size_t>(stored.size(), kHeaderBytes)));
  if (!fields || fields->id != from.id || fields->stored_bytes != from.stored_bytes) {
    return Fail(kDamaged, fmt::format("blob {}: its header is not there", from.id.Hex()));
  }
  fields->id = as;
  const Header header = EncodeHeader(*fields);
  std::ranges::copy(header, stored.begin());
  return Ok();
}

Result<Placement> CopyFile(File& source, const Place& from, Volume& volume, const BlobId& as) {
  TARN_TRY(auto large, volume.CreateLarge(as));
  std::string buffer(kCopyBytes, '\0');
  const auto bytes = std::as_writable_bytes(std::span(buffer));
  const auto copy = [&]() -> Status {
    for (uint64_t at = 0; at < from.stored_bytes;) {
      const auto wanted = bytes.first(std::min<uint64_t>(bytes.size(), from.stored_bytes - at));
      TARN_TRY(const size_t count, source.ReadAt(from.at.offset + at, wanted));
      if (count < wanted.size()) return Fail(kDamaged, "the source of a copy ends inside");
      if (at == 0) TARN_CHECK(NameHeader(wanted, from, as));
      const std::span<const std::byte> part = wanted;
      TARN_CHECK(large.file->WriteAt(at, {&part, 1}));
      at += count;
    }
    TARN_CHECK(large.file->Sync());
    TARN_CHECK(volume.SyncLargeName(large.container));
    const auto read = [&](uint64_t offset, std::span<std::byte> into) { return large.file->ReadAt(offset, into); };
    TARN_TRY(const Fault fault, FindFault(as, from.stored_bytes, read));
    if (fault) return Fail(kDamaged, fmt::format("blob {}: {}", from.id.Hex(), *fault));
    return Ok();
  };
  const Status done = copy();
  if (done.ok()) return Placement{large.container, 0};
  (void)volume.RemoveLarge(large.container, as);
  return done.error();
}

}  // namespace

Result<Fault> FindFault(const BlobId& id, uint64_t stored_bytes, const ReadStored& read) {
  std::string buffer(kFrameStride, '\0');
  const auto bytes = std::as_writable_bytes(std::span(buffer));
  TARN_TRY(size_t count, read(0, bytes.first(kHeaderBytes)));
  const auto header = DecodeHeader(bytes.first(count));
  if (!header || header->id != id || header->stored_bytes != stored_bytes) return Fault("its header is not there");
  const uint64_t frames = FrameCount(header->size);
  std::vector<uint32_t> lengths;
  if (header->form.compressed) {
    const uint64_t index_bytes = IndexBytes(header->size);
    if (stored_bytes < kHeaderBytes + index_bytes) return Fault("its index is not there");
    std::string index(index_bytes, '\0');
    const auto into = std::as_writable_bytes(std::span(index));
    TARN_TRY(count, read(stored_bytes - index_bytes, into));
    auto decoded = DecodeIndex(into.first(count), header->size);
    if (!decoded) return Fault("its index differs");
    lengths = std::move(*decoded);
  }
  uint64_t at = kHeaderBytes;
  for (uint64_t frame = 0; frame < frames; ++frame) {
    const uint64_t body = lengths.empty() ? FramePlainBytes(header->size, frame) : lengths[frame];
    const auto stored = bytes.first(body + kFrameOverhead);
    TARN_TRY(count, read(at, stored));
    if (count != stored.size() || !FrameCrcHolds(stored)) {
      return Fault(fmt::format("frame {} of {} differs", frame, frames));
    }
    at += count;
  }
  return Fault();
}

Result<Fault> FindFaultOf(Parts& parts, const Place& place, bool from_disk) {
  auto file = OpenCopy(parts, place.at.container, place.id);
  if (from_disk && file.ok() && IsPack(place.at.container)) {
    auto anew = parts.volumes->Find(place.at.container)->OpenPackAnew(place.at.container);
    file = anew.ok() ? Result<std::shared_ptr<File>>(std::move(anew).value()) : anew.error();
  }
  if (file.Is(kNoFile)) return Fault("its file is missing");
  if (!file.ok()) return Fault(file.error().message);
  if (from_disk) (*file)->DropCached(place.at.offset, place.stored_bytes);
  const auto read = [&](uint64_t offset, std::span<std::byte> into) {
    return (*file)->ReadAt(place.at.offset + offset, into);
  };
  auto fault = FindFault(place.id, place.stored_bytes, read);
  if (from_disk) (*file)->DropCached(place.at.offset, place.stored_bytes);
  if (fault.Is(kDisk)) return Fault(fault.error().message);
  return fault;
}

Result<std::string> TakeStored(File& file, const Place& place) {
  std::string bytes(place.stored_bytes, '\0');
  TARN_TRY(const size_t count, file.ReadAt(place.at.offset, std::as_writable_bytes(std::span(bytes))));
  const auto stored = std::as_bytes(std::span(bytes)).first(count);
  const auto read = [&](uint64_t offset, std::span<std::byte> into) -> Result<size_t> {
    const auto from = stored.subspan(std::min<uint64_t>(offset, stored.size()));
    const size_t length = std::min(into.size(), from.size());
    std::copy_n(from.begin(), length, into.begin());
    return length;
  };
  TARN_TRY(const Fault fault, FindFault(place.id, place.stored_bytes, read));
  if (fault) return Fail(kDamaged, fmt::format("blob {}: {}", place.id.Hex(), *fault));
  return bytes;
}

Result<Placement> CopyStored(Parts& parts, const Place& from, const Placement& bad) {
  Volume* volume = parts.volumes->Find(bad.container);
  if (volume == nullptr) return Fail(kDamaged, fmt::format("blob {}: its volume is unknown", from.id.Hex()));
  if (!IsPack(bad.container)) volume->EndDirectory(bad.container);
  return CopyStoredAs(parts, from, *volume, from.id, nullptr);
}

Result<Placement> CopyStoredAs(Parts& parts, const Place& from, Volume& volume, const BlobId& as,
                               const std::shared_ptr<Pending>& pending) {
  TARN_TRY(auto file, OpenCopy(parts, from.at.container, from.id));
  if (IsPack(from.at.container)) {
    TARN_TRY(std::string bytes, TakeStored(*file, from));
    TARN_CHECK(NameHeader(std::as_writable_bytes(std::span(bytes)), from, as));
    return AppendStored(parts, volume, std::move(bytes), pending);
  }
  TARN_TRY(const Placement at, CopyFile(*file, from, volume, as));
  if (pending != nullptr) pending->Add(at.container);
  return at;
}

}  // namespace tarn::blob

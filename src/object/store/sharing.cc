// Copies that share their source's bytes.
#include <utility>

#include "object/storage_class.h"
#include "object/store/store.h"

namespace tarn::object {

namespace {

// Whether both are wrapped under one key.
bool SameKey(const Encryption& a, const Encryption& b) { return a.kind == b.kind && a.sealed_key == b.sealed_key; }

}  // namespace

Task<Result<Content>> Store::Share(Version source, uint64_t offset, uint64_t length, CopyOptions options) {
  const ChecksumAlgorithm algorithm = options.algorithm;
  const std::shared_ptr<const Layout> layout = source.layout;
  if (!layout) co_return Fail(kInternalError, "a version was found without its content");
  std::vector<Extent> extents = layout->Slice(offset, length);
  if (extents.size() > options.extents_max ||
      PlaceOf(source) != PlaceOf(options.storage_class, AccessTier::kFrequent) ||
      !SameKey(source.attributes.encryption, options.sealing.encryption)) {
    Incoming copy = Receive({.length = length,
                             .checksum = algorithm,
                             .placement = std::string(ClassName(options.storage_class)),
                             .wrapper = options.sealing.wrapper});
    std::vector<std::byte> buffer(std::min<uint64_t>(length, kBufferBytes));
    for (uint64_t done = 0; done < length;) {
      const auto into = std::span(buffer).first(std::min<uint64_t>(length - done, buffer.size()));
      TARN_CO_TRY(const size_t count, co_await layout->ReadAt(offset + done, into));
      if (count == 0) co_return Fail(blob::kDamaged, "an object is shorter than its record says");
      TARN_CO_CHECK(co_await copy.Append(into.first(count)));
      done += count;
    }
    co_return co_await copy.Finish();
  }
  const bool digests_known = offset == 0 && length == source.size && source.parts == 0 &&
                             source.checksum.algorithm == algorithm &&
                             source.checksum.type == ChecksumType::kFullObject;
  if (digests_known) {
    auto md5 = Unhex(source.etag);
    if (!md5) co_return Fail(kCorruptRecord, "a stored ETag is damaged");
    co_return Content{
        .extents = std::move(extents), .size = length, .md5 = *std::move(md5), .checksum = source.checksum};
  }
  TARN_CO_TRY(Content content, co_await DigestOf(*layout, offset, length, algorithm, data_pool_));
  content.extents = std::move(extents);
  co_return content;
}

}  // namespace tarn::object

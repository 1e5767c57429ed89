// Feeds foreign bytes to the decoders of blob: headers, frames, references, places.
#include <cstdint>
#include <string>

#include "base/hash.h"
#include "blob/frame.h"
#include "blob/local/location.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tarn::blob;  // NOLINT(google-build-using-namespace)
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto bytes = tarn::AsBytes(input);
  if (const auto header = DecodeHeader(bytes)) {
    const auto again = DecodeHeader(EncodeHeader(*header));
    if (!again || again->id != header->id || again->stored_bytes != header->stored_bytes) __builtin_trap();
  }
  if (size > kFrameOverhead && size <= kFrameStride) {
    FrameCipher cipher({1, 2}, std::string(kBlobKeyBytes, 'k'));
    std::string plain(size - kFrameOverhead, '\0');
    const auto open = std::as_writable_bytes(std::span(plain));
    const auto body = bytes.first(open.size());
    if (cipher.Open(0, true, body, bytes.subspan(open.size()), open).ok()) {
      std::string stored(size, '\0');
      cipher.Seal(0, true, open, std::as_writable_bytes(std::span(stored)));
      if (stored != input) __builtin_trap();
    }
  }
  if (size > 8) (void)DecodeIndex(bytes, ((size - 4) / 4) * kFrameBytes);
  std::string expanded(4096, '\0');
  (void)Compressor().Expand(bytes, std::as_writable_bytes(std::span(expanded)));
  if (const auto ref = BlobRef::Decode(input); ref.ok()) {
    const auto again = BlobRef::Decode(ref->Encode());
    if (!again.ok() || again->id != ref->id || again->size != ref->size) __builtin_trap();
  }
  (void)Location::Decode(input);
  const std::string key(input.substr(0, size / 2));
  const std::string value(input.substr(size / 2));
  (void)DecodePlace({key, value});
  (void)DecodeDead({key, value});
  return 0;
}

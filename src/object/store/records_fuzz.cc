// Every decoder of a stored record: any bytes are read or refused, and what was read is written alike.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "object/points/access_points.h"
#include "object/store/records.h"

using namespace tarn::object;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto version = DecodeVersion(bytes); version.ok()) {
    const std::string written = Encode(*version);
    const auto again = DecodeVersion(written);
    if (!again.ok() || Encode(*again) != written) std::abort();
  }
  (void)DecodeListed(bytes);
  (void)DecodeBucket(bytes);
  (void)DecodeUpload(bytes);
  (void)DecodePart(bytes);
  (void)DecodeUsage(bytes);
  (void)DecodeLayout(bytes);
  (void)ParseVersionId(bytes);
  if (const auto point = DecodeAccessPoint(bytes); point.ok()) {
    const std::string written = Encode(*point);
    const auto again = DecodeAccessPoint(written);
    if (!again.ok() || Encode(*again) != written) std::abort();
  }
  (void)DecodePublicBlock(bytes);
  return 0;
}

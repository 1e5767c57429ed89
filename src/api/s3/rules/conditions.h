// Conditional and range headers of reads (RFC 9110 as S3 applies it).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "object/version.h"

namespace tarn::api::s3 {

enum class ReadVerdict : uint8_t { kProceed, kNotModified, kFailed };

struct ReadConditions {
  std::optional<std::string> if_match;
  std::optional<std::string> if_none_match;
  std::optional<Timestamp> if_modified_since;
  std::optional<Timestamp> if_unmodified_since;
};

struct Judged {
  ReadVerdict verdict = ReadVerdict::kProceed;
  std::string_view header;  // the one that decided
};
// If-Modified-Since that is after `now` is ignored, as S3 does.
Judged Judge(const ReadConditions& conditions, const object::Version& version, Timestamp now);

struct ByteRange {
  uint64_t offset = 0;
  uint64_t length = 0;
};
// What "bytes=…" asks of `size` bytes: nothing when the header is absent, malformed or names several ranges (then the
// whole is answered); kInvalidRange when nothing of it is there.
Result<std::optional<ByteRange>> ParseRange(const std::optional<std::string>& header, uint64_t size);
std::string ContentRange(const ByteRange& range, uint64_t size);
// The bytes of one part; kPartNotSatisfiable. A version without parts is its own part 1.
Result<ByteRange> PartRange(const object::Version& version, uint32_t number);

}  // namespace tarn::api::s3

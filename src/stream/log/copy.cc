#include <filesystem>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "stream/log/local_log.h"

namespace tarn::stream {
namespace {

constexpr size_t kIdentityDigits = 16;

}  // namespace

Status LocalLog::VisitSegments(const std::function<Status()>& begin,
                               const std::function<Status(const SegmentCopy&)>& visit) {
  const std::lock_guard reclaiming(reclaim_mutex_);
  TARN_CHECK(begin());
  std::vector<SegmentCopy> copies;
  {
    const std::lock_guard lock(mutex_);
    copies.reserve(index_.segments().size());
    for (auto& [number, segment] : index_.segments()) {
      TARN_TRY(const auto file, FileOf(segment));
      SegmentCopy& copy = copies.emplace_back();
      copy.path = SegmentPath(options_.directory, number);
      copy.name = std::filesystem::path(copy.path).filename();
      // The header has a key of its own.
      copy.identity = Hex(Sha256(EncodeSegmentHeader(file->header()))).substr(0, kIdentityDigits);
      copy.bytes = segment.bytes;
    }
  }
  for (const SegmentCopy& copy : copies) TARN_CHECK(visit(copy));
  return Ok();
}

}  // namespace tarn::stream

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "stream/log/local_log.h"

namespace tarn::stream {
namespace {

// More than a log grows by after it was copied.
constexpr uint64_t kRestoredGap = 1ULL << 40;

}  // namespace

// Ascending by number. A segment ends where the one made after it says; the last one where its checksums do.
Status LocalLog::Recover() {
  TARN_CHECK(files_.CreateDirectory(options_.directory));
  TARN_TRY(const std::vector<std::string> names, files_.List(options_.directory));
  std::vector<uint32_t> numbers;
  for (const std::string& name : names) {
    if (const auto number = SegmentNumber(name)) numbers.push_back(*number);
  }
  std::ranges::sort(numbers);
  std::vector<std::shared_ptr<SegmentFile>> files;
  for (const uint32_t number : numbers) {
    TARN_TRY(auto file, SegmentFile::Open(files_, options_.directory, number, options_.wrapper));
    if (file == nullptr) TARN_CHECK(files_.Remove(SegmentPath(options_.directory, number)));
    if (file != nullptr) files.push_back(std::move(file));
  }
  for (size_t i = 0; i < files.size(); ++i) {
    const uint32_t number = files[i]->header().number;
    TARN_TRY(const uint64_t file_bytes, files[i]->FileBytes());
    const bool told = i + 1 < files.size() && files[i + 1]->header().before == number;
    const uint64_t limit = told ? std::min(files[i + 1]->header().before_bytes, file_bytes) : file_bytes;
    index_.AddSegment(number, 0, files[i]);
    TARN_TRY(const uint64_t good, files[i]->Walk(limit, !told, [&](uint64_t offset, const ChunkHead& head) {
      index_.Add(number, offset, head);
      last_time_ = std::max(last_time_, head.arrived);
      return true;
    }));
    if (told && good < files[i + 1]->header().before_bytes) {
      log::Fault("stream", fmt::format("segment {} of the log is damaged at offset {}: what follows it there is lost",
                                       number, good));
    }
    Segment& segment = *index_.FindSegment(number);
    segment.bytes = good;
    segment.clean = good == file_bytes;
    if (i + 1 < files.size()) {
      segment.file = nullptr;
    } else {
      TARN_CHECK(files[i]->Sync());
    }
    index_.Seal(number);
  }
  return std::ranges::find(names, kRestoredFile) == names.end() ? Ok() : LeaveGaps();
}

Status LocalLog::LeaveGaps() {
  Status left = Ok();
  std::vector<Item> group(1);
  for (const LogId log : index_.LogIds()) {
    group[0].kept.push_back(
        {.head = {.kind = ChunkKind::kMarker, .log = log, .arrived = {}}, .records = {}, .gap = kRestoredGap});
  }
  group[0].done = [&](Result<std::vector<Appended>> result) {
    if (!result.ok()) left = result.error();
  };
  CommitGroup(std::move(group));
  if (!left.ok()) return left;
  TARN_CHECK(files_.Remove(fmt::format("{}/{}", options_.directory, kRestoredFile)));
  return files_.SyncDirectory(options_.directory);
}

}  // namespace tarn::stream

#include "engine/text/line_reader.h"

#include <algorithm>
#include <utility>

#include "engine/errors.h"

namespace tarn::engine {

LineReader::LineReader(std::unique_ptr<ByteStream> stream, uint64_t begin, uint64_t end)
    : stream_(std::move(stream)), end_(end), offset_(StartOfRange(begin)), skip_first_(begin > 0) {}

Result<bool> LineReader::More() {
  if (ended_) return false;
  constexpr uint64_t kBlockBytes = 256 << 10, kBeyondBytes = 4 << 10;
  buffer_.erase(0, at_);
  at_ = 0;
  // Behind the range only the rest of one line is wanted: the next range reads those bytes again.
  const uint64_t have = offset_ + buffer_.size();
  const size_t block = have < end_ ? std::min(kBlockBytes, end_ - have) : kBeyondBytes;
  if (buffer_.size() > kLineBytesMax) return Fail(kBadData, "a line is longer than 64 MiB");
  const size_t had = buffer_.size();
  buffer_.resize(had + block);
  auto read = stream_->Read(std::span(buffer_).subspan(had));
  buffer_.resize(had + (read.ok() ? *read : 0));
  if (!read.ok()) return read.error();
  ended_ = *read == 0;
  return !ended_;
}

Result<bool> LineReader::Next(std::string_view* line) {
  while (true) {
    if (!skip_first_ && offset_ >= end_) return false;
    size_t searched = 0;
    size_t newline;
    while ((newline = buffer_.find('\n', at_ + searched)) == std::string::npos) {
      searched = buffer_.size() - at_;
      TARN_TRY(const bool more, More());
      if (!more) break;
    }
    const bool last = newline == std::string::npos;
    const size_t stop = last ? buffer_.size() : newline;
    if (last && stop == at_) return false;
    *line = std::string_view(buffer_).substr(at_, stop - at_);
    const size_t consumed = stop - at_ + (last ? 0 : 1);
    at_ += consumed;
    offset_ += consumed;
    if (skip_first_) {
      skip_first_ = false;
      continue;
    }
    if (line->ends_with('\r')) line->remove_suffix(1);
    return true;
  }
}

Result<std::string> LineReader::Rest(std::string_view line) {
  std::string text(line);
  text += '\n';
  while (true) {
    text.append(buffer_, at_);
    offset_ += buffer_.size() - at_;
    at_ = buffer_.size();
    if (text.size() > kLineBytesMax) return Fail(kBadData, "a value is longer than 64 MiB");
    TARN_TRY(const bool more, More());
    if (!more) return text;
  }
}

}  // namespace tarn::engine

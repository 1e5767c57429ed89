// Lines of a stream, or of one byte range of it. A line ends at \n or \r\n; the last one may end at the end.
//
// A range owns the lines that begin in it, as Hadoop splits do: a range that does not begin at 0 starts after the first
// line end at or behind its first byte minus one, and its last line may reach beyond the range.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/text/byte_stream.h"

namespace tarn::engine {

class LineReader {
 public:
  static constexpr size_t kLineBytesMax = 64 << 20;

  // The stream starts at byte `begin` of the range (or at begin - 1 when begin > 0, see StartOfRange).
  LineReader(std::unique_ptr<ByteStream> stream, uint64_t begin, uint64_t end);
  // Where a stream for the range must start.
  static uint64_t StartOfRange(uint64_t begin) { return begin == 0 ? 0 : begin - 1; }

  // False at the end. The line lives until the next call and has no line end.
  Result<bool> Next(std::string_view* line);
  // Everything from the line before on, to the end of the stream: for a value that spans lines.
  Result<std::string> Rest(std::string_view line);

 private:
  Result<bool> More();  // reads another block behind what is left

  std::unique_ptr<ByteStream> stream_;
  const uint64_t end_;
  uint64_t offset_;  // of buffer_[at_] in the stream's file
  bool skip_first_;
  std::string buffer_;
  size_t at_ = 0;
  bool ended_ = false;
};

}  // namespace tarn::engine

// Bytes of a file in order, inflated on the way if its name says so. Memory is bounded by a block per stream.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"
#include "engine/table.h"

namespace tarn::engine {

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Fills some of `out`; 0 only at the end.
  virtual Result<size_t> Read(std::span<char> out) = 0;
};

enum class Compression : uint8_t { kNone, kGzip, kZstd, kBzip2 };
Compression CompressionOfName(std::string_view path);

// The file from `offset` on. `file` lives in the stream.
std::unique_ptr<ByteStream> StreamFile(std::unique_ptr<OpenFile> file, uint64_t offset, uint64_t size);
// Inflates `source`, member after member (gzip and bzip2 files may be concatenated). kBadData for broken input.
std::unique_ptr<ByteStream> Inflate(Compression compression, std::unique_ptr<ByteStream> source);

}  // namespace tarn::engine

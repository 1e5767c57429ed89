// Streaming compression of text files on their way out.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/text/byte_stream.h"

namespace tarn::engine {

class Compressor {
 public:
  virtual ~Compressor() = default;
  // Appends what is ready to `out`; with `finish`, everything.
  virtual void Compress(std::string_view bytes, bool finish, std::string& out) = 0;
};

// kNone, kGzip or kZstd.
std::unique_ptr<Compressor> MakeCompressor(Compression compression);

}  // namespace tarn::engine

#include "engine/text/compressor.h"

#include <zlib.h>
#include <zstd.h>

namespace tarn::engine {
namespace {

struct Plain : Compressor {
  void Compress(std::string_view bytes, bool, std::string& out) override { out.append(bytes); }
};

class Gzip : public Compressor {
 public:
  Gzip() { deflateInit2(&state_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY); }
  ~Gzip() override { deflateEnd(&state_); }
  void Compress(std::string_view bytes, bool finish, std::string& out) override {
    state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    state_.avail_in = static_cast<uInt>(bytes.size());
    do {
      char block[16 << 10];
      state_.next_out = reinterpret_cast<Bytef*>(block);
      state_.avail_out = sizeof(block);
      deflate(&state_, finish ? Z_FINISH : Z_NO_FLUSH);
      out.append(block, sizeof(block) - state_.avail_out);
    } while (state_.avail_out == 0);
  }

 private:
  z_stream state_{};
};

class Zstd : public Compressor {
 public:
  Zstd() : state_(ZSTD_createCCtx()) {}
  ~Zstd() override { ZSTD_freeCCtx(state_); }
  void Compress(std::string_view bytes, bool finish, std::string& out) override {
    ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
    size_t left;
    do {
      char block[16 << 10];
      ZSTD_outBuffer output{block, sizeof(block), 0};
      left = ZSTD_compressStream2(state_, &output, &input, finish ? ZSTD_e_end : ZSTD_e_continue);
      out.append(block, output.pos);
    } while (!ZSTD_isError(left) && (input.pos < input.size || (finish && left > 0)));
  }

 private:
  ZSTD_CCtx* state_;
};

}  // namespace

std::unique_ptr<Compressor> MakeCompressor(Compression compression) {
  switch (compression) {
    case Compression::kGzip:
      return std::make_unique<Gzip>();
    case Compression::kZstd:
      return std::make_unique<Zstd>();
    default:
      return std::make_unique<Plain>();
  }
}

}  // namespace tarn::engine

#include "engine/text/byte_stream.h"

#include <bzlib.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "engine/errors.h"

namespace tarn::engine {
namespace {

constexpr size_t kBlockBytes = 256 << 10;

class FileStream : public ByteStream {
 public:
  FileStream(std::unique_ptr<OpenFile> file, uint64_t offset, uint64_t size)
      : file_(std::move(file)), offset_(offset), size_(size) {}

  Result<size_t> Read(std::span<char> out) override {
    const size_t take = std::min<uint64_t>(out.size(), size_ - std::min(size_, offset_));
    if (take == 0) return size_t{0};
    TARN_CHECK(file_->ReadAt(offset_, out.first(take)));
    offset_ += take;
    return take;
  }

 private:
  std::unique_ptr<OpenFile> file_;
  uint64_t offset_;
  const uint64_t size_;
};

// What the three libraries share: an input block that is refilled, and the end of input.
class Inflater : public ByteStream {
 public:
  explicit Inflater(std::unique_ptr<ByteStream> source) : source_(std::move(source)), block_(kBlockBytes) {}

 protected:
  // True when there are input bytes, refilling as needed.
  Result<bool> Fill() {
    if (at_ < end_) return true;
    TARN_TRY(end_, source_->Read(block_));
    at_ = 0;
    return end_ > 0;
  }
  static Error Broken(std::string_view what) { return Fail(kBadData, std::string(what)); }

  std::unique_ptr<ByteStream> source_;
  std::vector<char> block_;
  size_t at_ = 0, end_ = 0;
};

class GzipStream : public Inflater {
 public:
  explicit GzipStream(std::unique_ptr<ByteStream> source) : Inflater(std::move(source)) {
    inflateInit2(&state_, 15 + 32);  // gzip or zlib header
  }
  ~GzipStream() override { inflateEnd(&state_); }

  Result<size_t> Read(std::span<char> out) override {
    state_.next_out = reinterpret_cast<Bytef*>(out.data());
    state_.avail_out = static_cast<uInt>(out.size());
    while (state_.avail_out == out.size()) {
      TARN_TRY(const bool more, Fill());
      if (!more) {
        if (in_member_) return Broken("a gzip file ends early");
        break;
      }
      state_.next_in = reinterpret_cast<Bytef*>(block_.data() + at_);
      state_.avail_in = static_cast<uInt>(end_ - at_);
      in_member_ = true;
      const int code = inflate(&state_, Z_NO_FLUSH);
      at_ = end_ - state_.avail_in;
      if (code == Z_STREAM_END) {
        in_member_ = false;
        inflateReset(&state_);
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        return Broken("a gzip file is broken");
      }
    }
    return out.size() - state_.avail_out;
  }

 private:
  z_stream state_{};
  bool in_member_ = false;
};

class Bzip2Stream : public Inflater {
 public:
  explicit Bzip2Stream(std::unique_ptr<ByteStream> source) : Inflater(std::move(source)) {
    BZ2_bzDecompressInit(&state_, 0, 0);
  }
  ~Bzip2Stream() override { BZ2_bzDecompressEnd(&state_); }

  Result<size_t> Read(std::span<char> out) override {
    state_.next_out = out.data();
    state_.avail_out = static_cast<unsigned>(out.size());
    while (state_.avail_out == out.size()) {
      TARN_TRY(const bool more, Fill());
      if (!more) {
        if (in_member_) return Broken("a bzip2 file ends early");
        break;
      }
      state_.next_in = block_.data() + at_;
      state_.avail_in = static_cast<unsigned>(end_ - at_);
      in_member_ = true;
      const int code = BZ2_bzDecompress(&state_);
      at_ = end_ - state_.avail_in;
      if (code == BZ_STREAM_END) {
        in_member_ = false;
        char* next_out = state_.next_out;
        const unsigned avail_out = state_.avail_out;
        BZ2_bzDecompressEnd(&state_);
        state_ = {};
        BZ2_bzDecompressInit(&state_, 0, 0);
        state_.next_out = next_out;
        state_.avail_out = avail_out;
      } else if (code != BZ_OK) {
        return Broken("a bzip2 file is broken");
      }
    }
    return out.size() - state_.avail_out;
  }

 private:
  bz_stream state_{};
  bool in_member_ = false;
};

class ZstdStream : public Inflater {
 public:
  explicit ZstdStream(std::unique_ptr<ByteStream> source) : Inflater(std::move(source)), state_(ZSTD_createDCtx()) {}
  ~ZstdStream() override { ZSTD_freeDCtx(state_); }

  Result<size_t> Read(std::span<char> out) override {
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    while (output.pos == 0) {
      TARN_TRY(const bool more, Fill());
      if (!more) {
        if (in_frame_) return Broken("a zstd file ends early");
        break;
      }
      ZSTD_inBuffer input{block_.data(), end_, at_};
      const size_t left = ZSTD_decompressStream(state_, &output, &input);
      at_ = input.pos;
      if (ZSTD_isError(left)) return Broken("a zstd file is broken");
      in_frame_ = left != 0;
    }
    return output.pos;
  }

 private:
  ZSTD_DCtx* state_;
  bool in_frame_ = false;
};

}  // namespace

Compression CompressionOfName(std::string_view path) {
  const std::string name = AsciiLower(path.substr(path.size() - std::min<size_t>(path.size(), 8)));
  if (name.ends_with(".gz") || name.ends_with(".gzip")) return Compression::kGzip;
  if (name.ends_with(".zst") || name.ends_with(".zstd")) return Compression::kZstd;
  if (name.ends_with(".bz2")) return Compression::kBzip2;
  return Compression::kNone;
}

std::unique_ptr<ByteStream> StreamFile(std::unique_ptr<OpenFile> file, uint64_t offset, uint64_t size) {
  return std::make_unique<FileStream>(std::move(file), offset, size);
}

std::unique_ptr<ByteStream> Inflate(Compression compression, std::unique_ptr<ByteStream> source) {
  switch (compression) {
    case Compression::kGzip:
      return std::make_unique<GzipStream>(std::move(source));
    case Compression::kZstd:
      return std::make_unique<ZstdStream>(std::move(source));
    case Compression::kBzip2:
      return std::make_unique<Bzip2Stream>(std::move(source));
    default:
      return source;
  }
}

}  // namespace tarn::engine

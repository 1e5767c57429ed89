#include <bzlib.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>

#include "base/strings.h"
#include "formats/infer.h"

namespace tarn::formats {
namespace {

Result<std::string> InflateGzip(std::string_view head, size_t bytes_max) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 32) != Z_OK) return Fail(kUnreadable, "gzip could not be started");
  std::string out(bytes_max, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(head.data()));
  stream.avail_in = static_cast<uInt>(head.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  int status = Z_OK;
  while (stream.avail_out > 0 && stream.avail_in > 0) {
    status = inflate(&stream, Z_NO_FLUSH);
    if (status == Z_STREAM_END && stream.avail_in > 0) {
      status = inflateReset(&stream);  // several members one after the other are one text
    }
    if (status != Z_OK) break;
  }
  out.resize(out.size() - stream.avail_out);
  inflateEnd(&stream);
  const bool fine = status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR;
  if (!fine && out.empty()) return Fail(kUnreadable, "the gzip data is damaged");
  return out;
}

Result<std::string> InflateZstd(std::string_view head, size_t bytes_max) {
  ZSTD_DStream* stream = ZSTD_createDStream();
  std::string out(bytes_max, '\0');
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  ZSTD_inBuffer input{head.data(), head.size(), 0};
  size_t status = 0;
  while (output.pos < output.size && input.pos < input.size) {
    status = ZSTD_decompressStream(stream, &output, &input);
    if (ZSTD_isError(status) != 0) break;
  }
  ZSTD_freeDStream(stream);
  if (ZSTD_isError(status) != 0 && output.pos == 0) return Fail(kUnreadable, "the zstd data is damaged");
  out.resize(output.pos);
  return out;
}

Result<std::string> InflateBzip2(std::string_view head, size_t bytes_max) {
  bz_stream stream{};
  if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK) return Fail(kUnreadable, "bzip2 could not be started");
  std::string out(bytes_max, '\0');
  stream.next_in = const_cast<char*>(head.data());
  stream.avail_in = static_cast<unsigned>(head.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<unsigned>(out.size());
  int status = BZ_OK;
  while (status == BZ_OK && stream.avail_out > 0 && stream.avail_in > 0) status = BZ2_bzDecompress(&stream);
  out.resize(out.size() - stream.avail_out);
  BZ2_bzDecompressEnd(&stream);
  if (status != BZ_OK && status != BZ_STREAM_END && out.empty()) {
    return Fail(kUnreadable, "the bzip2 data is damaged");
  }
  return out;
}

}  // namespace

Magic DetectMagic(std::string_view head) {
  if (head.starts_with("PAR1")) return {.format = Format::kParquet};
  if (head.starts_with("ORC")) return {.format = Format::kOrc};
  if (head.starts_with(std::string_view("Obj\x01", 4))) return {.format = Format::kAvro};
  if (head.starts_with("\x1f\x8b")) return {.compression = Compression::kGzip};
  if (head.starts_with("\x28\xb5\x2f\xfd")) return {.compression = Compression::kZstd};
  if (head.starts_with("BZh")) return {.compression = Compression::kBzip2};
  if (head.starts_with("PK\x03\x04") || head.starts_with("\xfd"
                                                         "7zXZ")) {
    return {.compression = Compression::kUnsupported};
  }
  return {};
}

Result<std::string> InflatePrefix(Compression compression, std::string_view head, size_t bytes_max) {
  switch (compression) {
    case Compression::kNone:
      return std::string(head.substr(0, bytes_max));
    case Compression::kGzip:
      return InflateGzip(head, bytes_max);
    case Compression::kZstd:
      return InflateZstd(head, bytes_max);
    case Compression::kBzip2:
      return InflateBzip2(head, bytes_max);
    case Compression::kUnsupported:
      break;
  }
  return Fail(kUnreadable, "zip and xz archives are not read; use gzip, zstd or bzip2");
}

Result<FileSchema> InferText(std::string_view text, bool whole, const CsvHints* hints) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (Trim(text).empty()) return Fail(kUnreadable, "the file is empty");
  if (text.substr(0, 4096).find('\0') != std::string_view::npos) return Fail(kUnreadable, "the file is not text");
  if (hints != nullptr) {
    if (auto csv = InferCsv(text, whole, *hints)) return std::move(*csv);
  }
  if (auto json = InferJson(text, whole)) return std::move(*json);
  if (auto csv = InferCsv(text, whole, {})) return std::move(*csv);
  return Fail(kUnreadable, "no built-in classifier (Parquet, JSON, CSV) recognises the content");
}

}  // namespace tarn::formats

#include "delivery/output/compress.h"

#include <snappy.h>
#include <zlib.h>

#include <algorithm>
#include <array>

namespace tarn::delivery {
namespace {

// What snappy-java's streams cut their input into; what Hadoop's buffer holds.
constexpr size_t kJavaBlock = 32 << 10;
constexpr size_t kHadoopBlock = 256 << 10;

struct Named {
  std::string_view name;
  std::string_view extension;
  std::string_view encoding;
};
constexpr std::array<Named, 5> kNames = {{{"UNCOMPRESSED", "", ""},
                                          {"GZIP", ".gz", "gzip"},
                                          {"ZIP", ".zip", "zip"},
                                          {"Snappy", ".snappy", "snappy-java"},
                                          {"HADOOP_SNAPPY", ".snappy", "hadoop-snappy"}}};

const Named& NamedOf(Compression compression) { return kNames[static_cast<size_t>(compression)]; }

// zlib does not write to what it reads.
Bytef* Raw(std::string_view bytes) { return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.begin())); }

// `window_bits`: zlib's, 15 + 16 for gzip, -15 for bare deflate.
std::string Deflate(std::string_view bytes, int window_bits) {
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()) + 32, '\0');
  stream.next_in = Raw(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = Raw(out);
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

void Little(std::string& out, uint64_t value, size_t width) {
  for (size_t i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i));
}

void Big(std::string& out, uint64_t value) {
  for (size_t i = 4; i-- > 0;) out += static_cast<char>(value >> (8 * i));
}

// One deflated entry (PKZIP's APPNOTE 4.3).
std::string Zip(std::string_view bytes, const std::string& entry) {
  constexpr uint64_t kDosEpoch = 0x00210000;  // 1980-01-01
  const std::string packed = Deflate(bytes, -MAX_WBITS);
  const uint64_t crc = crc32(crc32(0, nullptr, 0), Raw(bytes), static_cast<uInt>(bytes.size()));
  const auto facts = [&](std::string& out) {
    Little(out, 20, 2);      // version needed
    Little(out, 0x0800, 2);  // names are UTF-8
    Little(out, 8, 2);       // deflate
    Little(out, kDosEpoch, 4);
    Little(out, crc, 4);
    Little(out, packed.size(), 4);
    Little(out, bytes.size(), 4);
    Little(out, entry.size(), 2);
    Little(out, 0, 2);  // extra field
  };
  std::string out;
  Little(out, 0x04034b50, 4);
  facts(out);
  out += entry;
  out += packed;
  const size_t directory = out.size();
  Little(out, 0x02014b50, 4);
  Little(out, 20, 2);  // version made by
  facts(out);
  Little(out, 0, 2);  // comment
  Little(out, 0, 2);  // disk
  Little(out, 0, 2);  // attributes inside
  Little(out, 0, 4);  // and outside
  Little(out, 0, 4);  // offset of the entry
  out += entry;
  const size_t end = out.size();
  Little(out, 0x06054b50, 4);
  Little(out, 0, 4);  // disks
  Little(out, 1, 2);
  Little(out, 1, 2);
  Little(out, end - directory, 4);
  Little(out, directory, 4);
  Little(out, 0, 2);
  return out;
}

std::string SnappyJava(std::string_view bytes) {
  std::string out("\x82SNAPPY\0", 8);
  Big(out, 1);  // version
  Big(out, 1);  // compatible down to
  for (size_t at = 0; at < bytes.size(); at += kJavaBlock) {
    std::string packed;
    const std::string_view block = bytes.substr(at, kJavaBlock);
    snappy::Compress(block.data(), block.size(), &packed);
    Big(out, packed.size());
    out += packed;
  }
  return out;
}

std::string SnappyHadoop(std::string_view bytes) {
  std::string out;
  for (size_t at = 0; at < bytes.size(); at += kHadoopBlock) {
    std::string packed;
    const std::string_view block = bytes.substr(at, kHadoopBlock);
    snappy::Compress(block.data(), block.size(), &packed);
    Big(out, block.size());
    Big(out, packed.size());
    out += packed;
  }
  return out;
}

}  // namespace

std::optional<Compression> CompressionOf(std::string_view name) {
  const auto found = std::ranges::find(kNames, name, &Named::name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Compression>(found - kNames.begin());
}

std::string_view ExtensionOf(Compression compression) { return NamedOf(compression).extension; }
std::string_view EncodingOf(Compression compression) { return NamedOf(compression).encoding; }

std::string Compress(Compression compression, std::string_view bytes, const std::string& entry_name) {
  switch (compression) {
    case Compression::kGzip:
      return Deflate(bytes, MAX_WBITS + 16);
    case Compression::kZip:
      return Zip(bytes, entry_name);
    case Compression::kSnappy:
      return SnappyJava(bytes);
    case Compression::kHadoopSnappy:
      return SnappyHadoop(bytes);
    case Compression::kNone:
      break;
  }
  return std::string(bytes);
}

std::optional<std::string> Inflate(std::string_view packed, size_t bytes_max) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return std::nullopt;
  stream.next_in = Raw(packed);
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  std::array<char, 16 << 10> piece;
  bool good = false;
  for (;;) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    const int state = inflate(&stream, Z_NO_FLUSH);
    if (state != Z_OK && state != Z_STREAM_END) break;
    out.append(piece.data(), piece.size() - stream.avail_out);
    if (out.size() > bytes_max) break;
    if (state == Z_OK) continue;
    good = stream.avail_in == 0;
    if (good || inflateReset(&stream) != Z_OK) break;
  }
  inflateEnd(&stream);
  if (!good) return std::nullopt;
  return out;
}

}  // namespace tarn::delivery

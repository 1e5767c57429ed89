#include "sheets/zip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

#include "base/hash.h"
#include "sheets/errors.h"

namespace tarn::sheets {
namespace {

constexpr std::string_view kEndMark = "PK\x05\x06";
constexpr std::string_view kEntryMark = "PK\x01\x02";
constexpr std::string_view kLocalMark = "PK\x03\x04";
constexpr size_t kEndBytes = 22;
constexpr size_t kEntryBytes = 46;
constexpr size_t kLocalBytes = 30;
constexpr size_t kCommentMax = 65535;
constexpr uint32_t kZip64 = 0xffffffffU;
constexpr uint16_t kEncrypted = 1;
constexpr uint16_t kDeflated = 8;

uint16_t U16(std::string_view bytes, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(bytes[at + i])); };
  return static_cast<uint16_t>(byte(0) | byte(1) << 8U);
}
uint32_t U32(std::string_view bytes, size_t at) {
  return U16(bytes, at) | static_cast<uint32_t>(U16(bytes, at + 2)) << 16U;
}

Error Unreadable(std::string_view why) {
  return Fail(kUnreadable, fmt::format("The file is no spreadsheet: {}.", why));
}

Result<std::string> Inflate(std::string_view packed, size_t bytes) {
  std::string out(bytes, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return Unreadable("zlib cannot start");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int state = inflate(&stream, Z_FINISH);
  const bool whole = state == Z_STREAM_END && stream.total_out == bytes;
  inflateEnd(&stream);
  if (!whole) return Unreadable("an entry of its zip archive is damaged");
  return out;
}

}  // namespace

Result<Zip> Zip::Open(std::string_view bytes) {
  Zip zip(bytes);
  TARN_CHECK(zip.ReadDirectory());
  return zip;
}

Status Zip::ReadDirectory() {
  if (bytes_.size() < kEndBytes) return Unreadable("it is too short");
  // The end record has a comment of unknown length behind it.
  const size_t from = bytes_.size() - std::min(bytes_.size(), kEndBytes + kCommentMax);
  const size_t end = bytes_.rfind(kEndMark, bytes_.size() - kEndBytes);
  if (end == std::string_view::npos || end < from) return Unreadable("it is no zip archive");
  const uint16_t count = U16(bytes_, end + 10);
  const uint32_t directory_bytes = U32(bytes_, end + 12);
  const uint32_t begin = U32(bytes_, end + 16);
  if (U16(bytes_, end + 4) != 0 || begin == kZip64 || count == 0xffffU) {
    return Unreadable("split and Zip64 archives are not read");
  }
  if (begin > end || directory_bytes > end - begin) return Unreadable("its zip directory is damaged");
  const std::string_view directory = bytes_.substr(begin, directory_bytes);
  size_t at = 0;
  for (uint16_t i = 0; i < count; ++i) {
    if (directory.size() - at < kEntryBytes || directory.substr(at, 4) != kEntryMark) {
      return Unreadable("its zip directory is damaged");
    }
    const size_t name_bytes = U16(directory, at + 28);
    const size_t rest = name_bytes + U16(directory, at + 30) + U16(directory, at + 32);
    if (directory.size() - at - kEntryBytes < rest) return Unreadable("its zip directory is damaged");
    const Entry entry{.flags = U16(directory, at + 8),
                      .method = U16(directory, at + 10),
                      .crc = U32(directory, at + 16),
                      .packed = U32(directory, at + 20),
                      .unpacked = U32(directory, at + 24),
                      .offset = U32(directory, at + 42)};
    entries_.insert_or_assign(std::string(directory.substr(at + kEntryBytes, name_bytes)), entry);
    at += kEntryBytes + rest;
  }
  return Ok();
}

Result<std::string_view> Zip::PackedBytes(std::string_view name, const Entry& entry) const {
  if ((entry.flags & kEncrypted) != 0) return Unreadable("it is encrypted");
  if (entry.packed == kZip64 || entry.unpacked == kZip64) return Unreadable("Zip64 archives are not read");
  if (entry.offset > bytes_.size() || bytes_.size() - entry.offset < kLocalBytes ||
      bytes_.substr(entry.offset, 4) != kLocalMark) {
    return Unreadable(fmt::format("{} is damaged", name));
  }
  const size_t begin = entry.offset + kLocalBytes + U16(bytes_, entry.offset + 26) + U16(bytes_, entry.offset + 28);
  if (begin > bytes_.size() || bytes_.size() - begin < entry.packed) {
    return Unreadable(fmt::format("{} is damaged", name));
  }
  return bytes_.substr(begin, entry.packed);
}

Result<std::string> Zip::Read(std::string_view name, size_t bytes_max) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return Unreadable(fmt::format("it has no {}", name));
  const Entry& entry = found->second;
  if (entry.unpacked > bytes_max) {
    return Fail(kTooLarge, fmt::format("{} unpacks to {} bytes, more than {}: save the sheet as CSV.", name,
                                       entry.unpacked, bytes_max));
  }
  TARN_TRY(const std::string_view packed, PackedBytes(name, entry));
  if (entry.method != 0 && entry.method != kDeflated) return Unreadable("an unknown compression is used");
  std::string bytes;
  if (entry.method == 0) {
    bytes = packed;
  } else {
    TARN_TRY(bytes, Inflate(packed, entry.unpacked));
  }
  if (bytes.size() != entry.unpacked || Crc32(AsBytes(bytes)) != entry.crc) {
    return Unreadable(fmt::format("{} is damaged", name));
  }
  return bytes;
}

}  // namespace tarn::sheets

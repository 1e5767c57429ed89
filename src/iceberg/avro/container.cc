#include "iceberg/avro/container.h"

#include <fmt/format.h>
#include <isa-l.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

#include "base/hash.h"
#include "base/strings.h"
#include "iceberg/errors.h"

namespace tarn::iceberg::avro {

void Skip(const Node& node, Input& input, int depth) {
  if (depth > 64) return input.Fail();
  switch (node.kind) {
    case Kind::kNull:
      return;
    case Kind::kBoolean:
      input.ReadRaw(1);
      return;
    case Kind::kInt:
    case Kind::kLong:
    case Kind::kEnum:
      input.ReadLong();
      return;
    case Kind::kFloat:
      input.ReadRaw(4);
      return;
    case Kind::kDouble:
      input.ReadRaw(8);
      return;
    case Kind::kBytes:
    case Kind::kString:
      input.ReadBytes();
      return;
    case Kind::kFixed:
      input.ReadRaw(static_cast<size_t>(node.size));
      return;
    case Kind::kUnion:
      if (const Node* branch = input.ReadBranch(node)) Skip(*branch, input, depth + 1);
      return;
    case Kind::kRecord:
      for (const NodeField& field : node.fields) {
        if (input.failed()) return;
        Skip(*field.type, input, depth + 1);
      }
      return;
    case Kind::kArray:
    case Kind::kMap:
      while (int64_t count = input.ReadItemCount()) {
        for (; count > 0 && !input.failed(); --count) {
          if (node.kind == Kind::kMap) input.ReadBytes();
          Skip(*node.parts[0], input, depth + 1);
        }
      }
  }
}

namespace {

constexpr std::string_view kMagic("Obj\x01", 4);
constexpr size_t kSyncBytes = 16;
constexpr size_t kBlockBytes = 64'000;

// By ISA-L: of planning a large scan, inflating is a large part.
Result<std::string> Inflate(std::string_view bytes, size_t bytes_max) {
  const auto state = std::make_unique_for_overwrite<inflate_state>();
  isal_inflate_init(state.get());
  state->next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(bytes.data()));
  state->avail_in = static_cast<uint32_t>(bytes.size());
  std::string out;
  size_t used = 0;
  while (state->block_state != ISAL_BLOCK_FINISH && used <= bytes_max) {
    out.resize(std::max<size_t>(used * 2, bytes.size() * 4 + 256));
    const size_t room = std::min<size_t>(out.size() - used, UINT32_MAX);
    state->next_out = reinterpret_cast<uint8_t*>(out.data() + used);
    state->avail_out = static_cast<uint32_t>(room);
    const int outcome = isal_inflate(state.get());
    used += room - state->avail_out;
    // Room that is left over tells that the input ended first.
    if (outcome < 0 || (state->avail_out > 0 && state->block_state != ISAL_BLOCK_FINISH)) break;
  }
  if (used > bytes_max) return Fail(kTooLarge, "an Avro block inflates to more than may be held");
  if (state->block_state != ISAL_BLOCK_FINISH) return Fail(kCorrupt, "an Avro block is no whole deflate stream");
  out.resize(used);
  return out;
}

Result<std::string> Unzstd(std::string_view bytes, size_t bytes_max) {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  std::string out;
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  size_t used = 0;
  size_t hint = 1;
  while (in.pos < in.size || hint != 0) {
    if (out.size() - used < 1024) out.resize(std::max<size_t>(out.size() * 2, bytes.size() * 4 + 4096));
    ZSTD_outBuffer chunk{out.data(), out.size(), used};
    const size_t before = in.pos;
    hint = ZSTD_decompressStream(context, &chunk, &in);
    const bool stuck = in.pos == before && chunk.pos == used;
    used = chunk.pos;
    if (ZSTD_isError(hint) != 0 || stuck || used > bytes_max) break;
  }
  ZSTD_freeDCtx(context);
  if (used > bytes_max) return Fail(kTooLarge, "an Avro block expands to more than may be held");
  if (hint != 0) return Fail(kCorrupt, "an Avro block is no whole zstd frame");
  out.resize(used);
  return out;
}

}  // namespace

Result<std::string> Unsnappy(std::string_view bytes, size_t bytes_max) {
  const Error corrupt = Fail(kCorrupt, "an Avro block is no snappy block");
  size_t at = 0;
  uint64_t size = 0;
  for (int shift = 0;; shift += 7) {
    if (at == bytes.size() || shift > 28) return corrupt;
    const auto byte = static_cast<uint8_t>(bytes[at++]);
    size |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) break;
  }
  // No element gives more than 64 bytes for 2.
  if (size > bytes_max) return Fail(kTooLarge, "an Avro block expands to more than may be held");
  if (size > bytes.size() * 64) return corrupt;
  std::string out;
  out.reserve(size);
  const auto little = [&](size_t count) {
    size_t value = 0;
    for (size_t i = 0; i < count; ++i) value |= static_cast<size_t>(static_cast<uint8_t>(bytes[at + i])) << (8 * i);
    at += count;
    return value;
  };
  while (at < bytes.size()) {
    const auto tag = static_cast<uint8_t>(bytes[at++]);
    size_t length = tag >> 2;
    if ((tag & 3) == 0) {
      if (length >= 60) {
        const size_t extra = length - 59;
        if (bytes.size() - at < extra) return corrupt;
        length = little(extra);
      }
      ++length;
      if (bytes.size() - at < length || out.size() + length > size) return corrupt;
      out.append(bytes, at, length);
      at += length;
      continue;
    }
    const size_t extra = (tag & 3) == 1 ? 1 : (tag & 3) == 2 ? 2 : 4;
    if (bytes.size() - at < extra) return corrupt;
    size_t offset = little(extra);
    if (extra == 1) {
      offset |= static_cast<size_t>(tag >> 5) << 8;
      length = ((tag >> 2) & 7) + 4;
    } else {
      ++length;
    }
    if (offset == 0 || offset > out.size() || out.size() + length > size) return corrupt;
    for (size_t i = 0; i < length; ++i) out += out[out.size() - offset];
  }
  if (out.size() != size) return corrupt;
  return out;
}

Result<ContainerReader> ContainerReader::Open(std::string_view bytes) {
  ContainerReader reader;
  reader.file_ = Input(bytes);
  if (reader.file_.ReadRaw(4) != kMagic) return Fail(kCorrupt, "the file is no Avro container");
  while (int64_t count = reader.file_.ReadItemCount()) {
    for (; count > 0 && !reader.file_.failed(); --count) {
      std::string key(reader.file_.ReadBytes());
      reader.header_[std::move(key)] = reader.file_.ReadBytes();
    }
  }
  reader.sync_ = reader.file_.ReadRaw(kSyncBytes);
  if (reader.file_.failed()) return Fail(kCorrupt, "the Avro file's header is cut off");
  const auto schema = reader.header_.find("avro.schema");
  if (schema == reader.header_.end()) return Fail(kCorrupt, "the Avro file has no schema");
  TARN_TRY(reader.schema_, Schema::Parse(schema->second));
  const auto codec = reader.header_.find("avro.codec");
  reader.codec_ = codec == reader.header_.end() ? "null" : codec->second;
  return reader;
}

Result<bool> ContainerReader::NextBlock() {
  if (file_.done()) return false;
  count_ = file_.ReadLong();
  const std::string_view bytes = file_.ReadBytes();
  if (file_.ReadRaw(kSyncBytes) != sync_ || file_.failed() || count_ < 0) {
    return Fail(kCorrupt, "an Avro block is cut off or lacks its sync marker");
  }
  if (codec_ == "null") {
    input_ = Input(bytes);
  } else if (codec_ == "deflate") {
    TARN_TRY(*block_, Inflate(bytes, kBlockBytesMax));
    input_ = Input(*block_);
  } else if (codec_ == "zstandard") {
    TARN_TRY(*block_, Unzstd(bytes, kBlockBytesMax));
    input_ = Input(*block_);
  } else if (codec_ == "snappy") {
    if (bytes.size() < 4) return Fail(kCorrupt, "an Avro block is no snappy block");
    TARN_TRY(*block_, Unsnappy(bytes.substr(0, bytes.size() - 4), kBlockBytesMax));
    if (BigEndian32(Crc32(AsBytes(*block_))) != bytes.substr(bytes.size() - 4)) {
      return Fail(kCorrupt, "an Avro block's checksum does not match");
    }
    input_ = Input(*block_);
  } else {
    return Fail(kUnsupported, fmt::format("the Avro codec {} is not supported", codec_.substr(0, 40)));
  }
  if (static_cast<uint64_t>(count_) > input_.left()) return Fail(kCorrupt, "an Avro block holds too few bytes");
  return true;
}

Codec CodecOf(std::string_view name) {
  if (EqualsIgnoreCase(name, "zstd") || EqualsIgnoreCase(name, "zstandard")) return Codec::kZstd;
  if (EqualsIgnoreCase(name, "uncompressed") || EqualsIgnoreCase(name, "null")) return Codec::kNull;
  return Codec::kDeflate;
}

ContainerWriter::ContainerWriter(std::string_view schema_json, const Header& header, Codec codec, std::string_view sync)
    : sync_(sync), codec_(codec) {
  sync_.resize(kSyncBytes);
  constexpr std::string_view kNames[] = {"null", "deflate", "zstandard"};
  out_ = kMagic;
  PutLong(out_, static_cast<int64_t>(header.size()) + 2);
  PutBytes(out_, "avro.schema");
  PutBytes(out_, schema_json);
  PutBytes(out_, "avro.codec");
  PutBytes(out_, kNames[static_cast<size_t>(codec)]);
  for (const auto& [key, value] : header) {
    PutBytes(out_, key);
    PutBytes(out_, value);
  }
  PutLong(out_, 0);
  out_ += sync_;
}

void ContainerWriter::EndRecord() {
  ++records_;
  if (block_.size() >= kBlockBytes) Flush();
}

void ContainerWriter::Flush() {
  if (records_ == 0) return;
  std::string packed;
  if (codec_ == Codec::kDeflate) {
    z_stream stream{};
    deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
    packed.resize(deflateBound(&stream, block_.size()));
    stream.next_in = reinterpret_cast<Bytef*>(block_.data());
    stream.avail_in = static_cast<uInt>(block_.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(packed.size() - stream.avail_out);
    deflateEnd(&stream);
  } else if (codec_ == Codec::kZstd) {
    packed.resize(ZSTD_compressBound(block_.size()));
    packed.resize(ZSTD_compress(packed.data(), packed.size(), block_.data(), block_.size(), 1));
  } else {
    packed = std::move(block_);
  }
  PutLong(out_, records_);
  PutBytes(out_, packed);
  out_ += sync_;
  block_.clear();
  records_ = 0;
}

std::string ContainerWriter::Finish() {
  Flush();
  return std::move(out_);
}

}  // namespace tarn::iceberg::avro

#include "iceberg/puffin/puffin.h"

#include <fmt/format.h>
#include <zstd.h>

#include <cstring>

#include "iceberg/errors.h"
#include "json/json.h"

namespace tarn::iceberg {
namespace {

constexpr std::string_view kMagic("PFA1", 4);
constexpr size_t kTailBytes = 12;  // payload size, flags, magic
constexpr size_t kBlobBytesMax = size_t{1} << 30;

Error Broken(std::string_view why) { return Fail(kCorrupt, fmt::format("the Puffin file is broken: {}", why)); }

uint32_t Little32(std::string_view bytes) {
  uint32_t value = 0;
  std::memcpy(&value, bytes.data(), 4);
  return value;
}
void PutLittle32(std::string& out, uint32_t value) { out.append(reinterpret_cast<const char*>(&value), 4); }

Result<PuffinBlob> BlobFromJson(const json::Value& json, int64_t limit) {
  if (!json.is_object()) return Broken("a blob's description is no object");
  PuffinBlob blob;
  TARN_TRY(blob.type, GetString(json, "type"));
  TARN_TRY(blob.fields, GetInts(json, "fields"));
  TARN_TRY(blob.snapshot_id, GetLong(json, "snapshot-id"));
  TARN_TRY(blob.sequence_number, GetLong(json, "sequence-number"));
  TARN_TRY(blob.offset, GetLong(json, "offset"));
  TARN_TRY(blob.length, GetLong(json, "length"));
  TARN_TRY(const std::optional<std::string> codec, FindString(json, "compression-codec"));
  blob.compression = codec.value_or("");
  TARN_TRY(blob.properties, FindStringMap(json, "properties"));
  if (blob.offset < 0 || blob.length < 0 || blob.offset > limit || blob.length > limit - blob.offset) {
    return Broken("a blob lies outside of the file");
  }
  return blob;
}

}  // namespace

Result<PuffinFooter> ReadPuffinFooter(std::string_view file, int64_t file_bytes) {
  if (file.size() < kTailBytes + kMagic.size() || !file.ends_with(kMagic)) return Broken("no magic number at its end");
  const std::string_view tail = file.substr(file.size() - kTailBytes);
  const uint64_t payload = Little32(tail);
  if ((tail[4] & 1) != 0) return Fail(kUnsupported, "Puffin footers compressed with lz4 are not supported");
  if (payload + kTailBytes + kMagic.size() > file.size()) return Broken("its footer is not within the bytes given");
  const std::string_view footer = file.substr(file.size() - kTailBytes - payload - kMagic.size());
  if (!footer.starts_with(kMagic)) return Broken("no magic number before its footer");
  const auto json = json::Parse(footer.substr(kMagic.size(), payload));
  if (!json.ok()) return Broken("its footer is no JSON");
  PuffinFooter out;
  out.footer_bytes = static_cast<int64_t>(footer.size());
  const auto* blobs = json->Find("blobs");
  if (blobs == nullptr || !blobs->is_array()) return Broken("its footer lists no blobs");
  for (const json::Value& each : *blobs->AsArray()) {
    auto blob = BlobFromJson(each, file_bytes);
    if (!blob.ok()) return Broken(blob.error().message);
    out.blobs.push_back(std::move(*blob));
  }
  auto properties = FindStringMap(*json, "properties");
  if (!properties.ok()) return Broken(properties.error().message);
  out.properties = std::move(*properties);
  return out;
}

Result<std::string> ReadPuffinBlob(const PuffinBlob& blob, std::string_view stored) {
  if (static_cast<int64_t>(stored.size()) != blob.length) return Broken("a blob is cut off");
  if (blob.compression.empty()) return std::string(stored);
  if (blob.compression != "zstd") {
    return Fail(kUnsupported, fmt::format("Puffin blobs compressed with {} are not supported", blob.compression));
  }
  const unsigned long long size = ZSTD_getFrameContentSize(stored.data(), stored.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) return Broken("a blob's zstd frame");
  if (size > kBlobBytesMax) return Fail(kTooLarge, "a Puffin blob expands to more than may be held");
  std::string out(size, '\0');
  const size_t done = ZSTD_decompress(out.data(), out.size(), stored.data(), stored.size());
  if (ZSTD_isError(done) != 0 || done != out.size()) return Broken("a blob's zstd frame");
  return out;
}

PuffinWriter::PuffinWriter() : out_(kMagic) {}

const PuffinBlob& PuffinWriter::Add(PuffinBlob blob, std::string_view bytes) {
  blob.offset = static_cast<int64_t>(out_.size());
  if (blob.compression == "zstd") {
    std::string packed(ZSTD_compressBound(bytes.size()), '\0');
    packed.resize(ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), 3));
    out_ += packed;
  } else {
    blob.compression.clear();
    out_ += bytes;
  }
  blob.length = static_cast<int64_t>(out_.size()) - blob.offset;
  blobs_.push_back(std::move(blob));
  return blobs_.back();
}

PuffinWriter::Written PuffinWriter::Finish() {
  json::Writer json;
  json.BeginObject().Key("blobs").BeginArray();
  for (const PuffinBlob& blob : blobs_) {
    json.BeginObject().Key("type").String(blob.type);
    WriteInts(json, "fields", blob.fields);
    json.Key("snapshot-id").Int(blob.snapshot_id).Key("sequence-number").Int(blob.sequence_number);
    json.Key("offset").Int(blob.offset).Key("length").Int(blob.length);
    if (!blob.compression.empty()) json.Key("compression-codec").String(blob.compression);
    if (!blob.properties.empty()) WriteStringMap(json, "properties", blob.properties);
    json.EndObject();
  }
  json.EndArray();
  WriteStringMap(json, "properties", properties_);
  json.EndObject();
  const std::string payload = json.Take();
  const size_t start = out_.size();
  out_ += kMagic;
  out_ += payload;
  PutLittle32(out_, static_cast<uint32_t>(payload.size()));
  PutLittle32(out_, 0);
  out_ += kMagic;
  const auto footer_bytes = static_cast<int64_t>(out_.size() - start);
  return {std::move(out_), std::move(blobs_), footer_bytes};
}

}  // namespace tarn::iceberg

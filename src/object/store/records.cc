#include "object/store/records.h"

#include <span>
#include <utility>

#include "base/hash.h"
#include "base/random.h"
#include "base/record.h"
#include "object/errors.h"

namespace tarn::object {
namespace {

Error Corrupt(std::string_view what) { return Fail(kCorruptRecord, "a stored " + std::string(what) + " is damaged"); }

// Walks all fields of `bytes` with `field`; an error when they break off or `field` refuses one.
template <typename F>
Status Walk(std::string_view what, std::string_view bytes, F field) {
  RecordReader reader(bytes);
  while (reader.Next()) {
    if (!field(reader)) return Corrupt(what);
  }
  if (reader.corrupt()) return Corrupt(what);
  return Ok();
}

// Repeated pairs: the name's tag, then the value's.
void WritePair(RecordWriter& out, uint32_t tag, std::string_view name, std::string_view value) {
  out.Str(tag, name).Str(tag + 1, value);
}

void WriteTags(RecordWriter& out, uint32_t tag, const Tags& tags) {
  for (const auto& [name, value] : tags) WritePair(out, tag, name, value);
}

bool ReadTagValue(Tags& tags, const RecordReader& in) {
  if (tags.empty()) return false;
  tags.back().second = in.str();
  return true;
}

// Headers take the tags 20 to 28.
void WriteHeaders(RecordWriter& out, const Headers& headers) {
  const std::string* fields[] = {&headers.content_type,     &headers.cache_control,    &headers.content_disposition,
                                 &headers.content_encoding, &headers.content_language, &headers.expires,
                                 &headers.website_redirect};
  for (uint32_t i = 0; i < std::size(fields); ++i) {
    if (!fields[i]->empty()) out.Str(20 + i, *fields[i]);
  }
  for (const auto& [name, value] : headers.user) WritePair(out, 27, name, value);
}

bool ReadHeader(Headers& headers, std::string& user_name, const RecordReader& in) {
  std::string* fields[] = {&headers.content_type,     &headers.cache_control,    &headers.content_disposition,
                           &headers.content_encoding, &headers.content_language, &headers.expires,
                           &headers.website_redirect};
  if (in.tag() == 27) {
    user_name = in.str();
  } else if (in.tag() == 28) {
    headers.user[user_name] = in.str();
  } else {
    *fields[in.tag() - 20] = in.str();
  }
  return true;
}

std::string EncodeExtent(const Extent& extent) {
  RecordWriter out;
  out.Str(1, extent.blob.Encode());
  if (extent.offset != 0) out.U64(2, extent.offset);
  out.U64(3, extent.length);
  return out.Take();
}

Result<Extent> DecodeExtent(std::string_view bytes) {
  Extent extent;
  std::string blob;
  TARN_CHECK(Walk("extent", bytes, [&](const RecordReader& in) {
    if (in.tag() == 1) blob = in.str();
    if (in.tag() == 2) extent.offset = in.u64();
    if (in.tag() == 3) extent.length = in.u64();
    return true;
  }));
  TARN_TRY(extent.blob, blob::BlobRef::Decode(blob));
  return extent;
}

bool AppendExtent(std::vector<Extent>& extents, std::string_view bytes) {
  auto extent = DecodeExtent(bytes);
  if (!extent.ok()) return false;
  extents.push_back(std::move(extent).value());
  return true;
}

bool AppendPart(std::vector<PartRecord>& parts, std::string_view bytes) {
  auto part = DecodePart(bytes);
  if (!part.ok()) return false;
  parts.push_back(std::move(part).value());
  return true;
}

// The fields of a version that a listing shows are written first.
bool IsListed(uint32_t tag) { return tag < 12 || IsListedAttribute(tag); }

void ReadListedField(VersionRecord& version, const RecordReader& in) {
  switch (in.tag()) {
    case 1:
      version.seq = in.u64();
      break;
    case 2:
      version.id = in.str();
      break;
    case 3:
      version.is_null = (in.u64() & 1) != 0;
      version.is_delete_marker = (in.u64() & 2) != 0;
      break;
    case 4:
      version.size = in.u64();
      break;
    case 5:
      version.md5 = in.str();
      break;
    case 6:
      version.etag_parts = static_cast<uint32_t>(in.u64());
      break;
    case 7:
      version.modified = {in.i64()};
      break;
    case 8:
      version.checksum.algorithm = static_cast<ChecksumAlgorithm>(in.u64());
      break;
    case 9:
      version.checksum.type = static_cast<ChecksumType>(in.u64());
      break;
    case 10:
      version.checksum.value = in.str();
      break;
    case 11:
      version.older_null = in.u64();
      break;
    default:
      ReadAttribute(version.attributes, in);
      break;
  }
}

}  // namespace

std::string VersionRecord::Etag() const {
  std::string text = Hex(md5);
  if (etag_parts > 0) text += "-" + std::to_string(etag_parts);
  return text;
}

namespace {

// Microseconds of the years until 2255 have 53 bits. The next one tells an id whose end is a check.
constexpr int kSeqBits = 53;
constexpr uint64_t kChecked = uint64_t{1} << kSeqBits;
constexpr size_t kRandomBytes = 12;
constexpr size_t kIdBytes = 16;

std::string CheckOf(uint64_t seq, std::string_view random) {
  const std::string text = BigEndian64(seq) + std::string(random);
  return BigEndian64(Crc32c(std::as_bytes(std::span(text)))).substr(4);
}

bool IsChecked(uint64_t seq, std::string_view id) {
  return id.size() == kIdBytes && CheckOf(seq, id.substr(0, kRandomBytes)) == id.substr(kRandomBytes);
}

}  // namespace

std::string NewVersionBytes(uint64_t seq) {
  const std::string random = RandomBytes(kRandomBytes);
  return random + CheckOf(seq, random);
}

std::string VersionRecord::VersionId() const {
  if (is_null) return "null";
  std::string text = Base64(BigEndian64(IsChecked(seq, id) ? seq | kChecked : seq) + id);
  for (char& c : text) c = c == '+' ? '.' : c == '/' ? '_' : c;
  return text;
}

std::optional<VersionName> ParseVersionId(std::string_view text) {
  if (text.size() != 32) return std::nullopt;
  std::string base64(text);
  for (char& c : base64) c = c == '.' ? '+' : c == '_' ? '/' : c;
  auto raw = Unbase64(base64);
  if (!raw || raw->size() != 24) return std::nullopt;
  VersionName name;
  for (int i = 0; i < 8; ++i) name.seq = name.seq << 8 | static_cast<uint8_t>((*raw)[i]);
  name.id = raw->substr(8);
  const bool checked = (name.seq & kChecked) != 0;
  name.seq &= ~kChecked;
  // What another store made of 32 characters is seen not to be ours.
  if (name.seq >> kSeqBits != 0 || (checked && !IsChecked(name.seq, name.id))) return std::nullopt;
  return name;
}

std::string Encode(const Bucket& bucket) {
  RecordWriter out;
  out.U64(1, bucket.id).Str(2, bucket.name).Str(3, bucket.owner.account).Str(4, bucket.owner.region);
  out.I64(5, bucket.created.micros).U64(6, static_cast<uint64_t>(bucket.versioning));
  if (bucket.tags) {
    out.Bool(7, true);
    WriteTags(out, 8, *bucket.tags);
  }
  if (bucket.ownership != Ownership::kBucketOwnerEnforced) out.U64(10, static_cast<uint64_t>(bucket.ownership));
  if (bucket.object_lock) out.Bool(11, true);
  for (const std::string& kind : bucket.documents) out.Str(12, kind);
  if (bucket.revision != 0) out.U64(13, bucket.revision);
  if (const DefaultRetention& retention = bucket.default_retention; retention.mode != LockMode::kNone) {
    out.U64(14, static_cast<uint64_t>(retention.mode)).U64(15, retention.days).U64(16, retention.years);
  }
  return out.Take();
}

Result<Bucket> DecodeBucket(std::string_view bytes) {
  Bucket bucket;
  TARN_CHECK(Walk("bucket", bytes, [&](const RecordReader& in) {
    switch (in.tag()) {
      case 1:
        bucket.id = in.u64();
        break;
      case 2:
        bucket.name = in.str();
        break;
      case 3:
        bucket.owner.account = in.str();
        break;
      case 4:
        bucket.owner.region = in.str();
        break;
      case 5:
        bucket.created = {in.i64()};
        break;
      case 6:
        bucket.versioning = static_cast<Versioning>(in.u64());
        break;
      case 7:
        bucket.tags.emplace();
        break;
      case 8:
        if (!bucket.tags) return false;
        bucket.tags->emplace_back(in.str(), "");
        break;
      case 9:
        return bucket.tags && ReadTagValue(*bucket.tags, in);
      case 10:
        bucket.ownership = static_cast<Ownership>(in.u64());
        break;
      case 11:
        bucket.object_lock = in.boolean();
        break;
      case 12:
        bucket.documents.push_back(in.str());
        break;
      case 13:
        bucket.revision = in.u64();
        break;
      case 14:
        bucket.default_retention.mode = static_cast<LockMode>(in.u64());
        break;
      case 15:
        bucket.default_retention.days = static_cast<uint32_t>(in.u64());
        break;
      case 16:
        bucket.default_retention.years = static_cast<uint32_t>(in.u64());
        break;
      default:
        break;
    }
    return true;
  }));
  return bucket;
}

std::string Encode(const VersionRecord& version) {
  RecordWriter out;
  out.U64(1, version.seq).Str(2, version.id);
  if (uint64_t flags = (version.is_null ? 1U : 0U) | (version.is_delete_marker ? 2U : 0U); flags != 0)
    out.U64(3, flags);
  out.U64(4, version.size).Str(5, version.md5);
  if (version.etag_parts != 0) out.U64(6, version.etag_parts);
  out.I64(7, version.modified.micros);
  if (version.checksum.algorithm != ChecksumAlgorithm::kNone) {
    out.U64(8, static_cast<uint64_t>(version.checksum.algorithm));
    out.U64(9, static_cast<uint64_t>(version.checksum.type)).Str(10, version.checksum.value);
  }
  if (version.older_null != 0) out.U64(11, version.older_null);
  WriteListedAttributes(out, version.attributes);
  if (version.layout != 0) out.U64(12, version.layout);
  if (!version.upload.empty()) out.Str(13, version.upload);
  for (const Extent& extent : version.extents) out.Str(14, EncodeExtent(extent));
  for (const PartRecord& part : version.parts) out.Str(15, Encode(part));
  if (version.annotations != 0) out.U64(16, version.annotations);
  WriteHeaders(out, version.headers);
  WriteTags(out, 30, version.tags);
  WriteAttributes(out, version.attributes);
  return out.Take();
}

Result<VersionRecord> DecodeVersion(std::string_view bytes) {
  VersionRecord version;
  std::string user_name;
  TARN_CHECK(Walk("version", bytes, [&](const RecordReader& in) {
    const uint32_t tag = in.tag();
    if (IsListed(tag)) ReadListedField(version, in);
    if (tag == 12) version.layout = in.u64();
    if (tag == 13) version.upload = in.str();
    if (tag == 14) return AppendExtent(version.extents, in.bytes());
    if (tag == 15) return AppendPart(version.parts, in.bytes());
    if (tag == 16) version.annotations = static_cast<uint32_t>(in.u64());
    if (tag >= 20 && tag <= 28) return ReadHeader(version.headers, user_name, in);
    if (tag == 30) version.tags.emplace_back(in.str(), "");
    if (tag == 31) return ReadTagValue(version.tags, in);
    if (IsAttribute(tag) && !IsListedAttribute(tag)) ReadAttribute(version.attributes, in);
    return true;
  }));
  return version;
}

Result<VersionRecord> DecodeListed(std::string_view bytes) {
  VersionRecord version;
  RecordReader reader(bytes);
  while (reader.Next() && IsListed(reader.tag())) ReadListedField(version, reader);
  if (reader.corrupt()) return Corrupt("version");
  return version;
}

std::string Encode(const UploadRecord& upload) {
  RecordWriter out;
  out.I64(1, upload.initiated.micros).U64(2, static_cast<uint64_t>(upload.checksum));
  out.U64(3, static_cast<uint64_t>(upload.checksum_type)).Bool(4, upload.checksum_declared);
  if (!upload.initiator.empty()) out.Str(5, upload.initiator);
  if (upload.key_deleted) out.Bool(6, true);
  WriteHeaders(out, upload.headers);
  WriteTags(out, 30, upload.tags);
  WriteListedAttributes(out, upload.attributes);
  WriteAttributes(out, upload.attributes);
  return out.Take();
}

Result<UploadRecord> DecodeUpload(std::string_view bytes) {
  UploadRecord upload;
  std::string user_name;
  TARN_CHECK(Walk("upload", bytes, [&](const RecordReader& in) {
    const uint32_t tag = in.tag();
    if (tag == 1) upload.initiated = {in.i64()};
    if (tag == 2) upload.checksum = static_cast<ChecksumAlgorithm>(in.u64());
    if (tag == 3) upload.checksum_type = static_cast<ChecksumType>(in.u64());
    if (tag == 4) upload.checksum_declared = in.boolean();
    if (tag == 5) upload.initiator = in.str();
    if (tag == 6) upload.key_deleted = in.boolean();
    if (tag >= 20 && tag <= 28) return ReadHeader(upload.headers, user_name, in);
    if (tag == 30) upload.tags.emplace_back(in.str(), "");
    if (tag == 31) return ReadTagValue(upload.tags, in);
    if (IsAttribute(tag)) ReadAttribute(upload.attributes, in);
    return true;
  }));
  return upload;
}

std::string Encode(const PartRecord& part) {
  RecordWriter out;
  out.U64(1, part.number).U64(2, part.size).Str(3, part.md5);
  if (!part.checksum.empty()) out.Str(4, part.checksum);
  out.I64(5, part.modified.micros);
  for (const Extent& extent : part.extents) out.Str(6, EncodeExtent(extent));
  return out.Take();
}

Result<PartRecord> DecodePart(std::string_view bytes) {
  PartRecord part;
  TARN_CHECK(Walk("part", bytes, [&](const RecordReader& in) {
    switch (in.tag()) {
      case 1:
        part.number = static_cast<uint32_t>(in.u64());
        break;
      case 2:
        part.size = in.u64();
        break;
      case 3:
        part.md5 = in.str();
        break;
      case 4:
        part.checksum = in.str();
        break;
      case 5:
        part.modified = {in.i64()};
        break;
      case 6:
        return AppendExtent(part.extents, in.bytes());
      default:
        break;
    }
    return true;
  }));
  return part;
}

std::string Encode(const UsageRecord& usage) {
  RecordWriter out;
  out.I64(1, usage.versions).I64(2, usage.bytes).I64(3, usage.parts);
  for (uint32_t kind = 1; kind < kStorageKinds; ++kind) {
    if (usage.kinds[kind] != 0) out.I64(10 + kind, usage.kinds[kind]);
  }
  return out.Take();
}

Result<UsageRecord> DecodeUsage(std::string_view bytes) {
  UsageRecord usage;
  TARN_CHECK(Walk("usage counter", bytes, [&](const RecordReader& in) {
    if (in.tag() == 1) usage.versions = in.i64();
    if (in.tag() == 2) usage.bytes = in.i64();
    if (in.tag() == 3) usage.parts = in.i64();
    if (in.tag() > 10 && in.tag() < 10 + kStorageKinds) usage.kinds[in.tag() - 10] = in.i64();
    return true;
  }));
  return usage;
}

std::string Encode(const LayoutChunk& chunk) {
  RecordWriter out;
  for (const Extent& extent : chunk.extents) out.Str(1, EncodeExtent(extent));
  for (const PartRecord& part : chunk.parts) out.Str(2, Encode(part));
  return out.Take();
}

Result<LayoutChunk> DecodeLayout(std::string_view bytes) {
  LayoutChunk chunk;
  TARN_CHECK(Walk("layout", bytes, [&](const RecordReader& in) {
    if (in.tag() == 1) return AppendExtent(chunk.extents, in.bytes());
    if (in.tag() == 2) return AppendPart(chunk.parts, in.bytes());
    return true;
  }));
  return chunk;
}

}  // namespace tarn::object

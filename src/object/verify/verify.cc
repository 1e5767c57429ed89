#include "object/verify/verify.h"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <utility>

#include "base/hash.h"
#include "kv/pages.h"
#include "object/content.h"
#include "object/errors.h"
#include "object/store/key_versions.h"
#include "object/store/keys.h"
#include "object/store/records.h"
#include "object/store/usage.h"

namespace tarn::object {
namespace {

constexpr size_t kPage = 1000;
constexpr size_t kProblemsMax = 1000;

class Verifier {
 public:
  Verifier(kv::Store& kv, blob::Store& blobs) : blobs_(blobs), txn_(kv.Begin()) {}

  Result<VerifyReport> Run() {
    TARN_CHECK(Each(Space("b"), [this](const kv::KeyValue& row) { return CheckBucket(row); }));
    TARN_CHECK(Each(Space("k"), [this](const kv::KeyValue& row) { return CheckRow(row); }));
    TARN_CHECK(Each(Space("v"), [this](const kv::KeyValue& row) { return CheckRow(row); }));
    TARN_CHECK(Each(Space("c"), [this](const kv::KeyValue& row) { return CheckRestored(row); }));
    TARN_CHECK(Each(Space("t"), [this](const kv::KeyValue& row) { return CheckAnnotation(row); }));
    TARN_CHECK(Each(Space("q"), [this](const kv::KeyValue& row) { return CheckPart(row); }));
    TARN_CHECK(CheckUsage());
    TARN_TRY(auto wrong, blobs_.AuditOwners(*txn_, std::move(owners_)));
    for (auto& problem : wrong) Tell(std::move(problem));
    txn_ = nullptr;
    TARN_TRY(auto scrub, blobs_.Scrub());
    report_.copies = scrub.blobs;
    report_.healed = scrub.healed;
    for (auto& line : scrub.damaged) Tell(std::move(line));
    return std::move(report_);
  }

 private:
  struct Counted {
    std::string name;
    int64_t versions = 0;
    int64_t bytes = 0;
  };

  void Tell(std::string problem) {
    ++report_.problem_count;
    if (report_.problems.size() < kProblemsMax) report_.problems.push_back(std::move(problem));
  }

  Status Each(const kv::Key& space, const std::function<Status(const kv::KeyValue&)>& check) {
    for (kv::Pages pages(space, kPage); !pages.done();) {
      TARN_TRY(const auto page, pages.Next(*txn_));
      for (const auto& row : page) TARN_CHECK(check(row));
    }
    return Ok();
  }

  Status CheckBucket(const kv::KeyValue& row) {
    const auto bucket = DecodeBucket(row.value);
    if (!bucket.ok()) {
      Tell(fmt::format("a bucket's record: {}", bucket.error().message));
      return Ok();
    }
    ++report_.buckets;
    buckets_[bucket->id].name = bucket->name;
    return Ok();
  }

  Status CheckRow(const kv::KeyValue& row) {
    kv::KeyReader key(row.key);
    key.Text();
    key.Text();
    const auto bucket = key.Number();
    const auto name = key.Text();
    if (!bucket || !name) {
      Tell("a version's key is damaged");
      return Ok();
    }
    const auto found = buckets_.find(*bucket);
    const std::string who =
        fmt::format("s3://{}/{}", found == buckets_.end() ? "a bucket that is gone" : found->second.name, *name);
    const auto record = DecodeVersion(row.value);
    if (!record.ok()) {
      Tell(fmt::format("{}: {}", who, record.error().message));
      return Ok();
    }
    ++report_.versions;
    Counted& counted = buckets_[*bucket];
    ++counted.versions;
    counted.bytes += static_cast<int64_t>(record->size);
    if (record->is_delete_marker) return Ok();
    return CheckVersion(fmt::format("{} version {}", who, record->VersionId()), *record);
  }

  Status CheckVersion(const std::string& who, const VersionRecord& record) {
    auto layout = LoadLayout(*txn_, record);
    if (!layout.ok()) {
      Tell(fmt::format("{}: {}", who, layout.error().message));
      return Ok();
    }
    uint64_t length = 0;
    for (const Extent& extent : layout->extents) length += extent.length;
    Own(layout->extents);
    if (length != record.size) Tell(fmt::format("{}: {} bytes are there of {}", who, length, record.size));
    const EncryptionKind kind = record.attributes.encryption.kind;
    if (kind != EncryptionKind::kS3) {
      ++report_.sealed;
      return Ok();
    }
    const Layout content(blobs_, std::move(layout->extents), std::move(layout->parts));
    if (length == record.size) Compare(who, record, content);
    return Ok();
  }

  Status CheckRestored(const kv::KeyValue& row) {
    kv::KeyReader key(row.key);
    key.Text(), key.Text(), key.Number();
    const std::string who = fmt::format("the restored copy of {}", key.Text().value_or(""));
    const auto record = DecodeVersion(row.value);
    if (record.ok()) return CheckVersion(who, *record);
    Tell(fmt::format("{}: {}", who, record.error().message));
    return Ok();
  }

  Status CheckAnnotation(const kv::KeyValue& row) {
    kv::KeyReader key(row.key);
    key.Text(), key.Text(), key.Number();
    const std::string owner = key.Text().value_or("");
    key.Number();
    const std::string who = fmt::format("annotation {} of {}", key.Text().value_or(""), owner);
    const auto record = DecodeVersion(row.value);
    if (record.ok()) return CheckVersion(who, *record);
    Tell(fmt::format("{}: {}", who, record.error().message));
    return Ok();
  }

  void Own(const std::vector<Extent>& extents) {
    for (const Extent& extent : extents) {
      if (extent.blob.size > 0) owners_.push_back(extent.blob.id);
    }
  }

  // Reads a version as its readers do and compares its digests.
  void Compare(const std::string& who, const VersionRecord& record, const Layout& content) {
    const bool whole = record.checksum.type == ChecksumType::kFullObject;
    ChecksumHasher checksum(whole ? record.checksum.algorithm : ChecksumAlgorithm::kNone);
    Hasher of_parts(Digest::kMd5);
    uint64_t at = 0;
    // One piece without a multipart upload.
    for (size_t part = 0; part < std::max<size_t>(1, content.parts.size()); ++part) {
      const uint64_t size = content.parts.empty() ? record.size : content.parts[part].size;
      Hasher md5(Digest::kMd5);
      const Status read = Digest(content, at, size, md5, checksum);
      if (read.Is(blob::kGone)) return;  // removed since
      if (!read.ok()) return Tell(fmt::format("{}: {}", who, read.error().message));
      at += size;
      const std::string found = md5.Finish();
      of_parts.Update(found);
      const std::string& told = content.parts.empty() ? record.md5 : content.parts[part].md5;
      if (!told.empty() && found != told) return Tell(fmt::format("{}: part {} has another MD5", who, part + 1));
    }
    if (record.etag_parts > 0 && content.parts.size() == record.etag_parts && of_parts.Finish() != record.md5) {
      return Tell(fmt::format("{}: its ETag is of other parts", who));
    }
    if (whole && record.checksum.algorithm != ChecksumAlgorithm::kNone && !record.checksum.value.empty() &&
        checksum.Finish() != record.checksum.value) {
      Tell(fmt::format("{}: its checksum differs", who));
    }
  }

  Status Digest(const Layout& content, uint64_t at, uint64_t size, Hasher& md5, ChecksumHasher& checksum) {
    buffer_.resize(kBufferBytes);
    while (size > 0) {
      const auto into = std::span(buffer_).first(std::min<uint64_t>(size, buffer_.size()));
      TARN_TRY(const size_t count, content.ReadAtSync(at, into));
      if (count == 0) return Fail(kCorruptRecord, "its bytes end early");
      md5.Update(into.first(count));
      checksum.Update(into.first(count));
      report_.bytes += count;
      at += count;
      size -= count;
    }
    return Ok();
  }

  Status CheckPart(const kv::KeyValue& row) {
    const auto part = DecodePart(row.value);
    if (!part.ok()) {
      Tell(fmt::format("a part of an upload: {}", part.error().message));
      return Ok();
    }
    ++report_.parts;
    part_bytes_ += static_cast<int64_t>(part->size);
    Own(part->extents);
    return Ok();
  }

  // Uploads' parts count in their buckets; which is known to the upload only, so they are compared in sum.
  Status CheckUsage() {
    int64_t versions = 0;
    int64_t bytes = 0;
    int64_t bytes_told = 0;
    for (const auto& [id, counted] : buckets_) {
      if (counted.name.empty()) {
        Tell(fmt::format("{} versions are left of bucket {:016x}, which is gone", counted.versions, id));
        continue;
      }
      TARN_TRY(const UsageRecord told, Told(id));
      if (told.versions != counted.versions) {
        Tell(fmt::format("bucket {}: {} versions are counted, {} are there", counted.name, told.versions,
                         counted.versions));
      }
      versions += counted.versions;
      bytes += counted.bytes;
      bytes_told += told.bytes;
    }
    if (bytes + part_bytes_ != bytes_told) {
      Tell(fmt::format("{} bytes are counted in the buckets, {} are there", bytes_told, bytes + part_bytes_));
    }
    return Ok();
  }

  Result<UsageRecord> Told(uint64_t bucket) {
    UsageRecord sum;
    const Status done = Each(UsageKeys(bucket), [&](const kv::KeyValue& row) -> Status {
      TARN_TRY(const UsageRecord slot, DecodeUsage(row.value));
      sum.versions += slot.versions;
      sum.bytes += slot.bytes;
      sum.parts += slot.parts;
      return Ok();
    });
    if (!done.ok()) return done.error();
    return sum;
  }

  blob::Store& blobs_;
  std::unique_ptr<kv::Txn> txn_;  // one snapshot
  VerifyReport report_;
  std::map<uint64_t, Counted> buckets_;
  std::vector<blob::BlobId> owners_;
  int64_t part_bytes_ = 0;
  std::vector<std::byte> buffer_;
};

}  // namespace

Result<VerifyReport> Verify(kv::Store& kv, blob::Store& blobs) { return Verifier(kv, blobs).Run(); }

}  // namespace tarn::object

#include "testing/crash_lake.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "blob/key_wrapper.h"
#include "kv/rocksdb_store.h"
#include "object/verify/verify.h"

namespace tarn::testing {
namespace {

constexpr std::string_view kBucket = "lake";
constexpr size_t kKeys = 5;
constexpr uint64_t kThreshold = 128 << 10;
constexpr uint64_t kPackBytes = 300'000;

std::string KeyOf(uint64_t number) { return fmt::format("prefix-{}/key-{}", number % 2, number); }

std::string ContentOf(uint64_t version) {
  std::mt19937_64 random(version);
  constexpr size_t kSizes[] = {0, 100, 4096, 70'000, 150'000, 300'000};
  std::string content(kSizes[random() % std::size(kSizes)], '\0');
  // Half noise, half text: archives compress some frames and not others.
  for (size_t i = 0; i < content.size(); ++i) content[i] = i % 131'072 < 65'536 ? static_cast<char>(random()) : 'x';
  return content;
}

}  // namespace

bool GoesOn(uint64_t done, uint64_t few, const char* seconds) {
  static const auto begun = std::chrono::steady_clock::now();
  if (seconds == nullptr) return done < few;
  return done == 0 || std::chrono::steady_clock::now() - begun < std::chrono::seconds(std::atoi(seconds));
}

CrashLake::CrashLake(uint64_t seed, uint32_t copies)
    : disk(seed),
      copies_(copies),
      wrapper_(blob::MakeKeyWrapper(std::string(32, 'k'))),
      env_(RocksDbEnvOn(disk)),
      files_(BlobFilesOn(disk)) {}

CrashLake::~CrashLake() { Close(); }

Status CrashLake::Open() {
  if (!disk.Exists("/lake")) TARN_CHECK(files_->CreateDirectory("/lake"));
  TARN_TRY(kv, kv::OpenRocksDb("/lake/kv", {.write_buffer_bytes = 256 << 10, .free_bytes_min = 0, .env = env_.get()}));
  blob::Options options;
  options.directory = "/lake/blobs";
  options.pack_threshold_bytes = kThreshold;
  options.pack_bytes_max = kPackBytes;
  options.reclaim_delay_micros = 0;
  options.reclaim_period_micros = 0;
  options.free_bytes_min = 256 << 10;
  options.file_system = files_.get();
  options.volumes = {{.name = "archive", .directory = "/lake/archive", .archive = true}};
  options.placements["GLACIER"] = {.volumes = {"archive"}};
  if (copies_ == 2) {
    options.placements["STANDARD"] = {.volumes = {"default", "archive"}, .copies = 2};
  }
  TARN_TRY(blobs, blob::OpenLocal(std::move(options), *kv, pool_, *wrapper_, clock_));
  objects = std::make_unique<object::Store>(*kv, *blobs, clock_, pool_);
  objects->SetPlacedClasses({"STANDARD", "GLACIER"});
  auto bucket = objects->GetBucket(kBucket);
  if (!bucket.ok()) bucket = objects->CreateBucket({.account = "000000000001", .region = "us-east-1"}, kBucket);
  TARN_TRY(bucket_, std::move(bucket));
  return Ok();
}

void CrashLake::Close() {
  objects = nullptr;
  blobs = nullptr;
  kv = nullptr;
  disk.EndProcess();
}

template <typename F>
Status CrashLake::Changing(const std::string& key, uint64_t version, F change) {
  auto& allowed = allowed_[key];
  if (allowed.empty()) allowed.insert(0);
  allowed.insert(version);
  Status done = change();
  if (done.ok()) allowed_[key] = {version};
  return done;
}

Status CrashLake::Change(std::mt19937_64& random) {
  const std::string key = KeyOf(random() % kKeys);
  switch (random() % 11) {
    case 10:
      return Move(key, random() % 2 == 0 ? "GLACIER" : "STANDARD");
    case 0:
      return Delete(key);
    case 1:
      return DeleteMany(random);
    case 2:
    case 3: {
      const uint64_t how = random();
      return PutInParts(key, NextVersion(), how % 4 == 0, how % 3 == 0);
    }
    case 4:
      return Copy(KeyOf(random() % kKeys), key);
    default:
      return Put(key, NextVersion());
  }
}

Result<object::Content> CrashLake::Receive(uint64_t version, object::Wrapper wrapper) {
  const std::string content = ContentOf(version);
  object::Incoming::Options options;
  options.wrapper = std::move(wrapper);
  if (version % 2 == 0) options.length = content.size();
  auto incoming = objects->Receive(std::move(options));
  for (size_t at = 0; at < content.size(); at += 50'000) {
    TARN_CHECK(SyncWait(incoming.Append(AsBytes(std::string_view(content).substr(at, 50'000)))));
  }
  return SyncWait(incoming.Finish());
}

Status CrashLake::Put(const std::string& key, uint64_t version) {
  return Changing(key, version, [&]() -> Status {
    object::NewObject object;
    object::Sealing sealing;
    if (version % 3 == 0) sealing = object::SealForCustomer(customer_);
    object.attributes.encryption = sealing.encryption;
    TARN_TRY(auto content, Receive(version, sealing.wrapper));
    object.headers.user["version"] = std::to_string(version);
    TARN_CHECK(SyncWait(objects->Put(bucket_, key, std::move(content), std::move(object))));
    return Ok();
  });
}

Status CrashLake::Delete(const std::string& key) {
  return Changing(key, 0, [&]() -> Status {
    TARN_CHECK(objects->Delete(bucket_, {.key = key}));
    return Ok();
  });
}

Status CrashLake::DeleteMany(std::mt19937_64& random) {
  std::vector<object::Deletion> deletions;
  for (uint64_t number = random() % kKeys; number < kKeys; number += 2) {
    deletions.push_back({.key = KeyOf(number)});
    auto& allowed = allowed_[KeyOf(number)];
    if (allowed.empty()) allowed.insert(0);
    allowed.insert(0);
  }
  TARN_TRY(const auto results, objects->DeleteMany(bucket_, deletions));
  for (size_t i = 0; i < results.size(); ++i) {
    if (results[i].ok()) allowed_[deletions[i].key] = {0};
  }
  return Ok();
}

Status CrashLake::Copy(const std::string& from, const std::string& to) {
  const auto known = allowed_.find(from);
  if (from == to || known == allowed_.end() || known->second.size() != 1 || known->second.contains(0)) return Ok();
  const uint64_t version = *known->second.begin();
  return Changing(to, version, [&]() -> Status {
    TARN_TRY(auto source, objects->Find(bucket_, from, "", true));
    TARN_CHECK(Unlock(source));
    const uint64_t size = source.size;
    object::NewObject object;
    object.headers = source.headers;
    object::Store::CopyOptions options{.algorithm = object::ChecksumAlgorithm::kCrc64Nvme, .extents_max = 100};
    TARN_TRY(auto content, SyncWait(objects->Share(std::move(source), 0, size, std::move(options))));
    TARN_CHECK(SyncWait(objects->Put(bucket_, to, std::move(content), std::move(object))));
    return Ok();
  });
}

Status CrashLake::Move(const std::string& key, const std::string& storage_class) {
  const auto found = objects->Find(bucket_, key, "", false);
  if (found.Is(object::kNoSuchKey)) return Ok();
  if (!found.ok()) return found.error();
  return objects->MoveToClass(bucket_, key, "", found->modified, storage_class);
}

Status CrashLake::Unlock(const object::Version& version) {
  const bool sealed = version.attributes.encryption.kind == object::EncryptionKind::kCustomer;
  return objects->Unlock(version, {}, sealed ? std::optional(customer_) : std::nullopt);
}

Status CrashLake::PutInParts(const std::string& key, uint64_t version, bool abort, bool replace_part) {
  object::Upload begun;
  begun.headers.user["version"] = std::to_string(version);
  begun.checksum = object::ChecksumAlgorithm::kCrc64Nvme;
  TARN_TRY(const auto upload, objects->CreateUpload(bucket_, key, begun));
  if (replace_part) {
    TARN_TRY(auto other, Receive(version + 1'000'000));
    TARN_CHECK(SyncWait(objects->PutPart(bucket_, key, upload.id, 1, std::move(other))));
  }
  TARN_TRY(auto content, Receive(version));
  TARN_TRY(const auto part, SyncWait(objects->PutPart(bucket_, key, upload.id, 1, std::move(content))));
  if (abort) return objects->Abort(bucket_, key, upload.id);
  return Changing(key, version, [&]() -> Status {
    object::Completion completion;
    completion.parts.push_back({.number = 1, .etag = part.etag, .checksum = {}});
    TARN_CHECK(objects->Complete(bucket_, key, upload.id, completion));
    return Ok();
  });
}

// The version that lies under a key, 0 for none; checks its bytes.
Result<uint64_t> CrashLake::Find(const std::string& key, uint64_t& size) {
  auto found = objects->Find(bucket_, key, "", true);
  if (found.Is(object::kNoSuchKey)) return uint64_t{0};
  if (!found.ok()) return found.error();
  TARN_CHECK(Unlock(*found));
  const uint64_t version = std::stoull(found->headers.user["version"]);
  const std::string expected = ContentOf(version);
  std::string content(found->size, '\0');
  TARN_TRY(const size_t count, found->layout->ReadAtSync(0, std::as_writable_bytes(std::span(content))));
  EXPECT_TRUE(count == expected.size() && content == expected) << key << " version " << version;
  EXPECT_TRUE(found->parts > 0 || found->etag == Hex(Md5(expected))) << key;
  size = found->size;
  return version;
}

void CrashLake::Verify() {
  std::map<std::string, uint64_t> present;
  uint64_t bytes = 0;
  for (uint64_t number = 0; number < kKeys; ++number) {
    const std::string key = KeyOf(number);
    uint64_t size = 0;
    const auto version = Find(key, size);
    EXPECT_TRUE(version.ok()) << key << ": " << version.error().message;
    if (!version.ok()) continue;
    auto& allowed = allowed_[key];
    if (allowed.empty()) allowed.insert(0);
    EXPECT_TRUE(allowed.contains(*version)) << key << " has version " << *version << " of " << *allowed.begin() << "…";
    allowed = {*version};
    if (*version != 0) present[key] = size;
    bytes += size;
  }
  const auto page = objects->List(bucket_, {});
  ASSERT_TRUE(page.ok());
  std::map<std::string, uint64_t> listed;
  for (const auto& entry : page->entries) listed[entry.key] = entry.size;
  EXPECT_EQ(listed, present);
  // What uploads hold counts too, until they are aborted.
  const auto uploads = objects->ListUploads(bucket_, {});
  ASSERT_TRUE(uploads.ok());
  for (const auto& upload : uploads->uploads) {
    const Status ended = objects->Abort(bucket_, upload.key, upload.id);
    EXPECT_TRUE(ended.ok()) << ended.error().message;
  }
  const auto usage = objects->GetUsage(bucket_);
  ASSERT_TRUE(usage.ok());
  EXPECT_EQ(usage->bytes, bytes);
}

std::set<std::string> CrashLake::Damaged(bool copies_hold) {
  std::set<std::string> damaged;
  for (auto& [key, allowed] : allowed_) {
    uint64_t size = 0;
    const auto version = Find(key, size);
    if (version.ok()) {
      EXPECT_TRUE(allowed.contains(*version)) << key << " has version " << *version;
      allowed = {*version};
      continue;
    }
    EXPECT_TRUE(version.Is(blob::kDamaged)) << key << ": " << version.error().message;
    damaged.insert(key);
    const auto found = objects->Find(bucket_, key, "", true);
    if (!copies_hold || !found.ok()) continue;
    const auto alone = [](const object::Extent& extent) { return extent.blob.second_container == 0; };
    EXPECT_TRUE(std::ranges::any_of(found->layout->extents, alone)) << key << " had a whole second copy";
  }
  return damaged;
}

void CrashLake::ExpectNoLeak() {
  for (int round = 0; round < 5; ++round) {
    const Status ended = blobs->Reclaim();
    EXPECT_TRUE(ended.ok()) << ended.error().message;
  }
  std::map<blob::BlobId, size_t> large;  // objects may share their bytes
  for (const auto& [key, versions] : allowed_) {
    if (*versions.begin() == 0) continue;
    const auto found = objects->Find(bucket_, key, "", true);
    ASSERT_TRUE(found.ok());
    for (const object::Extent& extent : found->layout->extents) {
      const size_t copies = extent.blob.second_container != 0 ? 2 : 1;
      if (extent.blob.size > kThreshold) large[extent.blob.id] = copies;
    }
  }
  size_t expected = 0;
  for (const auto& [id, copies] : large) expected += copies;
  size_t files = 0;
  for (const std::string volume : {"/lake/blobs/files", "/lake/archive/files"}) {
    for (const auto& directory : disk.List(volume)) files += disk.List(volume + "/" + directory).size();
  }
  EXPECT_EQ(files, expected);
  const auto usage = blobs->MeasureUsage();
  ASSERT_TRUE(usage.ok());
  EXPECT_LE(usage->dead_bytes, usage->stored_bytes / 2 + kPackBytes * 2);
  const auto report = object::Verify(*kv, *blobs);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->problem_count, 0u) << report->problems.at(0);
  EXPECT_EQ(report->healed, 0u);
}

}  // namespace tarn::testing

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <thread>
#include <vector>

#include "base/hash.h"
#include "object/errors.h"
#include "object/object_test_store.h"

namespace tarn::object {
namespace {

using StoreTest = ObjectTest;

TEST_F(StoreTest, GivesBackWhatWasPut) {
  const auto put = Put("a/b", "hello");
  ASSERT_TRUE(put.ok());
  EXPECT_EQ(put->etag, Hex(Md5("hello")));
  EXPECT_EQ(Get("a/b"), "hello");
  EXPECT_EQ(Get("a"), "object.NoSuchKey");
}

TEST_F(StoreTest, CountsExactly) {
  ASSERT_TRUE(Put("a", "12345").ok());
  ASSERT_TRUE(Put("b", "123").ok());
  ASSERT_TRUE(Put("a", "1").ok());
  EXPECT_EQ(UsageNow().versions, 2U);
  EXPECT_EQ(UsageNow().bytes, 4U);
  ASSERT_TRUE(store_->Delete(bucket_, {.key = "b"}).ok());
  ASSERT_TRUE(store_->Delete(bucket_, {.key = "b"}).ok());
  EXPECT_EQ(UsageNow().versions, 1U);
  EXPECT_EQ(UsageNow().bytes, 1U);
}

TEST_F(StoreTest, CountsExactlyUnderManyWriters) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 50; ++i) {
        ASSERT_TRUE(Put("k" + std::to_string((t * 50 + i) % 120), std::string(10, 'x')).ok());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(UsageNow().versions, 120U);
  EXPECT_EQ(UsageNow().bytes, 1200U);
}

TEST_F(StoreTest, LetsOneOfTwoConditionalCreatorsWin) {
  int winners = 0;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      const auto put = Put("lock", "x", {.condition = {.if_absent = true}});
      std::lock_guard lock(mutex);
      winners += put.ok() ? 1 : 0;
      EXPECT_TRUE(put.ok() || put.Is(kPreconditionFailed));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(winners, 1);
}

TEST_F(StoreTest, FreesTheBytesOfWhatIsGone) {
  ASSERT_TRUE(Put("a", std::string(1'000'000, 'x')).ok());
  ASSERT_TRUE(Put("a", "small").ok());
  ASSERT_TRUE(store_->Delete(bucket_, {.key = "a"}).ok());
  clock_.Advance(kMicrosPerDay);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(blobs_->Reclaim().ok());
  EXPECT_EQ(blobs_->Scrub()->blobs, 0U);
}

TEST_F(StoreTest, KeepsSharedBytesUntilTheLastOwnerGoes) {
  ASSERT_TRUE(Put("a", "shared bytes").ok());
  const auto source = store_->Find(bucket_, "a", "", true);
  auto content = SyncWait(store_->Share(*source, 0, source->size,
                                        {.algorithm = source->checksum.algorithm, .extents_max = 10, .sealing = {}}));
  ASSERT_TRUE(content.ok());
  ASSERT_TRUE(SyncWait(store_->Put(bucket_, "b", *content, {})).ok());
  ASSERT_TRUE(store_->Delete(bucket_, {.key = "a"}).ok());
  clock_.Advance(kMicrosPerDay);
  ASSERT_TRUE(blobs_->Reclaim().ok());
  EXPECT_EQ(Get("b"), "shared bytes");
}

TEST_F(StoreTest, CopiesAnObjectOntoItself) {
  ASSERT_TRUE(Put("a", "bytes").ok());
  const auto source = store_->Find(bucket_, "a", "", true);
  auto content = SyncWait(store_->Share(*source, 0, source->size,
                                        {.algorithm = source->checksum.algorithm, .extents_max = 10, .sealing = {}}));
  ASSERT_TRUE(SyncWait(store_->Put(bucket_, "a", *content, {})).ok());
  EXPECT_EQ(Get("a"), "bytes");
  EXPECT_EQ(UsageNow().bytes, 5U);
}

// A model of one versioned key space against the store, in all orders that a seed makes.
TEST_F(StoreTest, KeepsVersionsLikeAModel) {
  struct Kept {
    std::string id;
    std::string bytes;  // "delete marker" for one
  };
  std::map<std::string, std::vector<Kept>> model;  // newest last
  std::mt19937 random(7);
  Versioning state = Versioning::kUnversioned;
  const auto add = [&](const std::string& key, Kept kept) {
    auto& versions = model[key];
    if (kept.id == "null") std::erase_if(versions, [](const Kept& k) { return k.id == "null"; });
    versions.push_back(std::move(kept));
  };
  for (int step = 0; step < 600; ++step) {
    clock_.Advance(static_cast<int64_t>(random() % 3) - 1);  // clocks stand still and run backwards
    const std::string key = "k" + std::to_string(random() % 3);
    const auto versions = model[key];
    const unsigned choice = random() % 10;
    if (choice == 0 && step > 50) {
      state = random() % 2 == 0 ? Versioning::kEnabled : Versioning::kSuspended;
      Switch(state);
    } else if (choice < 5) {
      const std::string bytes = "v" + std::to_string(step);
      const auto put = Put(key, bytes);
      ASSERT_TRUE(put.ok());
      add(key, {put->version_id, bytes});
    } else if (choice < 7) {
      const auto deleted = store_->Delete(bucket_, {.key = key});
      ASSERT_TRUE(deleted.ok());
      if (state == Versioning::kUnversioned) {
        model[key].clear();
      } else {
        add(key, {deleted->version_id, "delete marker"});
      }
    } else if (!versions.empty()) {
      const Kept& victim = versions[random() % versions.size()];
      ASSERT_TRUE(store_->Delete(bucket_, {.key = key, .version_id = victim.id}).ok());
      std::erase_if(model[key], [&](const Kept& k) { return k.id == victim.id; });
    }
    for (const auto& kept : model[key]) ASSERT_EQ(Get(key, kept.id), kept.bytes) << step;
    ASSERT_EQ(Get(key), model[key].empty() ? "object.NoSuchKey" : model[key].back().bytes) << step;
  }
  size_t total = 0;
  std::vector<std::string> expected;
  for (const auto& [key, versions] : model) {
    total += versions.size();
    for (auto kept = versions.rbegin(); kept != versions.rend(); ++kept) expected.push_back(key + " " + kept->id);
  }
  EXPECT_EQ(UsageNow().versions, total);
  for (const uint32_t max : {1U, 2U, 7U, 1000U}) {
    std::vector<std::string> listed;
    VersionQuery query{.max = max};
    while (true) {
      const auto page = store_->ListVersions(bucket_, query);
      ASSERT_TRUE(page.ok());
      for (const Entry& entry : page->entries) listed.push_back(entry.key + " " + entry.version_id);
      if (!page->truncated) break;
      query.key_marker = page->next_key;
      query.version_marker = page->next_version;
    }
    EXPECT_EQ(listed, expected) << max;
  }
}

// Every listing against a plain computation of it.
TEST_F(StoreTest, ListsLikeAModel) {
  std::mt19937 random(3);
  std::map<std::string, bool> keys;
  const std::string letters("ab/\0\xff", 5);
  for (int i = 0; i < 150; ++i) {
    std::string key;
    for (unsigned length = 1 + random() % 6; length > 0; --length) key += letters[random() % letters.size()];
    keys[key] = true;
    ASSERT_TRUE(Put(key, "x").ok());
  }
  for (const std::string prefix : {"", "a", "a/", "b/a", "/"}) {
    for (const std::string delimiter : {"", "/", "b", "/a"}) {
      std::vector<std::string> expected;
      for (const auto& [key, _] : keys) {
        if (!key.starts_with(prefix)) continue;
        const size_t found = delimiter.empty() ? key.npos : key.find(delimiter, prefix.size());
        const std::string row = found == key.npos ? key : "(" + key.substr(0, found + delimiter.size()) + ")";
        if (expected.empty() || expected.back() != row) expected.push_back(row);
      }
      for (const uint32_t max : {1U, 3U, 1000U}) {
        std::vector<std::string> listed;
        ListQuery query{.prefix = prefix, .delimiter = delimiter, .max = max};
        while (true) {
          const auto page = store_->List(bucket_, query);
          ASSERT_TRUE(page.ok());
          std::map<std::string, std::string> rows;  // both kinds in the order of keys
          for (const Entry& entry : page->entries) rows[entry.key] = entry.key;
          for (const std::string& rolled : page->prefixes) rows[rolled] = "(" + rolled + ")";
          for (const auto& [_, row] : rows) listed.push_back(row);
          if (!page->truncated) break;
          query.start_after = page->next;
        }
        EXPECT_EQ(listed, expected) << prefix << " " << delimiter << " " << max;
      }
    }
  }
}

TEST_F(StoreTest, LinksPartsOfAnyNumbersIntoOneVersion) {
  auto upload = store_->CreateUpload(bucket_, "big", {.checksum = ChecksumAlgorithm::kCrc64Nvme});
  ASSERT_TRUE(upload.ok());
  Completion completion;
  std::string whole;
  // More parts than a version's own record holds; only the last may be small.
  for (const uint32_t number : {1U, 2U, 500U, 5'000U, 9'999U, 10'000U}) {
    const std::string bytes(number == 10'000 ? 5 : kPartBytesMin, static_cast<char>('a' + number % 26));
    auto content = Receive(bytes);
    ASSERT_TRUE(content.ok());
    const auto part = SyncWait(store_->PutPart(bucket_, "big", upload->id, number, *content));
    ASSERT_TRUE(part.ok());
    completion.parts.push_back({.number = number, .etag = part->etag});
    whole += bytes;
  }
  EXPECT_EQ(UsageNow().parts, completion.parts.size());
  const auto version = store_->Complete(bucket_, "big", upload->id, completion);
  ASSERT_TRUE(version.ok()) << version.error().message;
  EXPECT_EQ(version->checksum.value, BigEndian64(Crc64Nvme(AsBytes(whole))));
  EXPECT_EQ(UsageNow().parts, 0U);
  EXPECT_EQ(UsageNow().bytes, whole.size());
  EXPECT_EQ(Get("big"), whole);
  ASSERT_TRUE(store_->Delete(bucket_, {.key = "big"}).ok());
  clock_.Advance(kMicrosPerDay);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(blobs_->Reclaim().ok());
  EXPECT_EQ(blobs_->Scrub()->blobs, 0U);
}

TEST_F(StoreTest, FilesOfOneAccountAreClosedToOthers) {
  const Files mine(*store_, "000000000001");
  const Files theirs(*store_, "000000000002");
  ASSERT_TRUE(mine.Put("lake", "k", "bytes").ok());
  EXPECT_EQ(*mine.ReadAll("lake", "k", 100), "bytes");
  EXPECT_TRUE(theirs.Head("lake", "k").Is(kAccessDenied));
  EXPECT_TRUE(theirs.Delete("lake", "k").Is(kAccessDenied));
  EXPECT_TRUE(mine.ReadAll("lake", "k", 4).Is(kEntityTooLarge));
  EXPECT_TRUE(mine.Put("lake", "k", "x", {.only_if_absent = true}).Is(kPreconditionFailed));
  EXPECT_EQ(mine.ListBuckets()->size(), 1U);
  EXPECT_EQ(theirs.ListBuckets()->size(), 0U);
}

TEST_F(StoreTest, PinsTheBytesOfAVersionThatIsRead) {
  const Files files(*store_, "000000000001");
  ASSERT_TRUE(files.Put("lake", "k", "old bytes").ok());
  const auto version = files.Head("lake", "k");
  ASSERT_TRUE(files.Put("lake", "k", "new").ok());
  clock_.Advance(kMicrosPerDay);
  ASSERT_TRUE(blobs_->Reclaim().ok());
  std::string bytes(9, '\0');
  ASSERT_TRUE(files.ReadAt(*version, 0, std::as_writable_bytes(std::span(bytes))).ok());
  EXPECT_EQ(bytes, "old bytes");
}

TEST_F(StoreTest, DeletesManyWithAResultEach) {
  for (int i = 0; i < 600; ++i) ASSERT_TRUE(Put("k" + std::to_string(i), "x").ok());
  std::vector<Deletion> deletions;
  for (int i = 0; i < 600; ++i) deletions.push_back({.key = "k" + std::to_string(i)});
  deletions.push_back({.key = "missing"});
  deletions[3].if_match = "wrong";
  deletions[300].version_id = "nonsense";
  const auto deleted = store_->DeleteMany(bucket_, deletions);
  ASSERT_TRUE(deleted.ok());
  ASSERT_EQ(deleted->size(), 601U);
  EXPECT_TRUE(deleted->at(3).Is(kPreconditionFailed));
  EXPECT_TRUE(deleted->at(300).Is(kInvalidVersionId));
  EXPECT_TRUE(deleted->at(600).ok());
  EXPECT_EQ(Get("k3"), "x");
  EXPECT_EQ(Get("k4"), "object.NoSuchKey");
  EXPECT_EQ(UsageNow().versions, 2U);
}

TEST_F(StoreTest, RemovesABucketWithItsUploads) {
  auto upload = store_->CreateUpload(bucket_, "k", {.checksum = ChecksumAlgorithm::kCrc64Nvme});
  ASSERT_TRUE(SyncWait(store_->PutPart(bucket_, "k", upload->id, 1, *Receive("part"))).ok());
  ASSERT_TRUE(Put("x", "y").ok());
  EXPECT_TRUE(store_->DeleteBucket("lake").Is(kBucketNotEmpty));
  ASSERT_TRUE(store_->Delete(bucket_, {.key = "x"}).ok());
  ASSERT_TRUE(store_->DeleteBucket("lake").ok());
  EXPECT_TRUE(store_->GetBucket("lake").Is(kNoSuchBucket));
  EXPECT_TRUE(Put("x", "y").Is(kNoSuchBucket));
}

}  // namespace
}  // namespace tarn::object

#include "object/lifecycle/tiering.h"

#include <gtest/gtest.h>

#include "object/object_test_store.h"
#include "object/verify/verify.h"

namespace tarn::object {
namespace {

class TieringTest : public ObjectTest {
 protected:
  void PutTiered(std::string_view key, size_t size, Tags tags = {}) {
    NewObject object;
    object.attributes.storage_class = "INTELLIGENT_TIERING";
    object.tags = std::move(tags);
    ASSERT_TRUE(Put(key, std::string(size, 'x'), object).ok());
  }
  uint64_t Run() {
    Tiering tiering(*store_, clock_, [this](const Bucket&) -> Result<std::vector<ArchiveRule>> { return rules_; }, {});
    const auto moved = tiering.RunOnce();
    EXPECT_TRUE(moved.ok());
    return moved.ok() ? *moved : 0;
  }
  void Read(std::string_view key) {
    const auto version = store_->Find(bucket_, key, "", true);
    ASSERT_TRUE(version.ok());
    store_->reads().Note(*version, clock_.Now());
  }
  AccessTier TierOf(std::string_view key) { return store_->Find(bucket_, key, "", false)->attributes.tier; }
  void Days(int days) { clock_.Advance(days * kMicrosPerDay); }

  std::vector<ArchiveRule> rules_;
};

TEST_F(TieringTest, MovesDownWithoutReadsAndBackWithOne) {
  PutTiered("k", 200'000);
  Days(29);
  EXPECT_EQ(Run(), 0u);
  Days(1);
  EXPECT_EQ(Run(), 1u);
  EXPECT_EQ(TierOf("k"), AccessTier::kInfrequent);
  Days(60);
  EXPECT_EQ(Run(), 1u);
  EXPECT_EQ(TierOf("k"), AccessTier::kArchiveInstant);
  EXPECT_EQ(Run(), 0u) << "no further without a configuration";
  Read("k");
  Run();
  EXPECT_EQ(TierOf("k"), AccessTier::kFrequent);
  Days(29);
  Run();
  EXPECT_EQ(TierOf("k"), AccessTier::kFrequent) << "counted from the read";
  EXPECT_EQ(Get("k"), std::string(200'000, 'x'));
}

TEST_F(TieringTest, LeavesSmallObjectsAndOtherClasses) {
  PutTiered("small", 1'000);
  ASSERT_TRUE(Put("standard", std::string(200'000, 'x')).ok());
  Days(400);
  EXPECT_EQ(Run(), 0u);
  EXPECT_EQ(TierOf("small"), AccessTier::kFrequent);
}

TEST_F(TieringTest, ArchivesByPrefixAndTagsAndLetsOnlyARestoreOut) {
  rules_ = {{.filter = {.prefix = "a/", .tags = {{"keep", "long"}}}, .archive_days = 90, .deep_archive_days = 180}};
  PutTiered("a/k", 200'000, {{"keep", "long"}});
  PutTiered("a/untagged", 200'000);
  PutTiered("b/k", 200'000, {{"keep", "long"}});
  Days(100);
  Run();
  EXPECT_EQ(TierOf("a/k"), AccessTier::kArchive);
  EXPECT_EQ(TierOf("a/untagged"), AccessTier::kArchiveInstant);
  EXPECT_EQ(TierOf("b/k"), AccessTier::kArchiveInstant);
  EXPECT_TRUE(CheckReadable(store_->Find(bucket_, "a/k", "", false)->attributes, clock_.Now()).Is(kInvalidObjectState));
  Days(100);
  Run();
  EXPECT_EQ(TierOf("a/k"), AccessTier::kDeepArchive);
  Read("a/k");
  Run();
  EXPECT_EQ(TierOf("a/k"), AccessTier::kDeepArchive);
}

TEST_F(TieringTest, ForgetsReadsOfVersionsThatGo) {
  PutTiered("deleted", 200'000);
  PutTiered("replaced", 200'000);
  PutTiered("moved", 200'000);
  Read("deleted");
  ASSERT_TRUE(store_->Delete(bucket_, {.key = "deleted"}).ok());
  ASSERT_TRUE(Put("replaced", "x").ok());
  const auto moved = store_->Find(bucket_, "moved", "", false);
  ASSERT_TRUE(store_->MoveToClass(bucket_, "moved", "", moved->modified, "GLACIER").ok());
  Run();
  EXPECT_TRUE(store_->ListAccesses(bucket_, "", 10)->empty());
  EXPECT_EQ(Verify(*kv_, *blobs_)->problem_count, 0u);
}

TEST_F(TieringTest, NotesReadsAtMostOnceADay) {
  PutTiered("k", 200'000);
  const Timestamp written = store_->ListAccesses(bucket_, "", 1)->at(0).at;
  clock_.Advance(kMicrosPerDay / 2);
  Read("k");
  Run();
  EXPECT_EQ(store_->ListAccesses(bucket_, "", 1)->at(0).at, written);
  clock_.Advance(kMicrosPerDay);
  Read("k");
  Run();
  EXPECT_EQ(store_->ListAccesses(bucket_, "", 1)->at(0).at, clock_.Now());
}

}  // namespace
}  // namespace tarn::object

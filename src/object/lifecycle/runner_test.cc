#include "object/lifecycle/runner.h"

#include <gtest/gtest.h>

#include "object/object_test_store.h"

namespace tarn::object {
namespace {

class LifecycleTest : public ObjectTest {
 protected:
  LifecycleRunner::Report Run(uint32_t page = 1'000) {
    LifecycleRunner runner(*kv_, *store_, clock_,
                           [this](const Bucket& bucket) -> Result<LifecycleRules> {
                             asked_.push_back(bucket.name);
                             if (fail_ == bucket.name) return Fail(kInternalError, "no rules");
                             return bucket.name == "lake" ? rules_ : LifecycleRules{};
                           },
                           {.times = {}, .page = page});
    auto report = runner.RunOnce();
    failed_ = !report.ok();
    return report.ok() ? *report : LifecycleRunner::Report{};
  }
  void Days(int days) { clock_.Advance(days * kMicrosPerDay); }
  size_t Versions() { return store_->ListVersions(bucket_, {}).value().entries.size(); }

  LifecycleRules rules_;
  std::vector<std::string> asked_;
  std::string fail_;
  bool failed_ = false;
};

TEST_F(LifecycleTest, RemovesExpiredObjectsOfItsPrefix) {
  rules_.rules = {{.id = "r", .filter = {.prefix = "old/"}, .expire = LifecycleTime{.days = 3}}};
  ASSERT_TRUE(Put("old/a", "x").ok());
  ASSERT_TRUE(Put("older", "x").ok());
  Days(2);
  ASSERT_TRUE(Put("old/b", "x").ok());
  Days(2);
  EXPECT_EQ(Run().expired, 1U);
  EXPECT_EQ(Get("old/a"), "object.NoSuchKey");
  EXPECT_EQ(Get("old/b"), "x");
  EXPECT_EQ(Get("older"), "x");
  EXPECT_EQ(UsageNow().versions, 2U);
}

TEST_F(LifecycleTest, HidesVersionsThenRemovesThemThenTheMarker) {
  Switch(Versioning::kEnabled);
  rules_.rules = {{.id = "r", .expire = LifecycleTime{.days = 1}, .noncurrent_days = 1}};
  ASSERT_TRUE(Put("k", "1").ok());
  ASSERT_TRUE(Put("k", "2").ok());
  Days(2);
  const auto first = Run();
  EXPECT_EQ(first.expired, 1U);
  EXPECT_EQ(first.removed, 1U);
  EXPECT_EQ(Get("k"), "delete marker");
  Days(2);
  EXPECT_EQ(Run().removed, 1U);  // what the marker hid
  EXPECT_EQ(Versions(), 1U);
  EXPECT_EQ(Run().removed, 1U);  // the marker, which is alone now
  EXPECT_EQ(Versions(), 0U);
}

TEST_F(LifecycleTest, KeepsTheNewerNoncurrentVersions) {
  Switch(Versioning::kEnabled);
  rules_.rules = {{.id = "r", .noncurrent_days = 1, .noncurrent_keep = 2}};
  for (int i = 0; i < 7; ++i) ASSERT_TRUE(Put("k", std::to_string(i)).ok());
  Days(3);
  EXPECT_EQ(Run(/*page=*/2).removed, 4U);
  EXPECT_EQ(Versions(), 3U);
  EXPECT_EQ(Get("k"), "6");
}

TEST_F(LifecycleTest, SparesKeysOfSomeRulesOnly) {
  const auto rules = [](const Bucket&) -> Result<LifecycleRules> {
    return LifecycleRules{
        .rules = {{.id = "zone-a", .expire = LifecycleTime{.days = 1}},
                  {.id = "own", .filter = {.prefix = "table/own/"}, .expire = LifecycleTime{.days = 1}}}};
  };
  const auto sparing = [](const Bucket&, const LifecycleRules&) -> Result<LifecycleRunner::Sparing> {
    return LifecycleRunner::Sparing{.rules = "zone-", .keys = {"file", "table/"}};
  };
  for (const char* key : {"a", "file", "tabl", "table/data", "table/own/x", "z"}) ASSERT_TRUE(Put(key, "x").ok());
  Days(2);
  const auto report = LifecycleRunner(*kv_, *store_, clock_, rules, {.sparing = sparing}).RunOnce();
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->expired, 4U);
  EXPECT_EQ(Get("file"), "x");
  EXPECT_EQ(Get("table/data"), "x");
}

TEST_F(LifecycleTest, LeavesLockedVersions) {
  ASSERT_TRUE(
      store_->CreateBucket({.account = "000000000001", .region = "us-east-1"}, "vault", {.object_lock = true}).ok());
  bucket_ = store_->GetBucket("vault").value();
  const auto rules = [](const Bucket&) -> Result<LifecycleRules> {
    return LifecycleRules{.rules = {{.id = "r", .expire = LifecycleTime{.days = 1}, .noncurrent_days = 1}}};
  };
  NewObject held;
  held.attributes.lock.legal_hold = true;
  const auto put = Put("k", "x", held);
  ASSERT_TRUE(put.ok());
  for (int day = 0; day < 5; ++day) {
    Days(2);
    ASSERT_TRUE(LifecycleRunner(*kv_, *store_, clock_, rules, {}).RunOnce().ok());
  }
  EXPECT_EQ(Get("k", put->version_id), "x");
}

TEST_F(LifecycleTest, AsksForTagsOnlyOfWhatIsDue) {
  rules_.rules = {{.id = "r", .filter = {.tags = {{"keep", "no"}}}, .expire = LifecycleTime{.days = 1}}};
  ASSERT_TRUE(Put("a", "x", {.tags = {{"keep", "no"}}}).ok());
  ASSERT_TRUE(Put("b", "x", {.tags = {{"keep", "yes"}}}).ok());
  Days(2);
  EXPECT_EQ(Run().expired, 1U);
  EXPECT_EQ(Get("b"), "x");
}

TEST_F(LifecycleTest, MovesVersionsAndLeavesTheRestAsItIs) {
  rules_.rules = {{.id = "r", .moves = {{.when = {.days = 1}, .storage_class = "GLACIER"}}}};
  rules_.small_to_archives = true;
  const auto put = Put("k", "bytes", {.tags = {{"a", "b"}}});
  Days(2);
  EXPECT_EQ(Run().moved, 1U);
  const auto moved = store_->Find(bucket_, "k", "", true);
  ASSERT_TRUE(moved.ok());
  EXPECT_EQ(moved->attributes.storage_class, "GLACIER");
  EXPECT_EQ(moved->modified, put->modified);
  EXPECT_EQ(moved->etag, put->etag);
  EXPECT_EQ(moved->tags, put->tags);
  EXPECT_EQ(Get("k"), "bytes");
  EXPECT_EQ(Run().moved, 0U);
}

TEST_F(LifecycleTest, MovesBytesToWhereTheClassLies) {
  store_->SetPlacedClasses({"GLACIER"});
  rules_.rules = {{.id = "r", .moves = {{.when = {.days = 1}, .storage_class = "GLACIER"}}}};
  const std::string bytes(700'000, 'b');
  ASSERT_TRUE(Put("k", bytes).ok());
  const auto pinned = store_->Find(bucket_, "k", "", true);
  const auto upload = store_->CreateUpload(bucket_, "parts", {.checksum = ChecksumAlgorithm::kCrc64Nvme});
  Completion completion;
  for (uint32_t number = 1; number <= 6; ++number) {
    auto part = SyncWait(store_->PutPart(bucket_, "parts", upload->id, number,
                                         *Receive(std::string(5 << 20, static_cast<char>('a' + number)))));
    ASSERT_TRUE(part.ok());
    completion.parts.push_back({.number = number, .etag = part->etag});
  }
  ASSERT_TRUE(store_->Complete(bucket_, "parts", upload->id, completion).ok());
  const auto before = store_->Find(bucket_, "parts", "", true);
  Days(2);
  EXPECT_EQ(Run().moved, 2U);
  EXPECT_EQ(Get("k"), bytes);
  EXPECT_NE(store_->Find(bucket_, "k", "", true)->layout->extents[0].blob.id, pinned->layout->extents[0].blob.id);
  const auto after = store_->Find(bucket_, "parts", "", true);
  EXPECT_EQ(after->etag, before->etag);
  EXPECT_EQ(after->layout->parts.size(), 6U);
  EXPECT_EQ(after->layout->extents.size(), 1U);
  EXPECT_EQ(Get("parts").substr((5 << 20) - 1, 2), "bc");
  EXPECT_EQ(UsageNow().bytes, 700'000U + 6 * (5U << 20));
  ASSERT_TRUE(store_->Delete(bucket_, {.key = "parts"}).ok());
  ASSERT_TRUE(store_->Delete(bucket_, {.key = "k"}).ok());
  EXPECT_EQ(UsageNow().bytes, 0U);
}

TEST_F(LifecycleTest, AbortsOldUploads) {
  rules_.rules = {{.id = "r", .abort_days = 2}};
  ASSERT_TRUE(store_->CreateUpload(bucket_, "k", {}).ok());
  Days(2);
  ASSERT_TRUE(store_->CreateUpload(bucket_, "k", {}).ok());
  Days(1);
  EXPECT_EQ(Run().aborted, 1U);
  EXPECT_EQ(store_->ListUploads(bucket_, {}).value().uploads.size(), 1U);
}

TEST_F(LifecycleTest, DoesNotRemoveWhatWasWrittenAfterTheLook) {
  const auto put = Put("k", "old");
  clock_.Advance(1);
  ASSERT_TRUE(Put("k", "new").ok());
  const Deletion late{.key = "k", .expires = true, .if_only = {{put->modified, Standing::kNewest}}};
  EXPECT_TRUE(store_->Delete(bucket_, late).Is(kPreconditionFailed));
  EXPECT_EQ(Get("k"), "new");
}

TEST_F(LifecycleTest, GoesOnWhereItWasCutOff) {
  ASSERT_TRUE(store_->CreateBucket({.account = "000000000001", .region = "us-east-1"}, "zoo").ok());
  rules_.rules = {{.id = "r", .expire = LifecycleTime{.days = 1}}};
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(Put("k" + std::to_string(i), "x").ok());
  Days(2);
  fail_ = "zoo";
  Run(/*page=*/2);
  EXPECT_TRUE(failed_);
  EXPECT_EQ(Versions(), 0U);
  ASSERT_TRUE(Put("k0", "again").ok());
  Days(2);
  fail_.clear();
  asked_.clear();
  Run();
  EXPECT_EQ(asked_, std::vector<std::string>{"zoo"});  // "lake" was done
  EXPECT_EQ(Get("k0"), "again");
  EXPECT_EQ(Run().expired, 1U);
}

}  // namespace
}  // namespace tarn::object

#include "object/lock.h"

#include <gtest/gtest.h>

#include "object/errors.h"
#include "object/object_test_store.h"

namespace tarn::object {
namespace {

constexpr Timestamp kNow{1'000'000};
constexpr Timestamp kSoon{2'000'000};
constexpr Timestamp kLater{3'000'000};

Lock Retention(LockMode mode, Timestamp until) { return {.mode = mode, .retain_until = until}; }

TEST(Retention, GovernanceGivesWayToTheBypassAlone) {
  const Lock lock = Retention(LockMode::kGovernance, kSoon);
  EXPECT_TRUE(CheckRemovable(lock, kNow, false).Is(kObjectLocked));
  EXPECT_TRUE(CheckRemovable(lock, kNow, true).ok());
  EXPECT_TRUE(CheckRetentionChange(lock, Retention(LockMode::kGovernance, kLater), kNow, false).ok());
  EXPECT_TRUE(CheckRetentionChange(lock, Retention(LockMode::kCompliance, kLater), kNow, false).Is(kObjectLocked));
  EXPECT_TRUE(CheckRetentionChange(lock, {}, kNow, false).Is(kObjectLocked));
  EXPECT_TRUE(CheckRetentionChange(lock, {}, kNow, true).ok());
}

TEST(Retention, ComplianceIsOnlyEverExtended) {
  const Lock lock = Retention(LockMode::kCompliance, kLater);
  EXPECT_TRUE(CheckRemovable(lock, kNow, true).Is(kObjectLocked));
  EXPECT_TRUE(CheckRetentionChange(lock, Retention(LockMode::kCompliance, kSoon), kNow, true).Is(kObjectLocked));
  EXPECT_TRUE(CheckRetentionChange(lock, Retention(LockMode::kGovernance, kLater), kNow, true).Is(kObjectLocked));
  EXPECT_TRUE(CheckRetentionChange(lock, Retention(LockMode::kCompliance, {4'000'000}), kNow, false).ok());
}

TEST(Retention, EndsWithItsTime) {
  const Lock lock = Retention(LockMode::kCompliance, kSoon);
  EXPECT_TRUE(CheckRemovable(lock, kSoon, false).ok());
  EXPECT_TRUE(CheckRetentionChange(lock, {}, kSoon, false).ok());
}

class LockTest : public ObjectTest {
 protected:
  void MakeLockBucket(DefaultRetention retention = {}) {
    ASSERT_TRUE(
        store_->CreateBucket({.account = "000000000001", .region = "us-east-1"}, "vault", {.object_lock = true}).ok());
    ASSERT_TRUE(store_->SetObjectLock("vault", retention).ok());
    bucket_ = store_->GetBucket("vault").value();
  }
  NewObject Locked(Lock lock) {
    NewObject object;
    object.attributes.lock = lock;
    return object;
  }
  Lock For(LockMode mode, int64_t seconds) {
    return Retention(mode, {clock_.Now().micros + seconds * kMicrosPerSecond});
  }
};

TEST_F(LockTest, KeepsALockedVersionFromEveryDeletion) {
  MakeLockBucket();
  const auto put = Put("k", "x", Locked(For(LockMode::kCompliance, 60)));
  ASSERT_TRUE(put.ok()) << put.error().message;
  const Deletion permanent{.key = "k", .version_id = put->version_id, .bypass_governance = true};
  EXPECT_TRUE(store_->Delete(bucket_, permanent).Is(kObjectLocked));
  const auto hidden = store_->Delete(bucket_, {.key = "k"});
  ASSERT_TRUE(hidden.ok());
  EXPECT_TRUE(hidden->delete_marker);
  EXPECT_TRUE(store_->Delete(bucket_, permanent).Is(kObjectLocked));
  EXPECT_TRUE(store_->DeleteBucket("vault").Is(kBucketNotEmpty));
  clock_.Advance(61 * kMicrosPerSecond);
  EXPECT_TRUE(store_->Delete(bucket_, permanent).ok());
}

TEST_F(LockTest, DeletesTheOthersOfAListOfKeys) {
  MakeLockBucket();
  const auto held = Put("held", "x", Locked({.legal_hold = true}));
  const auto loose = Put("loose", "x");
  const std::vector<Deletion> deletions = {{.key = "held", .version_id = held->version_id, .bypass_governance = true},
                                           {.key = "loose", .version_id = loose->version_id}};
  const auto results = store_->DeleteMany(bucket_, deletions);
  ASSERT_TRUE(results.ok());
  EXPECT_TRUE((*results)[0].Is(kObjectLocked));
  EXPECT_TRUE((*results)[1].ok());
  EXPECT_EQ(Get("held"), "x");
  EXPECT_EQ(UsageNow().versions, 1U);
}

TEST_F(LockTest, KeepsALockedNullVersionFromBeingReplaced) {
  ASSERT_TRUE(Put("k", "old").ok());
  Switch(Versioning::kEnabled);
  ASSERT_TRUE(store_->SetObjectLock("lake", {}).ok());
  ASSERT_TRUE(store_
                  ->ChangeAttributes(bucket_, "k", "null",
                                     [](const Version&, Attributes& attributes) {
                                       attributes.lock.legal_hold = true;
                                       return Ok();
                                     })
                  .ok());
  EXPECT_TRUE(store_->SetVersioning("lake", Versioning::kSuspended).Is(kBucketState));
  ASSERT_TRUE(Put("k", "new").ok());
  EXPECT_EQ(Get("k", "null"), "old");
}

TEST_F(LockTest, GivesNewVersionsTheBucketsRetention) {
  MakeLockBucket({.mode = LockMode::kGovernance, .days = 2});
  const auto put = Put("k", "x");
  ASSERT_TRUE(put.ok());
  EXPECT_EQ(put->attributes.lock.mode, LockMode::kGovernance);
  EXPECT_EQ(put->attributes.lock.retain_until.micros, clock_.Now().micros + 2 * kMicrosPerDay);
  const auto own = Put("own", "x", Locked(For(LockMode::kCompliance, 5)));
  EXPECT_EQ(own->attributes.lock.mode, LockMode::kCompliance);
  EXPECT_TRUE(store_->Delete(bucket_, {.key = "k", .version_id = put->version_id}).Is(kObjectLocked));
  EXPECT_TRUE(store_->Delete(bucket_, {.key = "k", .version_id = put->version_id, .bypass_governance = true}).ok());
}

TEST_F(LockTest, NeedsABucketWithObjectLock) {
  EXPECT_TRUE(Put("k", "x", Locked({.legal_hold = true})).Is(kInvalidRequest));
  EXPECT_TRUE(store_->SetObjectLock("lake", {}).Is(kBucketState));
}

}  // namespace
}  // namespace tarn::object

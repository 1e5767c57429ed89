#include "object/lifecycle/restorer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "object/content.h"
#include "object/object_test_store.h"
#include "object/verify/verify.h"

namespace tarn::object {
namespace {

// A lake in which the archive classes lie apart.
class RestorerTest : public ObjectTest, public ChangeListener {
 protected:
  RestorerTest() {
    store_ = nullptr;
    blobs_ = nullptr;
    blob::Options options;
    options.directory = directory_ / "default";
    options.reclaim_period_micros = 0;
    options.reclaim_delay_micros = 0;
    options.volumes = {{.name = "cold", .directory = directory_ / "cold", .archive = true}};
    options.placements["GLACIER"] = {.volumes = {"cold"}};
    auto opened = blob::OpenLocal(options, *kv_, pool_, *wrapper_, clock_);
    EXPECT_TRUE(opened.ok()) << opened.error().message;
    blobs_ = std::move(opened).value();
    store_ = std::make_unique<Store>(*kv_, *blobs_, clock_, pool_);
    store_->SetPlacedClasses({"GLACIER"});
    EXPECT_TRUE(store_->SetDocument("lake", kNotificationDocument, "{}").ok());
    bucket_ = store_->GetBucket("lake").value();
    store_->SetListener(this);
  }
  ~RestorerTest() override { store_ = nullptr; }

  Status OnChange(kv::Txn&, const Change& change) override {
    ++told_[std::string(change.event)];
    return Ok();
  }
  void Archive(std::string_view key) {
    const auto version = store_->Find(bucket_, key, "", false);
    ASSERT_TRUE(store_->MoveToClass(bucket_, key, "", version->modified, "GLACIER").ok());
  }
  void Ask(std::string_view key, uint32_t days) {
    const auto asked = store_->AskRestore(bucket_, key, "",
                                          [&](const Version&, Attributes& attributes) {
                                            attributes.restoration = {.ready = times_.Ready(clock_.Now(), "Expedited"),
                                                                      .until = {},
                                                                      .step = RestoreStep::kAsked,
                                                                      .tier = "Expedited",
                                                                      .days = days};
                                            return Ok();
                                          },
                                          {});
    ASSERT_TRUE(asked.ok()) << asked.error().message;
  }
  void Run() {
    Restorer restorer(*store_, clock_, nullptr, times_);
    const Status done = restorer.RunOnce();
    EXPECT_TRUE(done.ok()) << done.error().message;
  }
  RestoreState StateNow(std::string_view key) {
    return StateOf(store_->Find(bucket_, key, "", false)->attributes.restoration, clock_.Now());
  }
  bool ReadsFromCopy(std::string_view key) { return store_->Find(bucket_, key, "", true)->is_restored; }
  size_t Problems() { return Verify(*kv_, *blobs_)->problem_count; }

  const StorageTimes times_;
  std::map<std::string, int> told_;
};

TEST_F(RestorerTest, MakesACopyWhenDueAndDropsItAfterItsDays) {
  const std::string text = RandomBytes(700'000);
  ASSERT_TRUE(Put("k", text).ok());
  Archive("k");
  Ask("k", 2);
  EXPECT_EQ(StateNow("k"), RestoreState::kUnderWay);
  Run();
  EXPECT_EQ(StateNow("k"), RestoreState::kUnderWay) << "not due yet";
  clock_.Advance(times_.expedited_micros);
  Run();
  EXPECT_EQ(StateNow("k"), RestoreState::kReady);
  EXPECT_TRUE(ReadsFromCopy("k"));
  EXPECT_EQ(Get("k"), text);
  EXPECT_EQ(Problems(), 0u);
  EXPECT_EQ(told_["ObjectRestore:Post"], 1);
  EXPECT_EQ(told_["ObjectRestore:Completed"], 1);
  clock_.Advance(3 * kMicrosPerDay);
  EXPECT_EQ(StateNow("k"), RestoreState::kNone);
  EXPECT_FALSE(ReadsFromCopy("k")) << "ended by the clock, whether it was dropped or not";
  Run();
  EXPECT_EQ(told_["ObjectRestore:Delete"], 1);
  EXPECT_TRUE(store_->ListRestoresDue(10)->empty());
  EXPECT_EQ(Problems(), 0u);
  Ask("k", 1);
  clock_.Advance(times_.expedited_micros);
  Run();
  EXPECT_TRUE(ReadsFromCopy("k")) << "again";
}

TEST_F(RestorerTest, LeavesNothingOfACopyWhoseObjectGoes) {
  for (const auto& key : {"deleted", "replaced", "moved"}) {
    ASSERT_TRUE(Put(key, RandomBytes(5'000)).ok());
    Archive(key);
    Ask(key, 5);
  }
  clock_.Advance(times_.expedited_micros);
  Run();
  ASSERT_TRUE(store_->Delete(bucket_, {.key = "deleted"}).ok());
  ASSERT_TRUE(Put("replaced", "other").ok());
  const auto moved = store_->Find(bucket_, "moved", "", false);
  ASSERT_TRUE(store_->MoveToClass(bucket_, "moved", "", moved->modified, "DEEP_ARCHIVE").ok());
  EXPECT_EQ(Problems(), 0u);
  clock_.Advance(6 * kMicrosPerDay);
  Run();
  EXPECT_TRUE(store_->ListRestoresDue(10)->empty());
  EXPECT_EQ(Problems(), 0u);
}

TEST_F(RestorerTest, CopiesWhatACustomersKeySealed) {
  const CustomerKey key{std::string(32, 'c')};
  const Sealing sealing = SealForCustomer(key);
  const std::string text = RandomBytes(200'000);
  Incoming incoming = store_->Receive({.wrapper = sealing.wrapper});
  ASSERT_TRUE(SyncWait(incoming.Append(AsBytes(text))).ok());
  NewObject object;
  object.attributes.encryption = sealing.encryption;
  ASSERT_TRUE(SyncWait(store_->Put(bucket_, "k", *SyncWait(incoming.Finish()), object)).ok());
  Archive("k");
  Ask("k", 1);
  clock_.Advance(times_.expedited_micros);
  Run();
  const auto version = store_->Find(bucket_, "k", "", true);
  ASSERT_TRUE(version->is_restored);
  ASSERT_TRUE(store_->Unlock(*version, {}, key).ok());
  std::string read(text.size(), '\0');
  const auto count = version->layout->ReadAtSync(0, std::as_writable_bytes(std::span(read)));
  ASSERT_TRUE(count.ok()) << count.error().message;
  EXPECT_TRUE(read == text);
  EXPECT_EQ(Problems(), 0u);
}

TEST_F(RestorerTest, GoesOnLaterWithWhatFailed) {
  ASSERT_TRUE(Put("k", RandomBytes(5'000)).ok());
  Archive("k");
  Ask("k", 1);
  ASSERT_TRUE(store_->PostponeRestore(store_->ListRestoresDue(1)->at(0), clock_.Now().Plus(kMicrosPerDay)).ok());
  clock_.Advance(times_.expedited_micros);
  Run();
  EXPECT_EQ(StateNow("k"), RestoreState::kUnderWay);
  clock_.Advance(kMicrosPerDay);
  Run();
  EXPECT_EQ(StateNow("k"), RestoreState::kReady);
}

}  // namespace
}  // namespace tarn::object

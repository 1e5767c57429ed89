#include "iam/last_used.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "kv/memory_store.h"

namespace tarn::iam {
namespace {

class LastUsedTest : public ::testing::Test {
 protected:
  std::optional<LastUse> Find(const std::string& what) { return used_.Find(*kv_->Begin(), what).value(); }
  const std::unique_ptr<kv::Store> kv_ = kv::MakeMemoryStore();
  LastUsed used_{*kv_};
  const Timestamp noon_{1'700'000'000 * kMicrosPerSecond};
};

TEST_F(LastUsedTest, TellsTheLastSecondServiceAndRegion) {
  used_.Note("AKIA1", noon_, "s3", "us-east-1");
  used_.Note("AKIA1", noon_.Plus(kMicrosPerSecond), "glue", "eu-west-1");
  const auto use = Find("AKIA1");
  ASSERT_TRUE(use);
  EXPECT_EQ(use->time.seconds(), noon_.seconds() + 1);
  EXPECT_EQ(use->service, "glue");
  EXPECT_EQ(use->region, "eu-west-1");
}

TEST_F(LastUsedTest, KeepsServicesApartFromKeys) {
  used_.NoteService("AROA1", noon_, "s3", "us-east-1");
  used_.NoteService("AROA1", noon_, "glue", "us-east-1");
  EXPECT_TRUE(Find(UseOfService("AROA1", "s3")));
  EXPECT_TRUE(Find(UseOfService("AROA1", "glue")));
  EXPECT_FALSE(Find("AROA1"));
}

TEST_F(LastUsedTest, SurvivesItsWritingDownWithinTheSecond) {
  used_.Note("AKIA1", noon_, "s3", "us-east-1");
  ASSERT_TRUE(used_.Flush().ok());
  used_.Note("AKIA1", noon_, "s3", "us-east-1");
  EXPECT_EQ(Find("AKIA1")->time.seconds(), noon_.seconds());
}

TEST_F(LastUsedTest, NotesWhoeverHasAForgottenNameAtOnce) {
  used_.Note("arn:role/x", noon_, "s3", "us-east-1");
  ASSERT_TRUE(kv::Transact(*kv_, [&](kv::Txn& txn) -> Status {
                used_.Forget(txn, "arn:role/x");
                return Ok();
              }).ok());
  EXPECT_FALSE(Find("arn:role/x"));
  used_.Note("arn:role/x", noon_, "s3", "us-east-1");
  EXPECT_TRUE(Find("arn:role/x"));
}

}  // namespace
}  // namespace tarn::iam

#include "object/store/put_batch.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/hash.h"
#include "object/errors.h"
#include "object/object_test_store.h"

namespace tarn::object {
namespace {

class PutBatchTest : public ObjectTest {
 protected:
  Status Commit(const PutBatch& batch, const std::function<Status(kv::Txn&)>& also = nullptr) {
    return kv::Transact(*kv_, [&](kv::Txn& txn) -> Status {
      TARN_CHECK(batch.Apply(txn));
      return also ? also(txn) : Ok();
    });
  }
};

TEST_F(PutBatchTest, MakesAndRemovesFilesInOneTransaction) {
  ASSERT_TRUE(Put("old", "gone").ok());
  PutBatch batch(*store_, *blobs_, "000000000001");
  ASSERT_TRUE(batch.Add("s3://lake/a", "hello").ok());
  ASSERT_TRUE(batch.Add("s3://lake/b", "").ok());
  ASSERT_TRUE(batch.Remove("s3://lake/old").ok());
  ASSERT_TRUE(batch.Remove("s3://lake/never").ok());
  ASSERT_TRUE(batch.Seal().ok());
  EXPECT_EQ(Get("a"), "object.NoSuchKey");
  ASSERT_TRUE(Commit(batch).ok());
  EXPECT_EQ(Get("a"), "hello");
  EXPECT_EQ(Get("b"), "");
  EXPECT_EQ(Get("old"), "object.NoSuchKey");
  EXPECT_EQ(batch.EtagOf(0), Hex(Md5("hello")));
  EXPECT_EQ(UsageNow().versions, 2U);
  EXPECT_EQ(UsageNow().bytes, 5U);
}

TEST_F(PutBatchTest, LeavesNothingWhenTheTransactionIsRefused) {
  PutBatch batch(*store_, *blobs_, "000000000001");
  ASSERT_TRUE(batch.Add("s3://lake/a", "hello").ok());
  ASSERT_TRUE(batch.Seal().ok());
  EXPECT_TRUE(Commit(batch, [](kv::Txn&) -> Status { return Fail(kInvalidArgument, "no"); }).Is(kInvalidArgument));
  EXPECT_EQ(Get("a"), "object.NoSuchKey");
  EXPECT_EQ(UsageNow().versions, 0U);
}

TEST_F(PutBatchTest, RefusesWhatIsThereAndOtherAccounts) {
  ASSERT_TRUE(Put("a", "first").ok());
  PutBatch batch(*store_, *blobs_, "000000000001");
  ASSERT_TRUE(batch.Add("s3://lake/a", "second", {.only_if_absent = true}).ok());
  ASSERT_TRUE(batch.Seal().ok());
  EXPECT_TRUE(Commit(batch).Is(kPreconditionFailed));
  EXPECT_EQ(Get("a"), "first");
  PutBatch foreign(*store_, *blobs_, "000000000002");
  EXPECT_TRUE(foreign.Add("s3://lake/b", "x").Is(kAccessDenied));
  EXPECT_TRUE(foreign.Add("file:/b", "x").Is(kInvalidArgument));
}

TEST_F(PutBatchTest, DeletesAsTheBucketsVersioningDemands) {
  Switch(Versioning::kEnabled);
  const auto first = Put("a", "kept");
  PutBatch batch(*store_, *blobs_, "000000000001");
  ASSERT_TRUE(batch.Remove("s3://lake/a").ok());
  ASSERT_TRUE(batch.Seal().ok());
  ASSERT_TRUE(Commit(batch).ok());
  EXPECT_EQ(Get("a"), "delete marker");
  EXPECT_EQ(Get("a", first->version_id), "kept");
}

}  // namespace
}  // namespace tarn::object

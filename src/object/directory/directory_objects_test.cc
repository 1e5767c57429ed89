#include "object/directory/directory_objects.h"

#include <gtest/gtest.h>

#include "object/directory/names.h"
#include "object/object_test_store.h"
#include "object/store/keys.h"

namespace tarn::object {
namespace {

class DirectoryTest : public ObjectTest {
 protected:
  DirectoryTest() : directory_(*kv_, *blobs_, clock_) {
    auto made = store_->CreateBucket({.account = "000000000001", .region = "us-east-1"}, "lake--use1-az4--x-s3");
    EXPECT_TRUE(made.ok());
    bucket_ = *made;
  }

  Result<Appended> Append(std::string_view key, uint64_t offset, std::string_view bytes,
                          const WriteCondition& condition = {}) {
    TARN_TRY(Content content, Receive(bytes));
    NewObject object;
    object.condition = condition;
    return SyncWait(directory_.Append(bucket_, std::string(key), offset, std::move(content), std::move(object)));
  }
  Renaming FromTo(std::string from, std::string to) { return {.from = std::move(from), .to = std::move(to)}; }
  // What a put of the whole would have for its checksum.
  std::string ChecksumOf(std::string_view bytes) { return Receive(bytes)->checksum.value; }

  DirectoryObjects directory_;
};

TEST_F(DirectoryTest, AppendsGrowAnObjectAtItsEndAlone) {
  EXPECT_TRUE(Append("log", 5, "early").Is(kInvalidWriteOffset));
  ASSERT_TRUE(Append("log", 0, "one ").ok());
  clock_.Advance(1000);
  const auto two = Append("log", 4, "two ");
  ASSERT_TRUE(two.ok()) << two.error().message;
  EXPECT_EQ(two->size, 8u);
  EXPECT_EQ(two->parts, 2u);
  EXPECT_TRUE(Append("log", 4, "late").Is(kInvalidWriteOffset));
  EXPECT_EQ(Get("log"), "one two ");
  const auto found = store_->Find(bucket_, "log", "", true);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->etag, two->etag);
  EXPECT_EQ(found->checksum.value, ChecksumOf("one two "));
  EXPECT_EQ(found->modified, clock_.Now());
  EXPECT_EQ(UsageNow().bytes, 8u);
  EXPECT_EQ(UsageNow().versions, 1u);
}

TEST_F(DirectoryTest, AppendsKeepConditions) {
  const auto first = Append("k", 0, "a");
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(Append("k", 1, "b", {.if_match = "another"}).Is(kPreconditionFailed));
  EXPECT_TRUE(Append("k", 1, "b", {.if_match = first->etag}).ok());
  EXPECT_EQ(Get("k"), "ab");
}

TEST_F(DirectoryTest, AppendsPastTheRecordsOfALayoutReadBackWhole) {
  std::string whole;
  for (int i = 0; i < 2'105; ++i) {
    const std::string piece = std::to_string(i) + ",";
    const auto done = Append("many", whole.size(), piece);
    ASSERT_TRUE(done.ok()) << i << done.error().message;
    whole += piece;
    // One record of the layout is written, wherever it ends.
    if (i == 1'000 || i == 1'999) {
      EXPECT_EQ(Get("many"), whole);
    }
  }
  EXPECT_EQ(Get("many"), whole);
  const auto found = store_->Find(bucket_, "many", "", true);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->parts, 2'105u);
  EXPECT_EQ(found->checksum.value, ChecksumOf(whole));
  ASSERT_TRUE(store_->Delete(bucket_, {.key = "many"}).ok());
  EXPECT_EQ(UsageNow().bytes, 0u);
  // Nothing of the layout is left behind.
  auto txn = kv_->Begin();
  const kv::Key layouts = Space("x");
  EXPECT_TRUE(txn->Scan(layouts.bytes(), layouts.End(), 10)->empty());
}

TEST_F(DirectoryTest, ARenameMovesAllButTheTimeAndReplacesWhatIsThere) {
  NewObject object;
  object.headers.user["from"] = "here";
  ASSERT_TRUE(Put("a", "first", std::move(object)).ok());
  ASSERT_TRUE(Append("a", 5, " more").ok());
  ASSERT_TRUE(Put("b", "other").ok());
  const auto before = store_->Find(bucket_, "a", "", false);
  clock_.Advance(5'000'000);
  ASSERT_TRUE(directory_.Rename(bucket_, FromTo("a", "b")).ok());
  EXPECT_EQ(Get("b"), "first more");
  EXPECT_EQ(Get("a"), "object.NoSuchKey");
  const auto after = store_->Find(bucket_, "b", "", false);
  EXPECT_EQ(after->etag, before->etag);
  EXPECT_EQ(after->modified, before->modified);
  EXPECT_EQ(after->headers.user.at("from"), "here");
  EXPECT_EQ(UsageNow().bytes, 10u);
  EXPECT_EQ(UsageNow().versions, 1u);
  EXPECT_TRUE(directory_.Rename(bucket_, FromTo("a", "c")).Is(kNoSuchKey));
  ASSERT_TRUE(Append("b", 10, "!").ok());
  EXPECT_EQ(Get("b"), "first more!");
}

TEST_F(DirectoryTest, ARenameHoldsToTheConditionsOfBothEnds) {
  ASSERT_TRUE(Put("a", "1").ok());
  ASSERT_TRUE(Put("b", "2").ok());
  auto absent = FromTo("a", "b");
  absent.destination.if_none_match = "*";
  EXPECT_TRUE(directory_.Rename(bucket_, absent).Is(kPreconditionFailed));
  auto other = FromTo("a", "b");
  other.source.if_match = "no such";
  EXPECT_TRUE(directory_.Rename(bucket_, other).Is(kPreconditionFailed));
  auto gone = FromTo("a", "c");
  gone.destination.if_match = "*";
  EXPECT_TRUE(directory_.Rename(bucket_, gone).Is(kPreconditionFailed));
  EXPECT_EQ(Get("a"), "1");
  EXPECT_EQ(Get("b"), "2");
}

TEST_F(DirectoryTest, ATokenKeepsARenameFromBeingDoneTwice) {
  ASSERT_TRUE(Put("a", "1").ok());
  auto asked = FromTo("a", "b");
  asked.token = "once";
  asked.digest = "a to b";
  ASSERT_TRUE(directory_.Rename(bucket_, asked).ok());
  ASSERT_TRUE(Put("a", "2").ok());
  EXPECT_TRUE(directory_.Rename(bucket_, asked).ok());
  EXPECT_EQ(Get("a"), "2");
  asked.digest = "a to c";
  EXPECT_TRUE(directory_.Rename(bucket_, asked).Is(kIdempotencyMismatch));
  clock_.Advance(kRenameTokenMicros);
  ASSERT_TRUE(directory_.Rename(bucket_, asked).ok());
  EXPECT_EQ(Get("b"), "2");
}

TEST(DirectoryNames, TellTheirZone) {
  EXPECT_EQ(ZoneOf("b--use1-az4--x-s3"), "use1-az4");
  EXPECT_EQ(ZoneOf("my-base--usw2-lax1-az1--x-s3"), "usw2-lax1-az1");
  EXPECT_TRUE(IsLocalZone("usw2-lax1-az1"));
  EXPECT_FALSE(IsLocalZone("use1-az4"));
  for (const char* bad : {"b--x-s3", "--use1-az4--x-s3", "b--use1--x-s3", "b.c--use1-az4--x-s3", "b--use1-az4"}) {
    EXPECT_FALSE(ZoneOf(bad)) << bad;
  }
}

}  // namespace
}  // namespace tarn::object

#include "object/verify/verify.h"

#include <fstream>

#include "object/object_test_store.h"
#include "object/store/keys.h"

namespace tarn::object {
namespace {

class VerifyTest : public ObjectTest {
 protected:
  void Fill() {
    EXPECT_TRUE(Put("empty", "").ok());
    EXPECT_TRUE(Put("small", "some bytes").ok());
    EXPECT_TRUE(Put("large", RandomBytes(700'000)).ok());
    Switch(Versioning::kEnabled);
    EXPECT_TRUE(Put("small", "other bytes").ok());
    EXPECT_TRUE(store_->Delete(bucket_, {.key = "small"}).ok());
    const auto upload = store_->CreateUpload(bucket_, "parts", {});
    ASSERT_TRUE(upload.ok());
    Incoming incoming = store_->Receive({.checksum = ChecksumAlgorithm::kNone});
    EXPECT_TRUE(SyncWait(incoming.Append(AsBytes("one part"))).ok());
    auto content = SyncWait(incoming.Finish());
    EXPECT_TRUE(SyncWait(store_->PutPart(bucket_, "parts", upload->id, 1, *std::move(content))).ok());
  }
  std::string Problems() {
    const auto report = Verify(*kv_, *blobs_);
    EXPECT_TRUE(report.ok());
    std::string all;
    for (const auto& problem : report->problems) all += problem + "\n";
    return all;
  }
};

TEST_F(VerifyTest, FindsNothingWrongWithAWholeLake) {
  Fill();
  const auto report = Verify(*kv_, *blobs_);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->problem_count, 0u) << report->problems.at(0);
  EXPECT_EQ(report->versions, 5u);
  EXPECT_EQ(report->parts, 1u);
  EXPECT_EQ(report->bytes, 700'021u);
}

TEST_F(VerifyTest, NamesTheObjectWhoseBytesAreDamaged) {
  Fill();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_ / "files")) {
    if (entry.is_regular_file()) std::fstream(entry.path(), std::ios::in | std::ios::out).seekp(100'000) << "damage";
  }
  EXPECT_NE(Problems().find("s3://lake/large"), std::string::npos) << Problems();
}

TEST_F(VerifyTest, FindsLostAndMiscountedReferences) {
  Fill();
  const std::string key = CurrentKey(bucket_.id, "large").Take();
  ASSERT_TRUE(kv::Transact(*kv_, [&](kv::Txn& txn) {
                txn.Delete(key);
                return Ok();
              }).ok());
  const std::string problems = Problems();
  EXPECT_NE(problems.find("1 owners are counted, 0 are there"), std::string::npos) << problems;
  EXPECT_NE(problems.find("versions are counted"), std::string::npos) << problems;
  EXPECT_NE(problems.find("bytes are counted"), std::string::npos) << problems;
}

TEST_F(VerifyTest, FindsABlobOfWhichNothingTellsWhereItIs) {
  Fill();
  const kv::Key all = kv::Key("b").Text("l");
  ASSERT_TRUE(kv::Transact(*kv_, [&](kv::Txn& txn) -> Status {
                TARN_TRY(auto first, txn.Scan(all.bytes(), all.End(), 1));
                txn.Delete(first.at(0).key);
                return Ok();
              }).ok());
  EXPECT_NE(Problems().find("nothing tells where it is"), std::string::npos);
}

}  // namespace
}  // namespace tarn::object

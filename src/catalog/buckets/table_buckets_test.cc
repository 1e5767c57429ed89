#include "catalog/buckets/table_buckets.h"

#include "catalog/errors.h"
#include "catalog/iceberg/testing.h"
#include "kv/key.h"
#include "object/errors.h"
#include "object/store/store.h"

namespace tarn::catalog {
namespace {

class TableBucketsTest : public LakeTest {
 protected:
  void SetUp() override {
    LakeTest::SetUp();
    ASSERT_TRUE(buckets.Create(scope, {.name = "house"}).ok());
    Database space;
    space.name = "sales";
    ASSERT_TRUE(catalog.CreateDatabase(house, space).ok());
  }
  Table Make(const std::string& name) { return buckets.CreateBareTable(house, "sales", name).value(); }
  // Whether the table's own S3 bucket is there.
  bool HasFiles(const Table& table) {
    const std::string bucket(table.location().substr(std::string_view("s3://").size()));
    return store_->GetBucket(bucket).ok();
  }
  std::string DroppedKey(const Table& table) {
    return kv::Key("T").Text("d").Text(house.account).Text(house.region).Text(table.uid).Take();
  }
  bool IsKept(const std::string& key) {
    bool found = false;
    EXPECT_TRUE(kv::Read(*kv_, [&](kv::Txn& txn) -> Status {
                  TARN_TRY(const auto value, txn.Get(key));
                  found = value.has_value();
                  return Ok();
                }).ok());
    return found;
  }

  TableBuckets buckets{*kv_, catalog, tables, *store_, clock_};
  const Scope house = TableBucketScope(scope, "house");
};

TEST_F(TableBucketsTest, ADropTakesTheTableWithItsFilesAndWhatGoesAlong) {
  const Table table = Make("orders");
  ASSERT_TRUE(HasFiles(table));
  const auto refuse = [](kv::Txn&) -> Status { return Fail(kInvalidInput, "not now"); };
  EXPECT_TRUE(buckets.DropTable(house, "sales", "orders", std::nullopt, refuse).Is(kInvalidInput));
  EXPECT_TRUE(buckets.DropTable(house, "sales", "orders", table.version + 1).Is(kTableMoved));
  EXPECT_TRUE(catalog.GetTable(house, "sales", "orders").ok());
  EXPECT_TRUE(HasFiles(table));
  const auto along = [](kv::Txn& txn) -> Status {
    txn.Put("along", "x");
    return Ok();
  };
  ASSERT_TRUE(buckets.DropTable(house, "sales", "orders", table.version, along).ok());
  EXPECT_TRUE(catalog.GetTable(house, "sales", "orders").Is(kNoSuchTable));
  EXPECT_FALSE(HasFiles(table));
  EXPECT_TRUE(IsKept("along"));
  EXPECT_FALSE(IsKept(DroppedKey(table)));
}

TEST_F(TableBucketsTest, AStartEndsADropThatACrashCutOff) {
  const Table table = Make("orders");
  const Table other = Make("other");
  // What the drop's own transaction leaves.
  ASSERT_TRUE(catalog
                  .DeleteTable(house, "sales", "orders",
                               [&](kv::Txn& txn) -> Status {
                                 txn.Put(DroppedKey(table), table.location());
                                 return Ok();
                               })
                  .ok());
  ASSERT_TRUE(HasFiles(table));
  ASSERT_TRUE(buckets.FinishDrops().ok());
  EXPECT_FALSE(HasFiles(table));
  EXPECT_FALSE(IsKept(DroppedKey(table)));
  EXPECT_TRUE(HasFiles(other));
  ASSERT_TRUE(buckets.FinishDrops().ok());
}

}  // namespace
}  // namespace tarn::catalog

#include "catalog/catalog.h"

#include <algorithm>
#include <thread>

#include "catalog/keys.h"
#include "catalog/records.h"
#include "catalog/testing.h"
#include "kv/kv.h"

namespace tarn::catalog {
namespace {

using CatalogTest = CatalogFixture;

size_t CountKeys(kv::Store& store) {
  size_t count = 0;
  EXPECT_TRUE(kv::Read(store, [&](kv::Txn& txn) -> Status {
                TARN_TRY(auto all, txn.PeekScan("", "", 100'000));
                // But the mark that tables came and went.
                count = static_cast<size_t>(
                    std::ranges::count_if(all, [](const auto& pair) { return pair.key != kv::Key("cp").bytes(); }));
                return Ok();
              }).ok());
  return count;
}

TEST_F(CatalogTest, NamesAreOneInEveryCase) {
  EXPECT_EQ(catalog.GetDatabase(scope, "Db")->name, "db");
  Database again;
  again.name = "dB";
  EXPECT_TRUE(catalog.CreateDatabase(scope, again).error().reason == &kAlreadyExists);
  ASSERT_TRUE(catalog.CreateTable(scope, MakeTable("Trips")).ok());
  EXPECT_EQ(catalog.GetTable(scope, "DB", "TRIPS")->name, "trips");
  EXPECT_TRUE(catalog.CreateTable(scope, MakeTable("trips")).error().reason == &kAlreadyExists);
}

TEST_F(CatalogTest, AccountsAndRegionsDoNotSeeEachOther) {
  EXPECT_TRUE(catalog.GetDatabase({"000000000000", "eu-west-1"}, "db").Is(kNoSuchDatabase));
  EXPECT_TRUE(catalog.GetDatabase({"111111111111", "us-east-1"}, "db").Is(kNoSuchDatabase));
}

TEST_F(CatalogTest, SaysWhichOfDatabaseAndTableIsMissing) {
  EXPECT_EQ(catalog.GetTable(scope, "nope", "t").error().message, "Database nope not found.");
  EXPECT_EQ(catalog.GetTable(scope, "db", "t").error().message, "Table t not found.");
}

TEST_F(CatalogTest, KeepsEveryMemberOfATable) {
  Table table = MakeTable("full", {"k"});
  table.description = "";
  table.retention = 7;
  table.last_access_time = Timestamp{5};
  table.parameters = Parameters{{"classification", "parquet"}};
  table.view_original_text = "SELECT 1";
  table.target = Target{.database = "other", .name = "t"};
  StorageDescriptor& storage = *table.storage;
  storage.columns->front().parameters = Parameters{};
  storage.additional_locations = std::vector<std::string>{"s3://b/x/"};
  storage.compressed = false;
  storage.number_of_buckets = -1;
  storage.serde = SerDe{.library = "lib", .parameters = Parameters{{"serialization.format", "1"}}};
  storage.sort_columns = std::vector<SortColumn>{{"a", 0}};
  storage.skewed = SkewedInfo{.column_names = std::vector<std::string>{}, .value_locations = Parameters{}};
  storage.schema_reference = SchemaReference{.has_schema_id = true, .schema_name = "s", .version_number = 3};
  ASSERT_TRUE(catalog.CreateTable(scope, table).ok());
  Table back = *catalog.GetTable(scope, "db", "full");
  EXPECT_EQ(back.storage, table.storage);
  EXPECT_EQ(back.description, "");
  EXPECT_FALSE(back.owner.has_value());
  EXPECT_EQ(back.retention, 7);
  EXPECT_EQ(back.parameters, table.parameters);
  EXPECT_EQ(back.target, table.target);
  EXPECT_EQ(back.partition_keys, table.partition_keys);
  EXPECT_EQ(back.create_time, clock.now);
  EXPECT_EQ(back.version, 1U);
}

TEST_F(CatalogTest, EveryUpdateIsAVersionUnlessArchivingIsSkipped) {
  ASSERT_TRUE(catalog.CreateTable(scope, MakeTable("t")).ok());
  Table next = MakeTable("t");
  next.description = "second";
  EXPECT_EQ(*catalog.UpdateTable(scope, next, {}), 2U);
  next.description = "third";
  EXPECT_EQ(*catalog.UpdateTable(scope, next, {.skip_archive = true}), 3U);
  auto versions = catalog.ListTableVersions(scope, "db", "t", {});
  ASSERT_EQ(versions->items.size(), 2U);
  EXPECT_EQ(versions->items[0].version, 1U);
  EXPECT_EQ(versions->items[1].description, "third");
  EXPECT_TRUE(catalog.GetTableVersion(scope, "db", "t", 2).Is(kNoSuchVersion));
  EXPECT_EQ(catalog.GetTableVersion(scope, "db", "t", 3)->description, "third");
  EXPECT_TRUE(catalog.DeleteTableVersion(scope, "db", "t", 1).ok());
  EXPECT_EQ(catalog.DeleteTableVersion(scope, "db", "t", 1).error().message, "Version not found.");
}

TEST_F(CatalogTest, PagesThroughVersionsWithoutLossOrRepeat) {
  ASSERT_TRUE(catalog.CreateTable(scope, MakeTable("t")).ok());
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(catalog.UpdateTable(scope, MakeTable("t"), {}).ok());
  std::vector<uint64_t> seen;
  std::string after;
  do {
    auto page = catalog.ListTableVersions(scope, "db", "t", {.after = after, .limit = 3});
    for (const Table& table : page->items) seen.push_back(table.version);
    after = page->next;
  } while (!after.empty());
  EXPECT_EQ(seen, (std::vector<uint64_t>{1, 2, 3, 4, 5, 6, 7}));
}

TEST_F(CatalogTest, RefusesAnUpdateMadeFromAnOldVersion) {
  ASSERT_TRUE(catalog.CreateTable(scope, MakeTable("t")).ok());
  ASSERT_TRUE(catalog.UpdateTable(scope, MakeTable("t"), {.expected_version = 1}).ok());
  EXPECT_TRUE(catalog.UpdateTable(scope, MakeTable("t"), {.expected_version = 1}).Is(kTableMoved));
}

TEST_F(CatalogTest, LetsOneOfManyRacingSwapsWin) {
  ASSERT_TRUE(catalog.CreateTable(scope, MakeTable("t")).ok());
  std::atomic<int> won = 0;
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { won += catalog.UpdateTable(scope, MakeTable("t"), {.expected_version = 1}).ok(); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(catalog.GetTable(scope, "db", "t")->version, 2U);
}

TEST_F(CatalogTest, ARenamedTableKeepsItsPartitionsAndVersions) {
  ASSERT_TRUE(catalog.CreateTable(scope, MakeTable("old", {"k"})).ok());
  ASSERT_TRUE(catalog.CreatePartitions(scope, "db", "old", MakePartitions({{"1"}})).ok());
  ASSERT_TRUE(catalog.UpdateTable(scope, MakeTable("old", {"k"}), {.new_name = "New"}).ok());
  EXPECT_TRUE(catalog.GetTable(scope, "db", "old").Is(kNoSuchTable));
  EXPECT_EQ(catalog.ListPartitions(scope, "db", "new", {})->items.size(), 1U);
  EXPECT_EQ(catalog.ListTableVersions(scope, "db", "new", {})->items.size(), 2U);
}

TEST_F(CatalogTest, ADroppedDatabaseLeavesNothingBehind) {
  const size_t before = CountKeys(*store);
  Database second;
  second.name = "second";
  ASSERT_TRUE(catalog.CreateDatabase(scope, second).ok());
  for (int i = 0; i < 5; ++i) {
    Table table = MakeTable("t" + std::to_string(i), {"k"});
    table.database = "second";
    ASSERT_TRUE(catalog.CreateTable(scope, table, {{"index", {"k"}}}).ok());
    ASSERT_TRUE(catalog.UpdateTable(scope, table, {}).ok());
    std::vector<Partition> partitions;
    for (int k = 0; k < 700; ++k) partitions.emplace_back().values = {std::to_string(k)};
    ASSERT_TRUE(catalog.CreatePartitions(scope, "second", table.name, partitions).ok());
  }
  ASSERT_TRUE(catalog.CreateFunction(scope, {.name = "f", .database = "second"}).ok());
  ASSERT_TRUE(catalog.DeleteDatabase(scope, "second").ok());
  EXPECT_TRUE(catalog.GetTable(scope, "second", "t1").Is(kNoSuchDatabase));
  EXPECT_EQ(CountKeys(*store), before);
}

TEST_F(CatalogTest, ASweepEndsADropThatACrashCutOff) {
  ASSERT_TRUE(catalog.CreateTable(scope, MakeTable("t", {"k"})).ok());
  ASSERT_TRUE(catalog.CreatePartitions(scope, "db", "t", MakePartitions({{"1"}, {"2"}})).ok());
  const std::string uid = catalog.GetDatabase(scope, "db")->uid;
  // What the drop's own transaction leaves, and no more.
  ASSERT_TRUE(kv::Transact(*store, [&](kv::Txn& txn) -> Status {
                txn.Delete(DatabaseKey(scope, "db").bytes());
                txn.Put(GarbageKey(scope, kDatabases, uid).bytes(), "");
                return Ok();
              }).ok());
  EXPECT_GT(CountKeys(*store), 0U);
  ASSERT_TRUE(catalog.Sweep().ok());
  EXPECT_EQ(CountKeys(*store), 0U);
}

TEST_F(CatalogTest, ATableMadeAgainHasNoneOfTheOldRows) {
  ASSERT_TRUE(catalog.CreateTable(scope, MakeTable("t", {"k"})).ok());
  ASSERT_TRUE(catalog.CreatePartitions(scope, "db", "t", MakePartitions({{"1"}})).ok());
  ASSERT_TRUE(catalog.DeleteTable(scope, "db", "t").ok());
  ASSERT_TRUE(catalog.CreateTable(scope, MakeTable("t", {"k"})).ok());
  EXPECT_TRUE(catalog.ListPartitions(scope, "db", "t", {})->items.empty());
  EXPECT_EQ(catalog.GetTable(scope, "db", "t")->version, 1U);
}

TEST_F(CatalogTest, ListsTablesThatAreWantedInPages) {
  for (char c = 'a'; c <= 'j'; ++c) ASSERT_TRUE(catalog.CreateTable(scope, MakeTable(std::string(1, c))).ok());
  auto odd = [](const Table& table) { return table.name[0] % 2 == 1; };
  auto first = catalog.ListTables(scope, "db", {.limit = 3}, odd);
  ASSERT_EQ(first->items.size(), 3U);
  EXPECT_EQ(first->items[2].name, "e");
  auto rest = catalog.ListTables(scope, "db", {.after = first->next, .limit = 3}, odd);
  ASSERT_EQ(rest->items.size(), 2U);
  EXPECT_EQ(rest->items[1].name, "i");
  EXPECT_TRUE(rest->next.empty());
}

TEST_F(CatalogTest, KeepsAtMostThreePartitionIndexesOfRealKeys) {
  ASSERT_TRUE(catalog.CreateTable(scope, MakeTable("t", {"a", "b"})).ok());
  EXPECT_TRUE(catalog.CreatePartitionIndex(scope, "db", "t", {"x", {"nope"}}).error().reason == &kInvalidInput);
  for (const char* name : {"x", "y", "z"}) {
    EXPECT_TRUE(catalog.CreatePartitionIndex(scope, "db", "t", {name, {"a"}}).ok());
  }
  EXPECT_TRUE(catalog.CreatePartitionIndex(scope, "db", "t", {"X", {"a"}}).error().reason == &kAlreadyExists);
  EXPECT_TRUE(catalog.CreatePartitionIndex(scope, "db", "t", {"w", {"a"}}).error().reason == &kLimitExceeded);
  EXPECT_TRUE(catalog.DeletePartitionIndex(scope, "db", "t", "y").ok());
  EXPECT_EQ(catalog.ListPartitionIndexes(scope, "db", "t")->size(), 2U);
}

TEST_F(CatalogTest, StatisticsBelongToColumnsThatExist) {
  ASSERT_TRUE(catalog.CreateTable(scope, MakeTable("t", {"k"})).ok());
  auto errors = catalog.PutStatistics(scope, "db", "t", nullptr, {{"A", "int", {}, "{}"}, {"nope", "int", {}, "{}"}});
  ASSERT_EQ(errors->size(), 1U);
  EXPECT_EQ(errors->front().index, 1U);
  EXPECT_EQ(catalog.GetStatistics(scope, "db", "t", nullptr, {"a", "zz"})->size(), 1U);
  const std::vector<std::string> values{"1"};
  EXPECT_TRUE(catalog.PutStatistics(scope, "db", "t", &values, {{"a", "int", {}, "{}"}}).Is(kNoSuchPartition));
  EXPECT_TRUE(catalog.DeleteStatistics(scope, "db", "t", nullptr, "a").ok());
  EXPECT_TRUE(catalog.DeleteStatistics(scope, "db", "t", nullptr, "a").error().reason == &kNoSuchEntity);
}

TEST(CatalogRecords, ADamagedRecordIsNotRead) {
  Table table;
  table.name = "t";
  table.storage.emplace().location = "s3://b/";
  const std::string bytes = EncodeRecord(table);
  for (size_t cut = 1; cut < bytes.size(); ++cut) {
    auto read = DecodeRecord<Table>(std::string_view(bytes).substr(0, cut));
    if (read) {
      EXPECT_FALSE(read->storage == table.storage && read->name == table.name && cut + 8 < bytes.size());
    }
  }
}

}  // namespace
}  // namespace tarn::catalog

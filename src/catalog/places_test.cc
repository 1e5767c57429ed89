#include "catalog/places.h"

#include <algorithm>

#include "catalog/namespaces.h"
#include "catalog/testing.h"

namespace tarn::catalog {
namespace {

class PlacesTest : public CatalogFixture {
 protected:
  Status Make(const std::string& name, const std::string& location, const std::string& database = "db") {
    Table table;
    table.database = database;
    table.name = name;
    table.storage.emplace().location = location;
    return catalog.CreateTable(scope, std::move(table));
  }
  using Names = std::vector<std::string>;
  Names Touching(std::string_view uri) {
    Names names;
    for (const auto& [folder, place] : places.Present().value()->Touching(uri)) names.push_back(place.table);
    std::ranges::sort(names);
    return names;
  }

  Places places{*store};
};

TEST_F(PlacesTest, KnowsWhoseAFolderIs) {
  ASSERT_TRUE(Make("orders", "s3://lake/sales/orders").ok());
  ASSERT_TRUE(Make("parts", "s3a://lake/sales/orders/parts/").ok());
  ASSERT_TRUE(Make("other", "s3://lake/sales/orders_2/").ok());
  ASSERT_TRUE(Make("local", "file:/tmp/orders").ok());
  ASSERT_TRUE(Make("none", "").ok());
  EXPECT_EQ(Touching("s3://lake/sales/orders/a.parquet"), Names{"orders"});
  EXPECT_EQ(Touching("s3://lake/sales/orders/parts/a"), (Names{"orders", "parts"}));
  EXPECT_EQ(Touching("s3://lake/sales/orders/"), (Names{"orders", "parts"}));
  EXPECT_EQ(Touching("s3://lake/"), (Names{"orders", "other", "parts"}));
  EXPECT_EQ(Touching("s3://lake/sales/orders"), Names{});  // a file of that name
  EXPECT_EQ(places.Present().value()->Around("s3://lake/sales/orders/").size(), 1U);
}

TEST_F(PlacesTest, SeesEachChangeAtOnce) {
  ASSERT_TRUE(Make("orders", "s3://lake/orders").ok());
  EXPECT_EQ(Touching("s3://lake/"), Names{"orders"});
  ASSERT_TRUE(Make("more", "s3://lake/more").ok());
  EXPECT_EQ(Touching("s3://lake/"), (Names{"more", "orders"}));
  Table moved = catalog.GetTable(scope, "db", "more").value();
  moved.storage->location = "s3://elsewhere/more";
  ASSERT_TRUE(catalog.UpdateTable(scope, moved, {}).ok());
  EXPECT_EQ(Touching("s3://lake/"), Names{"orders"});
  EXPECT_EQ(Touching("s3://elsewhere/"), Names{"more"});
  ASSERT_TRUE(catalog.UpdateTable(scope, moved, {.new_name = "most"}).ok());
  EXPECT_EQ(Touching("s3://elsewhere/"), Names{"most"});
  ASSERT_TRUE(catalog.DeleteTable(scope, "db", "orders").ok());
  EXPECT_EQ(Touching("s3://lake/"), Names{});
}

TEST_F(PlacesTest, KnowsTablesOfNestedNamespacesAndOtherAccounts) {
  Database nested;
  nested.name = JoinLevels({"db", "below"});
  nested.shown_name = nested.name;
  ASSERT_TRUE(catalog.CreateDatabase(scope, nested).ok());
  ASSERT_TRUE(Make("deep", "s3://lake/deep", nested.name).ok());
  const Scope other{"999999999999", "eu-west-1"};
  Database theirs;
  theirs.name = "db";
  ASSERT_TRUE(catalog.CreateDatabase(other, theirs).ok());
  Table table;
  table.database = "db";
  table.name = "theirs";
  table.storage.emplace().location = "s3://lake/deep/theirs";
  ASSERT_TRUE(catalog.CreateTable(other, table).ok());
  EXPECT_EQ(Touching("s3://lake/deep/"), (Names{"deep", "theirs"}));
}

}  // namespace
}  // namespace tarn::catalog

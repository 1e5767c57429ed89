#include "catalog/namespaces.h"

#include "catalog/errors.h"
#include "catalog/testing.h"

namespace tarn::catalog {
namespace {

class NamespaceTest : public CatalogFixture {
 protected:
  Status Make(const std::vector<std::string>& levels) {
    Database database;
    database.name = JoinLevels(levels);
    database.shown_name = database.name;
    return catalog.CreateDatabase(scope, database);
  }
  std::vector<std::string> NamesOf(const Page<Database>& page) {
    std::vector<std::string> names;
    names.reserve(page.items.size());
    for (const Database& database : page.items) names.push_back(DottedName(database.Shown()));
    return names;
  }
  using Names = std::vector<std::string>;
};

TEST_F(NamespaceTest, TakeTheirNameApartAndPutItTogether) {
  EXPECT_EQ(LevelsOf(JoinLevels({"a", "b.c", "d"})), (Names{"a", "b.c", "d"}));
  EXPECT_EQ(LevelsOf("one"), Names{"one"});
  EXPECT_EQ(ParentOf(JoinLevels({"a", "b", "c"})), JoinLevels({"a", "b"}));
  EXPECT_EQ(ParentOf("a"), "");
}

TEST_F(NamespaceTest, ListOneLevelAtATime) {
  ASSERT_TRUE(Make({"A"}).ok());
  ASSERT_TRUE(Make({"a", "B"}).ok());
  ASSERT_TRUE(Make({"a", "c"}).ok());
  ASSERT_TRUE(Make({"a", "b", "x"}).ok());
  ASSERT_TRUE(Make({"a.b"}).ok());
  EXPECT_EQ(NamesOf(*catalog.ListDatabases(scope, {})), (Names{"A", "a.b", "db"}));
  EXPECT_EQ(NamesOf(*catalog.ListChildren(scope, "a", {})), (Names{"a.B", "a.c"}));
  EXPECT_EQ(NamesOf(*catalog.ListChildren(scope, JoinLevels({"A", "b"}), {})), (Names{"a.b.x"}));
  EXPECT_EQ(NamesOf(*catalog.ListChildren(scope, "a.b", {})), Names{});
  EXPECT_TRUE(catalog.ListChildren(scope, "nope", {}).Is(kNoSuchDatabase));
  ListOptions options{.after = {}, .limit = 1};
  const auto first = catalog.ListChildren(scope, "a", options);
  EXPECT_EQ(NamesOf(*first), Names{"a.B"});
  options.after = first->next;
  const auto second = catalog.ListChildren(scope, "a", options);
  EXPECT_EQ(NamesOf(*second), Names{"a.c"});
  EXPECT_EQ(second->next, "");
}

TEST_F(NamespaceTest, NeedTheirParentAndOutlastItNever) {
  EXPECT_TRUE(Make({"p", "q"}).Is(kNoSuchDatabase));
  ASSERT_TRUE(Make({"p"}).ok());
  ASSERT_TRUE(Make({"p", "q"}).ok());
  EXPECT_TRUE(Make({"P", "Q"}).Is(kAlreadyExists));
  EXPECT_TRUE(catalog.DeleteEmptyDatabase(scope, "p").Is(kNotEmpty));
  EXPECT_TRUE(catalog.DeleteDatabase(scope, "p").Is(kInvalidInput));
  Table table = MakeTable("T");
  table.database = JoinLevels({"p", "q"});
  ASSERT_TRUE(catalog.CreateTable(scope, table).ok());
  const Status refused = catalog.DeleteEmptyDatabase(scope, JoinLevels({"p", "q"}));
  EXPECT_TRUE(refused.Is(kNotEmpty));
  EXPECT_EQ(refused.error().message, "Namespace p.q is not empty: it holds table t");
  ASSERT_TRUE(catalog.DeleteTable(scope, table.database, "t").ok());
  ASSERT_TRUE(catalog.DeleteEmptyDatabase(scope, JoinLevels({"p", "q"})).ok());
  EXPECT_TRUE(catalog.DeleteEmptyDatabase(scope, "p").ok());
}

TEST_F(NamespaceTest, LetTablesMoveBetweenThem) {
  ASSERT_TRUE(Make({"p"}).ok());
  ASSERT_TRUE(Make({"p", "q"}).ok());
  ASSERT_TRUE(catalog.CreateTable(scope, MakeTable("t")).ok());
  UpdateTableOptions options;
  options.new_database = JoinLevels({"P", "Q"});
  options.new_name = "U";
  options.new_shown_name = "U";
  ASSERT_TRUE(catalog.UpdateTable(scope, *catalog.GetTable(scope, "db", "t"), options).ok());
  EXPECT_TRUE(catalog.GetTable(scope, "db", "t").Is(kNoSuchTable));
  const auto moved = catalog.GetTable(scope, JoinLevels({"p", "q"}), "u");
  ASSERT_TRUE(moved.ok());
  EXPECT_EQ(moved->Shown(), "U");
  EXPECT_EQ(moved->database, JoinLevels({"p", "q"}));
  ASSERT_TRUE(catalog.CreateTable(scope, MakeTable("u")).ok());
  options.new_database = "db";
  EXPECT_TRUE(catalog.UpdateTable(scope, *moved, options).Is(kAlreadyExists));
  options.new_database = "nope";
  EXPECT_TRUE(catalog.UpdateTable(scope, *moved, options).Is(kNoSuchDatabase));
}

}  // namespace
}  // namespace tarn::catalog

// The domain on a store in memory: who sees what after which grants.
#include "govern/governor.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/time.h"
#include "govern/errors.h"
#include "kv/memory_store.h"

namespace tarn::govern {
namespace {

const Scope kScope{"111111111111", "us-east-1"};

identity::Caller User(const std::string& name, const std::string& account = "111111111111") {
  identity::Caller caller;
  caller.type = identity::PrincipalType::kUser;
  caller.account = account;
  caller.arn = "arn:aws:iam::" + account + ":user/" + name;
  caller.user_id = "AIDA" + name;
  return caller;
}

class Governing : public testing::Test {
 protected:
  void SetUp() override {
    catalog::Database sales;
    sales.name = "sales";
    ASSERT_TRUE(catalog_.CreateDatabase(kScope, sales).ok());
  }

  void MakeTable(const std::string& name, const std::string& creator = "") {
    catalog::Table table;
    table.name = name;
    table.database = "sales";
    table.storage.emplace();
    table.storage->columns = std::vector<catalog::Column>{
        {.name = "id", .type = "bigint"}, {.name = "email", .type = "string"}, {.name = "country", .type = "string"}};
    if (!creator.empty()) table.creator = creator;
    ASSERT_TRUE(catalog_.CreateTable(kScope, table).ok());
  }

  // From here on new tables are in Lake Formation's hands.
  void Govern() {
    clock_.now.micros += 1;
    Settings settings;
    settings.admins = std::vector<std::string>{admin_.arn};
    ASSERT_TRUE(governor_.PutSettings(root_, kScope, settings).ok());
    clock_.now.micros += 1;
  }

  static Resource Table(const std::string& name) { return {.kind = Kind::kTable, .database = "sales", .table = name}; }
  static Resource Columns(const std::string& name, std::vector<std::string> columns) {
    return {.kind = Kind::kColumns, .database = "sales", .table = name, .columns = std::move(columns)};
  }
  Status Give(const identity::Caller& by, const Resource& what, Permissions permissions, Permissions grantable = 0,
              const std::string& to = User("ann").arn) {
    return governor_.GrantPermissions(by, kScope, {to, what, permissions, grantable});
  }
  Status Take(const Resource& what, Permissions permissions, const std::string& from = User("ann").arn) {
    return governor_.RevokePermissions(root_, kScope, {from, what, permissions, 0});
  }
  TableAccess Of(const identity::Caller& caller, const std::string& table) {
    auto access = governor_.OfTable(caller, kScope, "sales", table);
    EXPECT_TRUE(access.ok()) << access.error().message;
    return access.ok() ? *access : TableAccess{.governed = true};
  }
  static std::vector<std::string> Shown(const TableAccess& access) {
    std::vector<std::string> names;
    for (const ColumnAccess& column : access.columns) names.push_back(column.name);
    return names;
  }

  static constexpr Permissions kSelect = Bit(Permission::kSelect);
  struct StillClock : Clock {
    Timestamp now{1'000'000};
    Timestamp Now() const override { return now; }
  };
  StillClock clock_;
  std::unique_ptr<kv::Store> store_ = kv::MakeMemoryStore();
  catalog::Catalog catalog_{*store_, clock_};
  Governor governor_{*store_, catalog_, clock_};
  const identity::Caller root_ = identity::RootOf("111111111111");
  const identity::Caller admin_ = User("admin");
  const identity::Caller ann_ = User("ann");
};

TEST_F(Governing, LeavesAFreshLakeToIam) {
  MakeTable("orders");
  EXPECT_FALSE(Of(ann_, "orders").governed);
  EXPECT_TRUE(Of(ann_, "orders").whole());
}

TEST_F(Governing, BindsTablesMadeAfterTheDefaultsWereTakenAway) {
  MakeTable("before");
  Govern();
  MakeTable("after");
  EXPECT_FALSE(Of(ann_, "before").governed);
  EXPECT_TRUE(Of(ann_, "after").governed);
  EXPECT_EQ(Of(ann_, "after").permissions, 0U);
  EXPECT_FALSE(Of(root_, "after").governed);
}

TEST_F(Governing, BindsATableWhoseIamAllowedPrincipalsWereRevoked) {
  MakeTable("orders");
  ASSERT_TRUE(Take(Table("orders"), Bit(Permission::kAll), std::string(kIamAllowed)).ok());
  EXPECT_TRUE(Of(ann_, "orders").governed);
  ASSERT_TRUE(Give(root_, Table("orders"), Bit(Permission::kAll), 0, std::string(kIamAllowed)).ok());
  EXPECT_FALSE(Of(ann_, "orders").governed);
}

TEST_F(Governing, ShowsTheColumnsGranted) {
  Govern();
  MakeTable("orders");
  ASSERT_TRUE(Give(root_, Columns("orders", {"country", "id"}), kSelect).ok());
  const TableAccess access = Of(ann_, "orders");
  EXPECT_TRUE(access.Has(Permission::kSelect));
  EXPECT_TRUE(access.Has(Permission::kDescribe));
  EXPECT_FALSE(access.Has(Permission::kInsert));
  EXPECT_EQ(Shown(access), (std::vector<std::string>{"id", "country"}));
  EXPECT_FALSE(Of(User("bob"), "orders").Has(Permission::kDescribe));
}

TEST_F(Governing, TakesColumnsOutOfAGrantedList) {
  Govern();
  MakeTable("orders");
  ASSERT_TRUE(Give(root_, Columns("orders", {"country", "email", "id"}), kSelect).ok());
  ASSERT_TRUE(Take(Columns("orders", {"email"}), kSelect).ok());
  EXPECT_EQ(Shown(Of(ann_, "orders")), (std::vector<std::string>{"id", "country"}));
}

TEST_F(Governing, JoinsDataCellsFilters) {
  Govern();
  MakeTable("orders");
  Filter filter{.database = "sales", .table = "orders", .name = "es", .row_filter = "country = 'ES'"};
  filter.columns = {"id", "country", "mask_hash(email)"};
  ASSERT_TRUE(governor_.CreateFilter(root_, kScope, filter).ok());
  const Resource on{.kind = Kind::kFilter, .database = "sales", .table = "orders", .name = "es"};
  ASSERT_TRUE(Give(root_, on, kSelect).ok());
  TableAccess access = Of(ann_, "orders");
  EXPECT_EQ(access.row_filter, "country = 'ES'");
  EXPECT_TRUE(access.all_columns);
  ASSERT_EQ(Shown(access), (std::vector<std::string>{"email"}));
  EXPECT_EQ(access.columns[0].mask.kind, MaskKind::kHash);
  ASSERT_TRUE(governor_.DeleteFilter(root_, kScope, "sales", "orders", "es").ok());
  EXPECT_FALSE(Of(ann_, "orders").Has(Permission::kSelect));
}

TEST_F(Governing, RefusesAFilterThatIsNoCondition) {
  MakeTable("orders");
  for (const char* text : {"country =", "nosuch = 1", "1 = 1) OR (1 = 1", "id IN (SELECT id FROM t)", "id + 1",
                           "country = 'a'; DROP TABLE t", "max(id) = 1", "id = ?"}) {
    const Filter filter{.database = "sales", .table = "orders", .name = "f", .row_filter = text, .all_columns = true};
    EXPECT_TRUE(governor_.CreateFilter(root_, kScope, filter).Is(kInvalidInput)) << text;
  }
}

TEST_F(Governing, GivesATableMadeAgainNothingOfTheOneBefore) {
  Govern();
  MakeTable("orders");
  ASSERT_TRUE(Give(root_, Table("orders"), kSelect).ok());
  EXPECT_TRUE(Of(ann_, "orders").whole());
  ASSERT_TRUE(catalog_.DeleteTable(kScope, "sales", "orders").ok());
  MakeTable("orders");
  EXPECT_EQ(Of(ann_, "orders").permissions, 0U);
}

TEST_F(Governing, GivesTheCreatorAll) {
  Govern();
  MakeTable("orders", ann_.arn);
  EXPECT_TRUE(Of(ann_, "orders").whole());
  EXPECT_TRUE(Of(ann_, "orders").Has(Permission::kDrop));
  EXPECT_TRUE(Give(ann_, Table("orders"), kSelect, 0, User("bob").arn).ok());
  EXPECT_TRUE(Of(User("bob"), "orders").whole());
}

TEST_F(Governing, LetsOnlyThoseGrantWhoMay) {
  Govern();
  MakeTable("orders");
  EXPECT_TRUE(Give(ann_, Table("orders"), kSelect, 0, User("bob").arn).Is(kAccessDenied));
  EXPECT_TRUE(Give(ann_, Table("nosuch"), kSelect).Is(kAccessDenied));
  EXPECT_TRUE(Give(admin_, Table("nosuch"), kSelect).Is(kNotFound));
  ASSERT_TRUE(Give(admin_, Table("orders"), kSelect, kSelect).ok());
  EXPECT_TRUE(Give(ann_, Table("orders"), kSelect, 0, User("bob").arn).ok());
  EXPECT_TRUE(Give(ann_, Table("orders"), Bit(Permission::kInsert), 0, User("bob").arn).Is(kAccessDenied));
  EXPECT_TRUE(Give(User("bob"), Table("orders"), kSelect, 0, User("cy").arn).Is(kAccessDenied));
}

TEST_F(Governing, ShowsAnAdministratorNoData) {
  Govern();
  MakeTable("orders");
  EXPECT_TRUE(Of(admin_, "orders").Has(Permission::kDescribe));
  EXPECT_FALSE(Of(admin_, "orders").Has(Permission::kSelect));
}

TEST_F(Governing, RefusesWhatAResourceCannotHold) {
  Govern();
  MakeTable("orders");
  EXPECT_TRUE(Give(root_, {.kind = Kind::kDatabase, .database = "sales"}, kSelect).Is(kInvalidInput));
  EXPECT_TRUE(Give(root_, Columns("orders", {"nosuch"}), kSelect).Is(kInvalidInput));
  EXPECT_TRUE(Give(root_, Table("orders"), kSelect, 0, "nobody").Is(kInvalidInput));
  EXPECT_TRUE(Take(Table("orders"), kSelect).Is(kInvalidInput));
}

TEST_F(Governing, GrantsByTags) {
  Govern();
  MakeTable("orders");
  ASSERT_TRUE(governor_.CreateTag(root_, kScope, {"team", {"ops", "web"}}).ok());
  ASSERT_TRUE(governor_.CreateTag(root_, kScope, {"pii", {"yes", "no"}}).ok());
  const Resource database{.kind = Kind::kDatabase, .database = "sales"};
  ASSERT_TRUE(governor_.TagResource(root_, kScope, database, {{"team", {"ops"}}, {"pii", {"no"}}}).ok());
  ASSERT_TRUE(governor_.TagResource(root_, kScope, Columns("orders", {"email"}), {{"pii", {"yes"}}}).ok());
  Resource policy{
      .kind = Kind::kTagPolicy, .of_tables = true, .expression = {{"pii", {"no"}}, {"team", {"ops", "web"}}}};
  ASSERT_TRUE(Give(root_, policy, Bit(Permission::kAll)).ok());
  const TableAccess access = Of(ann_, "orders");
  // One column carries another value: what needs all columns is not given.
  EXPECT_EQ(access.permissions, kSelect | Bit(Permission::kDescribe));
  EXPECT_EQ(Shown(access), (std::vector<std::string>{"id", "country"}));
  ASSERT_TRUE(governor_.UntagResource(root_, kScope, Columns("orders", {"email"}), {{"pii", {"yes"}}}).ok());
  EXPECT_TRUE(Of(ann_, "orders").whole());
  EXPECT_TRUE(Of(ann_, "orders").Has(Permission::kInsert));
  ASSERT_TRUE(governor_.DeleteTag(root_, kScope, "team").ok());
  EXPECT_EQ(Of(ann_, "orders").permissions, 0U);
}

TEST_F(Governing, ClassifiesFromTheStart) {
  Govern();
  MakeTable("orders");
  EXPECT_EQ(governor_.ListTags(root_, kScope)->size(), 0U);
  EXPECT_EQ(governor_.GetTag(root_, kScope, "classification")->values.size(), 4U);
  ASSERT_TRUE(governor_.TagResource(root_, kScope, Table("orders"), {{"classification", {"internal"}}}).ok());
  ASSERT_TRUE(
      governor_.TagResource(root_, kScope, Columns("orders", {"email"}), {{"classification", {"restricted"}}}).ok());
  EXPECT_EQ(Shown(Of(ann_, "orders")), (std::vector<std::string>{"id", "country"}));
  EXPECT_EQ(Of(User("eve", "222222222222"), "orders").permissions, 0U);
  EXPECT_EQ(governor_.ListTags(root_, kScope)->size(), 1U);
}

TEST_F(Governing, BindsWhoOptedInThoughIamHoldsTheTable) {
  MakeTable("orders");
  OptIn opt_in{.resource = Table("orders"), .principal = ann_.arn};
  ASSERT_TRUE(governor_.CreateOptIn(root_, kScope, opt_in).ok());
  EXPECT_TRUE(Of(ann_, "orders").governed);
  EXPECT_EQ(Of(ann_, "orders").permissions, 0U);
  EXPECT_FALSE(Of(User("bob"), "orders").governed);
  ASSERT_TRUE(governor_.DeleteOptIn(root_, kScope, opt_in).ok());
  EXPECT_FALSE(Of(ann_, "orders").governed);
}

TEST_F(Governing, FindsTheRegisteredLocationOfAnObject) {
  EXPECT_FALSE(governor_.OfLocation(ann_, "s3://lake/raw/a")->has_value());
  ASSERT_TRUE(governor_.Register(kScope, {.arn = "arn:aws:s3:::lake/raw"}).ok());
  EXPECT_TRUE(governor_.Register(kScope, {.arn = "arn:aws:s3:::lake/raw"}).Is(kAlreadyExists));
  EXPECT_FALSE(governor_.OfLocation(ann_, "s3://lake/rawer/a")->has_value());
  auto found = *governor_.OfLocation(ann_, "s3://lake/raw/a");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->uri, "s3://lake/raw/");
  EXPECT_FALSE(found->data_access);
  const Resource location{.kind = Kind::kLocation, .location = "arn:aws:s3:::lake/raw"};
  ASSERT_TRUE(Give(root_, location, Bit(Permission::kDataLocation)).ok());
  EXPECT_TRUE((*governor_.OfLocation(ann_, "s3://lake/raw/a"))->data_access);
}

// Tables at places, below a registered location or not.
class GoverningPlaces : public Governing {
 protected:
  void SetUp() override {
    Governing::SetUp();
    Govern();
    ASSERT_TRUE(governor_.Register(kScope, {.arn = "arn:aws:s3:::lake/closed"}).ok());
  }
  void MakeAt(const std::string& name, const std::string& location, const std::string& creator = "") {
    MakeTable(name, creator);
    catalog::Table table = catalog_.GetTable(kScope, "sales", name).value();
    table.storage->location = location;
    ASSERT_TRUE(catalog_.UpdateTable(kScope, table, {}).ok());
  }
  const identity::Caller mal_ = User("mal");
};

TEST_F(GoverningPlaces, OpenATableAsFarAsItsDataIsNoOthers) {
  MakeAt("orders", "s3://lake/closed/orders", ann_.arn);
  // Over it, around it, within it, and by another name of the place.
  for (const char* place : {"s3://lake/closed/orders/", "s3://lake/closed", "s3://lake/closed/orders/day=1",
                            "s3a://lake/closed/orders", "s3://lake/"}) {
    MakeAt("mine", place, mal_.arn);
    const TableAccess access = Of(mal_, "mine");
    EXPECT_TRUE(access.encroaches) << place;
    EXPECT_EQ(access.permissions & (kSelect | Bit(Permission::kInsert) | Bit(Permission::kDelete)), 0U) << place;
    EXPECT_TRUE(access.Has(Permission::kDrop)) << place;
    ASSERT_TRUE(catalog_.DeleteTable(kScope, "sales", "mine").ok());
  }
  MakeAt("mine", "s3://lake/closed/orders_2", mal_.arn);
  EXPECT_TRUE(Of(mal_, "mine").whole());
  EXPECT_FALSE(Of(mal_, "mine").encroaches);
  EXPECT_TRUE(Of(ann_, "orders").whole());
}

TEST_F(GoverningPlaces, AskForTheOtherTablesRights) {
  MakeAt("orders", "s3://lake/closed/orders", ann_.arn);
  MakeAt("mine", "s3://lake/closed/orders", mal_.arn);
  ASSERT_TRUE(Give(root_, Columns("orders", {"id"}), kSelect, 0, mal_.arn).ok());
  EXPECT_FALSE(Of(mal_, "mine").Has(Permission::kSelect));
  ASSERT_TRUE(Give(root_, Table("orders"), kSelect, 0, mal_.arn).ok());
  EXPECT_TRUE(Of(mal_, "mine").whole());
  EXPECT_FALSE(Of(mal_, "mine").Has(Permission::kInsert));
  ASSERT_TRUE(Give(root_, Table("orders"), Bit(Permission::kAll), 0, mal_.arn).ok());
  EXPECT_FALSE(Of(mal_, "mine").encroaches);
  // What the upper table hides of its columns is not shown instead.
  const identity::Caller bob = User("bob");
  ASSERT_TRUE(Give(root_, Columns("mine", {"id"}), kSelect, 0, bob.arn).ok());
  EXPECT_EQ(Of(bob, "mine").permissions, 0U);
}

TEST_F(GoverningPlaces, BindTablesThatAreLeftToIamAndThoseOfOtherAccounts) {
  MakeAt("orders", "s3://lake/closed/orders", ann_.arn);
  MakeAt("left", "s3://lake/closed/orders");
  ASSERT_TRUE(Give(root_, Table("left"), Bit(Permission::kAll), 0, std::string(kIamAllowed)).ok());
  EXPECT_TRUE(Of(mal_, "left").governed);
  EXPECT_FALSE(Of(mal_, "left").Has(Permission::kSelect));
  EXPECT_FALSE(Of(ann_, "left").encroaches);
  EXPECT_FALSE(Of(root_, "left").governed);

  const Scope other{"222222222222", "us-east-1"};
  catalog::Database theirs;
  theirs.name = "sales";
  ASSERT_TRUE(catalog_.CreateDatabase(other, theirs).ok());
  catalog::Table table;
  table.database = "sales";
  table.name = "theirs";
  table.storage.emplace().location = "s3://lake/closed/orders/";
  ASSERT_TRUE(catalog_.CreateTable(other, table).ok());
  for (const identity::Caller& caller : {User("eve", other.account), identity::RootOf(other.account)}) {
    const auto access = governor_.OfTable(caller, other, "sales", "theirs");
    ASSERT_TRUE(access.ok());
    EXPECT_FALSE(access->whole());
  }
}

TEST_F(GoverningPlaces, LeaveTablesAloneElsewhere) {
  MakeAt("orders", "s3://lake/open/orders", ann_.arn);
  MakeAt("mine", "s3://lake/open/orders", mal_.arn);
  EXPECT_TRUE(Of(mal_, "mine").whole());  // S3's rights decide
  ASSERT_TRUE(governor_.Register(kScope, {.arn = "arn:aws:s3:::lake/open", .hybrid = true}).ok());
  EXPECT_TRUE(Of(mal_, "mine").whole());
  // A table around a registered location, in which no table lies.
  MakeAt("around", "s3://lake/", mal_.arn);
  EXPECT_FALSE(Of(mal_, "around").whole());
  const Resource location{.kind = Kind::kLocation, .location = "arn:aws:s3:::lake/closed"};
  ASSERT_TRUE(Give(root_, location, Bit(Permission::kDataLocation), 0, mal_.arn).ok());
  EXPECT_TRUE(Of(mal_, "around").whole());
}

TEST_F(GoverningPlaces, TellWhoHasASay) {
  MakeAt("orders", "s3://lake/closed/orders", ann_.arn);
  auto claims = governor_.OfPlace(mal_, "s3a://lake/closed/orders/day=1/").value();
  EXPECT_TRUE(claims.registered);
  EXPECT_FALSE(claims.data_access);
  ASSERT_EQ(claims.tables.size(), 1U);
  EXPECT_EQ(claims.tables[0].table, "orders");
  EXPECT_TRUE(governor_.OfPlace(mal_, "s3://lake/").value().registered);
  EXPECT_FALSE(governor_.OfPlace(mal_, "s3://lake/").value().data_access);
  EXPECT_FALSE(governor_.OfPlace(mal_, "s3://lake/closed_2/").value().registered);
  EXPECT_TRUE(governor_.OfPlace(root_, "s3://lake/").value().data_access);
}

TEST_F(Governing, TellsGrantsByResource) {
  Govern();
  MakeTable("orders", User("maker").arn);
  ASSERT_TRUE(Give(root_, Table("orders"), kSelect).ok());
  GrantQuery query{.principal = {}, .resource = Table("orders"), .kind = {}, .of_tables = {}};
  auto grants = governor_.ListGrants(root_, kScope, query);
  ASSERT_TRUE(grants.ok());
  ASSERT_EQ(grants->size(), 2U);  // ann's and the creator's
  EXPECT_EQ(governor_.ListGrants(ann_, kScope, query)->size(), 1U);
  EXPECT_TRUE(governor_.ListGrants(root_, kScope, {})->size() >= 3U);
}

}  // namespace
}  // namespace tarn::govern

// What callers see of the catalog, of Iceberg metadata and of objects, with grants that the test sets.
#include <gtest/gtest.h>

#include <map>

#include "catalog/iceberg/testing.h"
#include "enforce/catalog_view.h"
#include "enforce/columns.h"
#include "enforce/errors.h"
#include "enforce/iceberg_view.h"
#include "enforce/object_authorizer.h"

namespace tarn::enforce {
namespace {

using govern::Permission;
using govern::TableAccess;

govern::Permissions Bits(std::initializer_list<Permission> permissions) {
  govern::Permissions bits = 0;
  for (const Permission permission : permissions) bits |= static_cast<uint32_t>(permission);
  return bits;
}

class FakeAccess : public govern::Access {
 public:
  Result<TableAccess> OfTable(const identity::Caller&, const Scope&, std::string_view,
                              std::string_view table) override {
    const auto found = tables.find(table);
    return found == tables.end() ? TableAccess{.governed = true} : found->second;
  }
  Result<Claims> OfPlace(const identity::Caller& caller, std::string_view uri) override {
    TARN_TRY(Claims claims, govern::Access::OfPlace(caller, uri));
    claims.empty = uri.find("/full/") == std::string_view::npos;
    if (uri.starts_with("s3://lake/closed/t/")) claims.tables = {{{"000000000001", "us-east-1"}, "db", "t"}};
    return claims;
  }
  Result<TableAccess> OfDatabase(const identity::Caller&, const Scope&, std::string_view) override { return database; }
  Result<TableAccess> OfCatalog(const identity::Caller&, const Scope&) override { return catalog; }
  Result<std::optional<Location>> OfLocation(const identity::Caller&, std::string_view uri) override {
    ++locations_asked;
    if (!uri.starts_with("s3://lake/closed")) return std::optional<Location>();
    return std::optional(Location{.uri = "s3://lake/closed/", .account = "000000000001", .data_access = data_access});
  }

  std::map<std::string, TableAccess, std::less<>> tables;
  TableAccess database{.governed = true, .permissions = Bits({Permission::kDescribe})};
  TableAccess catalog{.governed = true};
  bool data_access = false;
  int locations_asked = 0;
};

class AllowAll : public identity::Authorizer {
 public:
  Status Authorize(const identity::Caller&, std::span<const identity::Check>) const override { return Ok(); }
};

class EnforceTest : public catalog::LakeTest {
 protected:
  void SetUp() override {
    LakeTest::SetUp();
    user.type = identity::PrincipalType::kUser;
    user.account = scope.account;
    user.arn = "arn:aws:iam::000000000001:user/ana";
    catalog::Table table;
    table.database = "db";
    table.name = "t";
    table.storage.emplace().columns =
        std::vector<catalog::Column>{{.name = "id", .type = "bigint"},
                                     {.name = "home", .type = "struct<city:string,zip:struct<a:int,b:decimal(9,2)>>"},
                                     {.name = "ssn", .type = "string"}};
    table.storage->location = "s3://lake/closed/t";
    table.partition_keys = {{.name = "day", .type = "string"}};
    table.parameters = catalog::Parameters{{"spark.sql.sources.schema", "{…ssn…}"}, {"owner", "x"}};
    ASSERT_TRUE(catalog.CreateTable(scope, table).ok());
    ASSERT_TRUE(catalog.CreatePartitions(scope, "db", "t", {{.values = {"2024"}}}).ok());
  }
  CatalogView View() { return {catalog, &access, user, scope}; }
  TableAccess& Some(std::vector<std::string> columns) {
    TableAccess& some = access.tables["t"];
    some = {.governed = true, .permissions = Bits({Permission::kSelect, Permission::kDescribe})};
    for (std::string& column : columns) some.columns.push_back({.name = std::move(column)});
    return some;
  }
  Status Ask(const ObjectAuthorizer& authorizer, const identity::Caller& caller, const std::string& action,
             const std::string& key, std::map<std::string, std::string> context = {}) {
    const identity::Check check{.action = action,
                                .resource = key.empty() ? "arn:aws:s3:::lake" : "arn:aws:s3:::lake/" + key,
                                .owner = scope.account,
                                .context = std::move(context)};
    return authorizer.Authorize(caller, std::span(&check, 1));
  }

  FakeAccess access;
  identity::Caller user;
};

TEST_F(EnforceTest, ARecordShowsTheSeenColumnsAlone) {
  Some({"id", "home.zip.b", "day"});
  const auto seen = View().GetTable(scope, "db", "t");
  ASSERT_TRUE(seen.ok()) << seen.error().message;
  ASSERT_EQ(seen->columns().size(), 2u);
  EXPECT_EQ(seen->columns()[1].type, "struct<zip:struct<b:decimal(9,2)>>");
  EXPECT_EQ(seen->partition_keys.size(), 1u);
  EXPECT_EQ(*seen->parameters, (catalog::Parameters{{"owner", "x"}}));
  // Who may describe but not select sees the names.
  access.tables["t"] = {.governed = true, .permissions = Bits({Permission::kDescribe})};
  EXPECT_EQ(View().GetTable(scope, "db", "t")->columns().size(), 3u);
  access.tables.clear();
  const auto none = View().GetTable(scope, "db", "t");
  EXPECT_TRUE(none.Is(kInsufficient));
  EXPECT_EQ(none.error().message, "Insufficient Lake Formation permission(s): Required Describe on t");
  EXPECT_TRUE(View().ListTables(scope, "db", {})->items.empty());
}

TEST_F(EnforceTest, NoTextOfARecordNamesWhatIsHidden) {
  const TableAccess some = Some({"id", "home.city"});
  catalog::Table table = *catalog.GetTable(scope, "db", "t");
  table.storage->columns->front().comment = "of whom the SSN is";
  table.storage->columns->at(1).comment = "the city alone";
  table.description = "people by day";
  table.view_original_text = "SELECT id, home, ssn FROM x";
  table.parameters = catalog::Parameters{{"bloom", "home.zip.a"}, {"kept", "id"}, {"more", "zipped"}};
  Restrict(some, table);
  EXPECT_EQ(table.columns().front().comment, std::nullopt);
  EXPECT_EQ(table.columns().at(1).comment, "the city alone");
  EXPECT_EQ(table.description, std::nullopt);
  EXPECT_EQ(table.view_original_text, std::nullopt);
  EXPECT_EQ(*table.parameters, (catalog::Parameters{{"kept", "id"}, {"more", "zipped"}}));
}

TEST_F(EnforceTest, WhoSeesAPartIsNotToldWhereClosedMetadataLies) {
  catalog::Table iced;
  iced.database = "db";
  iced.name = "t2";
  iced.storage.emplace().location = "s3://lake/closed/t2";
  iced.parameters = catalog::Parameters{{"table_type", "ICEBERG"}, {"metadata_location", "s3://lake/closed/t2/m"}};
  ASSERT_TRUE(catalog.CreateTable(scope, iced).ok());
  const auto told = [&] { return View().GetTable(scope, "db", "t2")->parameters->contains("metadata_location"); };
  access.tables["t2"] = Some({"id"});
  EXPECT_FALSE(told());
  access.tables["t2"] = {.permissions = Bits({Permission::kSelect})};
  EXPECT_TRUE(told());
  access.tables["t2"] = {.governed = true, .permissions = Bits({Permission::kSelect}), .all_columns = true};
  EXPECT_TRUE(told());
}

TEST_F(EnforceTest, WhoSeesAPartAltersNothing) {
  const auto present = catalog.GetTable(scope, "db", "t");
  TableAccess& some = Some({"id", "day"});
  some.permissions |= Bits({Permission::kAlter, Permission::kInsert});
  EXPECT_TRUE(View().UpdateTable(scope, *present, {}).Is(kInsufficient));
  EXPECT_TRUE(View().DeletePartitions(scope, "db", "t", {{"2024"}}).Is(kInsufficient));
  // Whoever sees the partitions is told of those that are there.
  EXPECT_TRUE(View().CreatePartitions(scope, "db", "t", {{.values = {"2025"}}}).ok());
  some.row_filter = "id = 1";
  EXPECT_TRUE(View().CreatePartitions(scope, "db", "t", {{.values = {"2024"}}}).Is(kInsufficient));
  EXPECT_TRUE(View().CreatePartitions(scope, "db", "t", {{.values = {"2026"}}}).Is(kInsufficient));
  // And so does who may change it and sees nothing of its rows.
  access.tables["t"] = {.governed = true, .permissions = Bits({Permission::kAlter, Permission::kDescribe})};
  EXPECT_TRUE(View().UpdateTable(scope, *present, {}).ok());
}

TEST_F(EnforceTest, FieldsOfWhatIsNoStructHideTheColumn) {
  TableAccess some{.governed = true, .permissions = Bits({Permission::kSelect})};
  some.columns = {{.name = "a.x"}};
  EXPECT_EQ(SeenType(some, "a", "array<struct<x:int,y:int>>"), std::nullopt);
  EXPECT_EQ(SeenType(some, "a", "struct<x:int,y:int>"), "struct<x:int>");
  EXPECT_EQ(SeenType(some, "b", "int"), std::nullopt);
}

TEST_F(EnforceTest, PartitionsAndStatisticsOfHiddenRowsAreNotShown) {
  Some({"id", "day"});
  EXPECT_EQ(View().ListPartitions(scope, "db", "t", {})->items.size(), 1u);
  Some({"id"});
  EXPECT_TRUE(View().ListPartitions(scope, "db", "t", {}).Is(kInsufficient));
  EXPECT_TRUE(View().GetPartition(scope, "db", "t", {"2024"}).Is(kInsufficient));
  Some({"id", "day"}).row_filter = "id > 1";
  EXPECT_TRUE(View().GetPartitions(scope, "db", "t", {{"2024"}}).Is(kInsufficient));
  ASSERT_TRUE(
      catalog.PutStatistics(scope, "db", "t", nullptr, {{"id", "bigint", {}, "{}"}, {"ssn", "string", {}, "{}"}}).ok());
  EXPECT_TRUE(View().GetStatistics(scope, "db", "t", nullptr, {"id", "ssn"})->empty());
  Some({"id"});
  EXPECT_EQ(View().GetStatistics(scope, "db", "t", nullptr, {"id", "ssn"})->size(), 1u);
}

TEST_F(EnforceTest, ChangesNeedTheirRights) {
  Some({"id"});
  EXPECT_TRUE(View().DeleteTable(scope, "db", "t").Is(kInsufficient));
  EXPECT_TRUE(View().CreateDatabase(scope, {.name = "x"}).Is(kInsufficient));
  EXPECT_TRUE(View().DeleteDatabase(scope, "db").Is(kInsufficient));
  EXPECT_TRUE(View().CreatePartitions(scope, "db", "t", {{.values = {"2025"}}}).Is(kInsufficient));
  catalog::Table mine;
  mine.database = "db";
  mine.name = "mine";
  EXPECT_TRUE(View().CreateTable(scope, mine).Is(kInsufficient));
  access.database.permissions = Bits({Permission::kCreateTable});
  mine.storage.emplace().location = "s3://lake/closed/mine";
  EXPECT_EQ(View().CreateTable(scope, mine).error().message,
            "Insufficient Lake Formation permission(s) on s3://lake/closed/mine");
  mine.storage->location = "s3://lake/free/mine";
  mine.parameters = catalog::Parameters{{"metadata_location", "s3://lake/closed/t/metadata/x.json"}};
  EXPECT_TRUE(View().CreateTable(scope, mine).Is(kInsufficient));
  mine.parameters.reset();
  EXPECT_TRUE(View().CreateTable(scope, mine).ok());
  EXPECT_TRUE(catalog.GetTable(scope, "db", "t").ok());
}

TEST_F(EnforceTest, ATableIsMadeBelowItsDatabaseWhereNothingLies) {
  access.database.permissions = Bits({Permission::kCreateTable});
  catalog::Database database = catalog.GetDatabase(scope, "db").value();
  database.location = "s3://lake/closed";
  ASSERT_TRUE(catalog.UpdateDatabase(scope, "db", database).ok());
  const auto may = [&](const std::string& location, const std::string& name = "mine") {
    return View().MayCreateTable(scope, "db", name, location).ok();
  };
  EXPECT_TRUE(may("s3://lake/closed/mine"));
  EXPECT_TRUE(may("s3a://lake/closed/mine/"));
  EXPECT_FALSE(may("s3://lake/closed/full/"));
  EXPECT_FALSE(may("s3://lake/closed/t/day=2024"));
  EXPECT_FALSE(may("s3://lake/closed/"));
  EXPECT_TRUE(may("s3://lake/closed/t", "T"));  // is there already
  EXPECT_TRUE(View().MayCreateIceberg(scope, "db", "mine", "").ok());
  EXPECT_FALSE(View().MayCreateIceberg(scope, "db", "full", "").ok());
  EXPECT_FALSE(
      View().MayCreateIceberg(scope, "db", "mine", "", {{"write.data.path", "s3://lake/closed/elsewhere"}}).ok());
  EXPECT_TRUE(
      View().MayCreateIceberg(scope, "db", "mine", "", {{"write.data.path", "s3://lake/closed/mine/files"}}).ok());
  access.data_access = true;
  EXPECT_TRUE(may("s3://lake/closed/t/day=2024"));
}

TEST_F(EnforceTest, PropertiesNameNoPlacesOfOthers) {
  const std::string home = "s3://lake/free/t";
  EXPECT_TRUE(View().MayName(home, "storage.location.template", "s3://lake/free/t/${day}/").ok());
  EXPECT_TRUE(View().MayName(home, "storage.location.template", "s3://lake/other/${day}/").ok());
  EXPECT_TRUE(View().MayName(home, "storage.location.template", "s3://lake/closed/${day}/").Is(kInsufficient));
  EXPECT_TRUE(View().MayName(home, "storage.location.template", "s3://lake/closed/${day}").Is(kInsufficient));
  EXPECT_TRUE(View().MayName(home, "metadata_location", "s3://lake/closed/t/a.json").Is(kInsufficient));
  EXPECT_TRUE(View().MayName(home, "comment", "s3://lake/closed/t/a.json").ok());
}

TEST_F(EnforceTest, WhatATableNamesElsewhereIsForThoseWhoSeeItsOwners) {
  const Rights rights(&access, user, scope);
  Some({"id"});
  EXPECT_TRUE(rights.RequireOwners("s3://lake/closed/t/a.parquet").Is(kInsufficient));
  EXPECT_TRUE(rights.RequireOwners("s3://lake/free/a.parquet").ok());
  access.tables["t"] = {.governed = true, .permissions = Bits({Permission::kSelect}), .all_columns = true};
  EXPECT_TRUE(rights.RequireOwners("s3://lake/closed/t/a.parquet").ok());
}

TEST_F(EnforceTest, MetadataForAPartTellsOfNothingElse) {
  iceberg::NewTable table;
  table.schema =
      *iceberg::Schema::Make(0, {{1, "id", true, iceberg::TypeId::kLong}, {2, "ssn", false, iceberg::TypeId::kString}});
  table.spec.fields = {{{2}, 1000, "ssn_part", {iceberg::TransformKind::kIdentity}}};
  table.properties = {{"write.metadata.metrics.column.ssn", "full"}, {"kept", "x"}};
  ASSERT_TRUE(tables.Create(scope, "db", "ice", table, false).ok());
  ASSERT_TRUE(snapshots.Append(scope, "db", "ice", {}, {}).ok() || true);
  const auto whole = tables.Load(scope, "db", "ice");
  TableAccess some{.governed = true, .permissions = Bits({Permission::kSelect})};
  some.columns = {{.name = "id"}};
  const auto seen = SeenMetadata(some, *whole->metadata);
  ASSERT_TRUE(seen.ok()) << seen.error().message;
  EXPECT_EQ(seen->ToJson().find("ssn"), std::string::npos) << seen->ToJson();
  EXPECT_TRUE(seen->Validate().ok());
  EXPECT_EQ(seen->properties.count("kept"), 1u);
  some.columns.clear();
  EXPECT_TRUE(SeenMetadata(some, *whole->metadata).Is(kInsufficient));
}

TEST(IcebergViewTest, DefaultsAreValuesAndHiddenWhereRowsOrCellsAre) {
  using iceberg::Type;
  using iceberg::TypeId;
  const auto place = [](int32_t id) {
    return Type::Struct({{id, "city", false, TypeId::kString, {}, "told", "told"}});
  };
  const auto schema =
      *iceberg::Schema::Make(0, {{1, "name", false, TypeId::kString, {}, "told", "told"},
                                 {2, "places", false, Type::List(4, place(3), false)},
                                 {5, "by_name", false, Type::Map(6, TypeId::kString, 7, place(8), false)}});
  TableAccess some{.governed = true, .permissions = Bits({Permission::kSelect}), .all_columns = true};
  const auto text = [&] { return (*SeenSchema(some, *schema))->ToJson(); };
  EXPECT_NE(text().find("told"), std::string::npos);
  some.row_filter = "name = 'x'";
  EXPECT_EQ(text().find("told"), std::string::npos) << text();
  EXPECT_NE(text().find("by_name"), std::string::npos);
  some.row_filter.clear();
  some.columns = {{.name = "name", .mask = {.kind = govern::MaskKind::kHash}}};
  EXPECT_EQ(text().find("told"), std::string::npos) << text();
}

TEST_F(EnforceTest, ObjectsOfATableAreForThoseWhoSeeAllOfIt) {
  const AllowAll inner;
  const ObjectAuthorizer authorizer(inner, access, *kv_);
  const std::string key = "closed/t/day=2024/a.parquet";
  Some({"id"});
  for (const char* action : {"s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectAttributes", "s3:GetObjectTagging",
                             "s3:PutObject", "s3:DeleteObject"}) {
    EXPECT_TRUE(Ask(authorizer, user, action, key).Is(identity::kAccessDenied)) << action;
  }
  EXPECT_TRUE(Ask(authorizer, user, "s3:ListBucket", "", {{"s3:prefix", "closed/t/"}}).Is(identity::kAccessDenied));
  EXPECT_TRUE(Ask(authorizer, user, "s3:ListBucket", "", {{"s3:prefix", "free/"}}).ok());
  EXPECT_TRUE(Ask(authorizer, user, "s3:GetObject", "free/a").ok());
  EXPECT_TRUE(Ask(authorizer, user, "s3:GetObject", "closed/other/a").Is(identity::kAccessDenied));

  TableAccess& whole = access.tables["t"];
  whole = {.governed = true, .permissions = Bits({Permission::kSelect}), .all_columns = true};
  EXPECT_TRUE(Ask(authorizer, user, "s3:GetObject", key).ok());
  EXPECT_TRUE(Ask(authorizer, user, "s3:PutObject", key).Is(identity::kAccessDenied));
  whole.permissions = Bits({Permission::kSelect, Permission::kInsert});
  EXPECT_TRUE(Ask(authorizer, user, "s3:PutObject", key).ok());
  EXPECT_TRUE(Ask(authorizer, user, "s3:DeleteObject", key).Is(identity::kAccessDenied));
  access.data_access = true;
  EXPECT_TRUE(Ask(authorizer, user, "s3:DeleteObject", key).ok());
  EXPECT_TRUE(Ask(authorizer, user, "s3:PutObject", "closed/other/a").ok());
  // A neighbour's name does not make it of the table.
  access.data_access = false;
  EXPECT_TRUE(Ask(authorizer, user, "s3:GetObject", "closed/table/a").Is(identity::kAccessDenied));
}

TEST_F(EnforceTest, RootAndTheLakeItselfAreNotBound) {
  const AllowAll inner;
  const ObjectAuthorizer authorizer(inner, access, *kv_);
  EXPECT_TRUE(Ask(authorizer, identity::RootOf(scope.account), "s3:GetObject", "closed/t/a").ok());
  EXPECT_TRUE(Ask(authorizer, identity::ServiceCaller(scope.account, "glue"), "s3:PutObject", "closed/t/a").ok());
  EXPECT_EQ(access.locations_asked, 0);
  EXPECT_TRUE(
      Ask(authorizer, identity::RootOf("000000000002"), "s3:GetObject", "closed/t/a").Is(identity::kAccessDenied));
  EXPECT_FALSE(Rights(nullptr, user, scope).governed());
  EXPECT_FALSE(Rights(&access, identity::ServiceCaller(scope.account, "glue"), scope).governed());
}

}  // namespace
}  // namespace tarn::enforce

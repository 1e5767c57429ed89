// Declarations of zones and what they set up, over a memory store.
#include "zones/zones.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "catalog/errors.h"
#include "catalog/iceberg/testing.h"
#include "object/errors.h"
#include "zones/spared.h"

namespace tarn::zones {
namespace {

class ZonesTest : public catalog::LakeTest {
 protected:
  Zone Make(std::string name, std::string prefix) {
    Zone zone;
    zone.name = std::move(name);
    zone.bucket = "lake";
    zone.prefix = std::move(prefix);
    return zone;
  }
  catalog::Parameters ParametersOf(const std::string& database) {
    const auto found = catalog.GetDatabase(scope, database);
    EXPECT_TRUE(found.ok());
    return found.ok() ? found->parameters.value_or(catalog::Parameters()) : catalog::Parameters();
  }

  // bucket/id → prefix and days
  std::map<std::string, std::pair<std::string, uint32_t>> rules;
  Status broken = Ok();
  Zones zones{*kv_, catalog, *store_, clock_,
              [this](const std::string& bucket, const std::string& id, const std::optional<ExpiryRule>& rule) {
                if (!broken.ok()) return broken;
                if (rule) {
                  rules[bucket + "/" + id] = {rule->prefix, rule->days};
                } else {
                  rules.erase(bucket + "/" + id);
                }
                return Ok();
              }};
};

TEST_F(ZonesTest, SetUpARuleAndADatabaseAndTakeThemDownAgain) {
  Zone raw = Make("raw", "raw");
  raw.retention_days = 30;
  raw.format = "JSON";
  raw.classification = "internal";
  raw.database = "Raw_Db";
  const auto made = zones.Declare(scope, raw);
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(made->prefix, "raw/");
  EXPECT_EQ(rules.at("lake/tarn-zone-raw"), std::pair(std::string("raw/"), 30U));
  EXPECT_EQ(catalog.GetDatabase(scope, "raw_db")->location, "s3://lake/raw/");
  EXPECT_EQ(ParametersOf("raw_db"),
            (catalog::Parameters{
                {"tarn.zone", "raw"}, {"tarn.zone.format", "json"}, {"tarn.zone.classification", "internal"}}));
  ASSERT_TRUE(zones.Delete(scope, "raw").ok());
  EXPECT_TRUE(rules.empty());
  EXPECT_TRUE(ParametersOf("raw_db").empty());
  EXPECT_TRUE(zones.Get(scope, "raw").Is(kNoSuchZone));
  EXPECT_TRUE(zones.Delete(scope, "raw").Is(kNoSuchZone));
}

TEST_F(ZonesTest, LeaveADatabasesOwnParametersAlone) {
  catalog::Database database;
  database.name = "mine";
  database.parameters = catalog::Parameters{{"owner", "me"}};
  ASSERT_TRUE(catalog.CreateDatabase(scope, database).ok());
  Zone zone = Make("curated", "c/");
  zone.database = "mine";
  ASSERT_TRUE(zones.Declare(scope, zone).ok());
  EXPECT_EQ(ParametersOf("mine"), (catalog::Parameters{{"owner", "me"}, {"tarn.zone", "curated"}}));
  zone.database = "";
  ASSERT_TRUE(zones.Declare(scope, zone).ok());
  EXPECT_EQ(ParametersOf("mine"), (catalog::Parameters{{"owner", "me"}}));
}

TEST_F(ZonesTest, DoNotOverlap) {
  ASSERT_TRUE(zones.Declare(scope, Make("raw", "raw/")).ok());
  EXPECT_TRUE(zones.Declare(scope, Make("all", "")).Is(kZoneConflict));
  EXPECT_TRUE(zones.Declare(scope, Make("part", "raw/part/")).Is(kZoneConflict));
  EXPECT_TRUE(zones.Declare(scope, Make("rawer", "rawer/")).ok());
  EXPECT_TRUE(zones.Declare(scope, Make("raw", "raw/narrower/")).ok());  // itself
}

TEST_F(ZonesTest, RefuseWhatCannotBe) {
  EXPECT_TRUE(zones.Declare(scope, Make("Raw", "raw/")).Is(catalog::kInvalidInput));
  Zone zone = Make("raw", "raw/");
  zone.format = "xml";
  EXPECT_TRUE(zones.Declare(scope, zone).Is(catalog::kInvalidInput));
  zone.format = "";
  zone.retention_days = 0;
  EXPECT_TRUE(zones.Declare(scope, zone).Is(catalog::kInvalidInput));
  zone.retention_days.reset();
  zone.bucket = "nowhere";
  EXPECT_TRUE(zones.Declare(scope, zone).Is(object::kNoSuchBucket));
  zone.bucket = "lake";
  EXPECT_TRUE(zones.Declare({"000000000002", "us-east-1"}, zone).Is(object::kAccessDenied));
  EXPECT_TRUE(zones.Declare({scope.account, "eu-west-1"}, zone).Is(catalog::kInvalidInput));
  EXPECT_TRUE(zones.List(scope)->empty());
}

TEST_F(ZonesTest, AreBroughtToWhatIsDeclaredAfterACrash) {
  Zone zone = Make("raw", "raw/");
  zone.retention_days = 7;
  ASSERT_TRUE(zones.Declare(scope, zone).ok());
  ASSERT_TRUE(store_->CreateBucket(scope, "other", {}).ok());
  broken = Fail(kIoError, "the lights go out");
  zone.bucket = "other";
  EXPECT_FALSE(zones.Declare(scope, zone).ok());
  EXPECT_EQ(rules.count("lake/tarn-zone-raw"), 1U);
  broken = Ok();
  ASSERT_TRUE(zones.ApplyAll().ok());
  EXPECT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules.count("other/tarn-zone-raw"), 1U);
  broken = Fail(kIoError, "again");
  EXPECT_FALSE(zones.Delete(scope, "raw").ok());
  EXPECT_TRUE(zones.List(scope)->empty());
  broken = Ok();
  ASSERT_TRUE(zones.ApplyAll().ok());
  EXPECT_TRUE(rules.empty());
}

TEST_F(ZonesTest, OfIcebergKeepNoObjectsAwayButSnapshots) {
  Zone zone = Make("curated", "db/");
  zone.format = "iceberg";
  zone.retention_days = 90;
  zone.database = "db";
  ASSERT_TRUE(zones.Declare(scope, zone).ok());
  EXPECT_TRUE(rules.empty());
  MakeTable("t");
  const auto days = zones.RetentionDaysOf(scope, *catalog.GetTable(scope, "db", "t"));
  ASSERT_TRUE(days.ok());
  EXPECT_EQ(*days, 90U);
}

TEST_F(ZonesTest, CountByTheTablesLocationToo) {
  Zone zone = Make("processed", "db/");
  zone.retention_days = 3;
  ASSERT_TRUE(zones.Declare(scope, zone).ok());
  MakeTable("t");
  EXPECT_EQ(*zones.RetentionDaysOf(scope, *catalog.GetTable(scope, "db", "t")), 3U);
}

TEST_F(ZonesTest, SpareWhatSnapshotsLeadTo) {
  MakeTable("t", {{"write.data.path", "s3://lake/elsewhere"}});
  std::vector<iceberg::DataFile> files = {File("s3://lake/db/t/data/in.parquet"), File("s3://lake/hive/old.parquet")};
  ASSERT_TRUE(snapshots.Append(scope, "db", "t", std::move(files)).ok());
  const auto keys = SparedKeys(*kv_, catalog, tables, *store_, bucket_);
  ASSERT_TRUE(keys.ok()) << keys.error().message;
  EXPECT_EQ(*keys, (std::vector<std::string>{"db/t/", "elsewhere/", "hive/old.parquet"}));
}

}  // namespace
}  // namespace tarn::zones

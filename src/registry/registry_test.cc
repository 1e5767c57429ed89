// Registries, schemas and versions on a memory store.
#include "registry/registry.h"

#include <gtest/gtest.h>

#include <memory>

#include "kv/memory_store.h"
#include "registry/errors.h"

namespace tarn::registry {
namespace {

struct TestClock : Clock {
  Timestamp Now() const override { return {1'700'000'000'000'000}; }
};

std::string Record(const std::string& fields) { return R"({"type":"record","name":"R","fields":[)" + fields + "]}"; }
const std::string kOne = Record(R"({"name":"a","type":"int"})");
const std::string kTwo = Record(R"({"name":"a","type":"int"},{"name":"b","type":"int","default":0})");
const std::string kThree = Record(R"({"name":"a","type":"int"},{"name":"c","type":"int","default":0})");
const std::string kBroken = Record(R"({"name":"a","type":"int"},{"name":"b","type":"int"})");

class SchemaRegistryTest : public ::testing::Test {
 protected:
  Created Make(Compatibility mode = Compatibility::kBackward) {
    auto made = registry.CreateSchema(scope, {.name = name, .compatibility = mode, .definition = kOne});
    EXPECT_TRUE(made.ok());
    return *made;
  }

  TestClock clock;
  std::unique_ptr<kv::Store> store = kv::MakeMemoryStore();
  SchemaRegistry registry{*store, clock};
  Scope scope{"000000000000", "us-east-1"};
  SchemaName name{std::string(kDefaultRegistry), "s"};
};

TEST_F(SchemaRegistryTest, MakesTheDefaultRegistryAndNoOther) {
  const Created made = Make();
  EXPECT_EQ(made.schema.latest, 1);
  EXPECT_EQ(made.schema.next, 2);
  EXPECT_TRUE(registry.GetRegistry(scope, kDefaultRegistry).ok());
  auto refused = registry.CreateSchema(scope, {.name = {"nosuch", "s"}, .definition = kOne});
  EXPECT_TRUE(refused.Is(kNoSuchEntity));
  EXPECT_TRUE(registry.CreateSchema(scope, {.name = name, .definition = kOne}).Is(kAlreadyExists));
}

TEST_F(SchemaRegistryTest, KeepsWhatBreaksTheCompatibilityAsFailed) {
  Make();
  auto two = registry.Register(scope, name, kTwo);
  ASSERT_TRUE(two.ok());
  EXPECT_EQ(two->number, 2);
  EXPECT_EQ(two->status, VersionStatus::kAvailable);
  auto broken = registry.Register(scope, name, Record(R"({"name":"z","type":"int"})"));
  ASSERT_TRUE(broken.ok());
  EXPECT_EQ(broken->number, 3);
  EXPECT_EQ(broken->status, VersionStatus::kFailure);
  auto schema = registry.GetSchema(scope, name);
  EXPECT_EQ(schema->latest, 2);
  EXPECT_EQ(schema->next, 4);
  EXPECT_EQ(registry.GetVersion(scope, {.schema = name})->number, 2);
  // Again: the same failed version, until nothing is in its way.
  EXPECT_EQ(registry.Register(scope, name, Record(R"({"name":"z","type":"int"})"))->id, broken->id);
  ASSERT_TRUE(registry.UpdateSchema(scope, name, Compatibility::kNone, std::nullopt, false, std::nullopt).ok());
  auto taken = registry.Register(scope, name, Record(R"({"name":"z","type":"int"})"));
  EXPECT_EQ(taken->number, 4);
  EXPECT_EQ(taken->status, VersionStatus::kAvailable);
}

TEST_F(SchemaRegistryTest, TakesAnEqualDefinitionAsTheVersionThatItIs) {
  const Created made = Make();
  auto again =
      registry.Register(scope, name, R"({ "name":"R", "type":"record", "fields":[{"type":"int","name":"a"}]})");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->id, made.version->id);
  EXPECT_EQ(registry.FindDefinition(scope, name, kOne)->id, made.version->id);
  EXPECT_TRUE(registry.FindDefinition(scope, name, kTwo).Is(kNoSuchEntity));
}

TEST_F(SchemaRegistryTest, LooksAtAllVersionsSinceTheCheckpointWhenAsked) {
  Make(Compatibility::kNone);
  ASSERT_TRUE(registry.Register(scope, name, kBroken).ok());  // b without a default
  ASSERT_TRUE(registry.Register(scope, name, kTwo).ok());
  const std::string needs_b = Record(R"({"name":"b","type":"int"})");
  ASSERT_TRUE(registry.UpdateSchema(scope, name, Compatibility::kBackwardAll, 1, false, std::nullopt).ok());
  EXPECT_EQ(registry.Register(scope, name, needs_b)->status, VersionStatus::kFailure);
  ASSERT_TRUE(registry.UpdateSchema(scope, name, std::nullopt, 2, false, std::nullopt).ok());
  EXPECT_EQ(registry.Register(scope, name, needs_b)->status, VersionStatus::kAvailable);
}

TEST_F(SchemaRegistryTest, DisabledAllowsNoFurtherVersion) {
  Make(Compatibility::kDisabled);
  EXPECT_TRUE(registry.Register(scope, name, kTwo).Is(kInvalidInput));
}

TEST_F(SchemaRegistryTest, DeletesVersionsButNeitherTheFirstNorTheCheckpoint) {
  Make();
  ASSERT_TRUE(registry.Register(scope, name, kTwo).ok());
  auto third = registry.Register(scope, name, kThree);
  EXPECT_TRUE(registry.DeleteVersions(scope, name, {1}).Is(kInvalidInput));
  auto refused = registry.DeleteVersions(scope, name, {3, 7});
  ASSERT_TRUE(refused.ok());
  ASSERT_EQ(refused->size(), 1U);
  EXPECT_EQ(refused->front().number, 7);
  EXPECT_EQ(registry.GetSchema(scope, name)->latest, 2);
  EXPECT_TRUE(registry.GetVersion(scope, {.id = third->id}).Is(kNoSuchEntity));
  EXPECT_EQ(registry.Register(scope, name, kThree)->number, 4);
  ASSERT_TRUE(registry.UpdateSchema(scope, name, std::nullopt, 2, false, std::nullopt).ok());
  EXPECT_TRUE(registry.DeleteVersions(scope, name, {2}).Is(kInUse));
}

TEST_F(SchemaRegistryTest, DeletesARegistryWithAllThatItHolds) {
  const Created made = Make();
  ASSERT_TRUE(registry.DeleteRegistry(scope, kDefaultRegistry).ok());
  EXPECT_TRUE(registry.GetVersion(scope, {.id = made.version->id}).Is(kNoSuchEntity));
  EXPECT_TRUE(registry.GetSchema(scope, name).Is(kNoSuchEntity));
  EXPECT_NE(Make().version->id, made.version->id);
}

TEST_F(SchemaRegistryTest, PagesVersionsNewestFirst) {
  Make(Compatibility::kNone);
  ASSERT_TRUE(registry.Register(scope, name, kTwo).ok());
  ASSERT_TRUE(registry.Register(scope, name, kThree).ok());
  auto page = registry.ListVersions(scope, name, "", 2);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->items.size(), 2U);
  EXPECT_EQ(page->items[0].number, 3);
  auto rest = registry.ListVersions(scope, name, page->next, 2);
  ASSERT_EQ(rest->items.size(), 1U);
  EXPECT_EQ(rest->items[0].number, 1);
  EXPECT_TRUE(rest->next.empty());
}

TEST_F(SchemaRegistryTest, HoldsTenPairsOfMetadataAVersion) {
  const Created made = Make();
  const VersionName version{.id = made.version->id};
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(registry.PutMetadata(scope, version, "k", std::to_string(i)).ok());
  EXPECT_TRUE(registry.PutMetadata(scope, version, "k", "0").Is(kAlreadyExists));
  EXPECT_TRUE(registry.PutMetadata(scope, version, "k", "10").Is(kLimitExceeded));
  EXPECT_TRUE(registry.RemoveMetadata(scope, version, "k", "0").ok());
  EXPECT_TRUE(registry.RemoveMetadata(scope, version, "k", "0").Is(kNoSuchEntity));
  EXPECT_TRUE(registry.PutMetadata(scope, version, "k", "10").ok());
}

TEST_F(SchemaRegistryTest, HoldsTenRegistries) {
  for (size_t i = 0; i < kRegistriesMax; ++i) {
    ASSERT_TRUE(registry.CreateRegistry(scope, "r" + std::to_string(i), {}, {}).ok());
  }
  EXPECT_TRUE(registry.CreateRegistry(scope, "more", {}, {}).Is(kLimitExceeded));
  EXPECT_TRUE(registry.CreateRegistry(scope, "r1", {}, {}).Is(kAlreadyExists));
  EXPECT_EQ(registry.ListRegistries(scope, "r3", 100)->items.size(), 6U);
}

}  // namespace
}  // namespace tarn::registry

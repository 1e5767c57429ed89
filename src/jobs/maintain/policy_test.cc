#include "jobs/maintain/policy.h"

#include <gtest/gtest.h>

#include "iceberg/metadata/builder.h"

namespace tarn::jobs::maintain {
namespace {

iceberg::TableMetadata TableWith(const iceberg::Properties& properties) {
  iceberg::NewTable table;
  table.schema = *iceberg::Schema::Make(0, {{1, "id", true, iceberg::TypeId::kLong}});
  table.location = "s3://b/t";
  table.properties = properties;
  return *iceberg::MakeTable(table, {Timestamp::FromMillis(1), "uuid", ""});
}

TEST(Policy, DoesEverythingUnlessItIsTurnedOff) {
  const Policy usual = PolicyOf(TableWith({}), nullptr, nullptr);
  EXPECT_TRUE(usual.compaction && usual.manifests && usual.expiry && usual.orphans);
  EXPECT_EQ(usual.orphan_age_micros, 3 * kMicrosPerDay);
  const Policy off = PolicyOf(TableWith({{"tarn.upkeep.enabled", "false"}}), nullptr, nullptr);
  EXPECT_FALSE(off.compaction || off.manifests || off.expiry || off.orphans);
  const Policy shared = PolicyOf(TableWith({{"gc.enabled", "false"}}), nullptr, nullptr);
  EXPECT_TRUE(shared.compaction);
  EXPECT_FALSE(shared.expiry || shared.orphans);
}

TEST(Policy, TakesTheSettingsOfATableBucketUnlessThePropertiesSayOtherwise) {
  catalog::TableSettings settings;
  settings.compaction_enabled = false;
  settings.max_snapshot_hours = 2;
  settings.min_snapshots = 4;
  settings.target_megabytes = 64;
  catalog::FileRemovalSettings removal;
  removal.unreferenced_days = 9;
  const Policy policy = PolicyOf(TableWith({}), &settings, &removal);
  EXPECT_FALSE(policy.compaction);
  EXPECT_EQ(policy.retention.max_snapshot_age_ms, 7'200'000);
  EXPECT_EQ(policy.retention.min_snapshots_to_keep, 4);
  EXPECT_EQ(policy.limits.target_bytes, 64 << 20);
  EXPECT_EQ(policy.orphan_age_micros, 9 * kMicrosPerDay);
  EXPECT_TRUE(PolicyOf(TableWith({{"tarn.upkeep.compaction.enabled", "true"}}), &settings, &removal).compaction);
}

TEST(PolicyOf, KeepsHistoryAsLongAsTheZoneUnlessTheTableSaysLess) {
  constexpr int64_t kDay = 24 * 3'600'000;
  EXPECT_EQ(PolicyOf(TableWith({}), nullptr, nullptr, 30).retention.max_snapshot_age_ms, 30 * kDay);
  EXPECT_FALSE(PolicyOf(TableWith({}), nullptr, nullptr, 30).history_max_ms);
  const auto longer = TableWith({{"history.expire.max-snapshot-age-ms", std::to_string(60 * kDay)}});
  EXPECT_EQ(PolicyOf(longer, nullptr, nullptr, 30).history_max_ms, 30 * kDay);
  const auto shorter = TableWith({{"history.expire.max-snapshot-age-ms", std::to_string(kDay)}});
  EXPECT_FALSE(PolicyOf(shorter, nullptr, nullptr, 30).history_max_ms);
}

TEST(KeepWhatPays, DropsGroupsThatCostMoreThanTheySave) {
  iceberg::CompactPlan plan;
  plan.groups.resize(2);
  plan.groups[0].files.resize(5);
  plan.groups[0].bytes = int64_t{500} << 20;
  plan.groups[0].files_expected = 1;
  plan.groups[1].files.resize(100);
  plan.groups[1].bytes = int64_t{500} << 20;
  plan.groups[1].files_expected = 1;
  KeepWhatPays(plan);
  ASSERT_EQ(plan.groups.size(), 1);
  EXPECT_EQ(plan.groups[0].files.size(), 100);
}

}  // namespace
}  // namespace tarn::jobs::maintain

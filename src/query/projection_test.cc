#include "query/projection.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "query/errors.h"

namespace tarn::query {
namespace {

const Timestamp kNow = FromCivil(2024, 3, 31, 10, 20, 30);

catalog::Table Projected(const std::vector<std::string>& keys, const catalog::Parameters& parameters) {
  catalog::Table table;
  table.database = "db";
  table.name = "t";
  for (const std::string& key : keys) table.partition_keys.push_back({.name = key, .type = "string"});
  table.parameters = parameters;
  table.parameters->emplace("projection.enabled", "true");
  table.storage.emplace().location = "s3://b/t";
  return table;
}

// The partitions' values, "a/b" each.
std::vector<std::string> Values(const catalog::Table& table) {
  const auto partitions = ProjectPartitions(table, {}, kNow);
  EXPECT_TRUE(partitions.ok()) << (partitions.ok() ? "" : partitions.error().message);
  std::vector<std::string> values;
  if (!partitions.ok()) return values;
  for (const catalog::Partition& partition : *partitions) values.push_back(Join(partition.values, "/"));
  return values;
}

std::vector<std::string> Dates(catalog::Parameters parameters) {
  parameters.emplace("projection.dt.type", "date");
  return Values(Projected({"dt"}, parameters));
}

using Texts = std::vector<std::string>;

TEST(ProjectPartitions, CombinesTheValuesOfAllColumns) {
  const catalog::Table table = Projected({"kind", "n"}, {{"projection.kind.type", "enum"},
                                                         {"projection.kind.values", "a,b"},
                                                         {"projection.n.type", "integer"},
                                                         {"projection.n.range", "8,12"},
                                                         {"projection.n.interval", "2"},
                                                         {"projection.n.digits", "2"}});
  EXPECT_EQ(Values(table), (Texts{"a/08", "a/10", "a/12", "b/08", "b/10", "b/12"}));
  EXPECT_EQ(ProjectPartitions(table, {}, kNow)->front().location(), "s3://b/t/kind=a/n=08/");
}

TEST(ProjectPartitions, StepsThroughDatesOfAnyFormat) {
  EXPECT_EQ(Dates({{"projection.dt.format", "yyyy/MM/dd"}, {"projection.dt.range", "2024/02/28,2024/03/01"}}),
            (Texts{"2024/02/28", "2024/02/29", "2024/03/01"}));
  EXPECT_EQ(Dates({{"projection.dt.format", "yyyyMM"}, {"projection.dt.range", "202311,202402"}}),
            (Texts{"202311", "202312", "202401", "202402"}));
  EXPECT_EQ(Dates({{"projection.dt.format", "yyyy-MM-dd'T'HH"},
                   {"projection.dt.range", "2024-01-01T22,2024-01-02T01"},
                   {"projection.dt.interval", "1"},
                   {"projection.dt.interval.unit", "HOURS"}}),
            (Texts{"2024-01-01T22", "2024-01-01T23", "2024-01-02T00", "2024-01-02T01"}));
  EXPECT_EQ(Dates({{"projection.dt.format", "yyyy"},
                   {"projection.dt.range", "2020,2024"},
                   {"projection.dt.interval", "2"},
                   {"projection.dt.interval.unit", "YEARS"}}),
            (Texts{"2020", "2022", "2024"}));
}

TEST(ProjectPartitions, ReckonsRangesFromNow) {
  EXPECT_EQ(Dates({{"projection.dt.format", "yyyy-MM-dd"}, {"projection.dt.range", "NOW-2DAYS,NOW"}}),
            (Texts{"2024-03-29", "2024-03-30", "2024-03-31"}));
  EXPECT_EQ(Dates({{"projection.dt.format", "yyyy-MM"}, {"projection.dt.range", "NOW-1MONTHS,NOW+1MONTH"}}),
            (Texts{"2024-02", "2024-03", "2024-04"}));
  EXPECT_EQ(Dates({{"projection.dt.format", "yyyy-MM"}, {"projection.dt.range", "NOW - 1 MONTH, NOW + 0 DAYS"}}),
            (Texts{"2024-02", "2024-03"}));
}

TEST(ProjectPartitions, NamesAPartitionOnce) {
  EXPECT_EQ(Dates({{"projection.dt.format", "yyyy-MM"},
                   {"projection.dt.range", "2024-01,2024-02"},
                   {"projection.dt.interval", "1"},
                   {"projection.dt.interval.unit", "DAYS"}}),
            (Texts{"2024-01", "2024-02"}));
  EXPECT_EQ(Values(Projected({"c"}, {{"projection.c.type", "enum"}, {"projection.c.values", "a,b,a"}})),
            (Texts{"a", "b"}));
}

TEST(ProjectPartitions, EndsAtTheEndsOfNumbersAndYears) {
  EXPECT_EQ(Values(Projected({"c"}, {{"projection.c.type", "integer"},
                                     {"projection.c.range", "-9223372036854775808,9223372036854775807"},
                                     {"projection.c.interval", "9223372036854775807"}})),
            (Texts{"-9223372036854775808", "-1", "9223372036854775806"}));
  EXPECT_EQ(Dates({{"projection.dt.format", "yyyy"},
                   {"projection.dt.range", "9990,NOW+1000000YEARS"},
                   {"projection.dt.interval", "5"},
                   {"projection.dt.interval.unit", "YEARS"}}),
            (Texts{"9990", "9995"}));
}

TEST(ProjectPartitions, FillsTheLocationTemplate) {
  const catalog::Table table =
      Projected({"Year", "kind"}, {{"projection.Year.type", "integer"},
                                   {"projection.Year.range", "2024,2024"},
                                   {"projection.kind.type", "enum"},
                                   {"projection.kind.values", "x y"},
                                   {"storage.location.template", "s3://other/${kind}/${year}"}});
  EXPECT_EQ(ProjectPartitions(table, {}, kNow)->front().location(), "s3://other/x y/2024");
}

TEST(ProjectPartitions, RefusesPropertiesThatSayNothingSound) {
  const auto refusal = [](const catalog::Parameters& parameters) {
    const auto made = ProjectPartitions(Projected({"c"}, parameters), {}, kNow);
    EXPECT_TRUE(made.Is(kUserError));
    return made.ok() ? std::string() : made.error().message.substr(0, made.error().message.find(':'));
  };
  EXPECT_EQ(refusal({}), "INVALID_TABLE_PROPERTY");
  EXPECT_EQ(refusal({{"projection.c.type", "weekday"}}), "INVALID_TABLE_PROPERTY");
  EXPECT_EQ(refusal({{"projection.c.type", "integer"}, {"projection.c.range", "5,1"}}), "INVALID_TABLE_PROPERTY");
  for (const char* digits : {"101", "99999999999"}) {
    EXPECT_EQ(
        refusal({{"projection.c.type", "integer"}, {"projection.c.range", "1,5"}, {"projection.c.digits", digits}}),
        "INVALID_TABLE_PROPERTY");
  }
  EXPECT_EQ(refusal({{"projection.c.type", "date"},
                     {"projection.c.format", "yyyy-MM-dd"},
                     {"projection.c.range", "2024-01-01,NOW"},
                     {"projection.c.interval", "9223372036854775807"}}),
            "INVALID_TABLE_PROPERTY");
  EXPECT_EQ(refusal({{"projection.c.type", "date"}, {"projection.c.range", "NOW-1DAYS,NOW"}}),
            "INVALID_TABLE_PROPERTY");
  EXPECT_EQ(refusal({{"projection.c.type", "date"},
                     {"projection.c.format", "yyyy-MM-dd HH"},
                     {"projection.c.range", "2024-01-01 00,NOW"}}),
            "INVALID_TABLE_PROPERTY");
  EXPECT_EQ(refusal({{"projection.c.type", "injected"}}), "CONSTRAINT_VIOLATION");
}

}  // namespace
}  // namespace tarn::query

#include "catalog/partitions/partition_filter.h"

#include <gtest/gtest.h>

#include "catalog/errors.h"

namespace tarn::catalog {
namespace {

std::vector<Column> Keys() {
  return {{"s", "string"}, {"i", "int"}, {"d", "decimal(10,2)"}, {"day", "date"}, {"ts", "timestamp"}, {"f", "float"}};
}

// What the expression says of (s, i, d, day, ts, f).
bool Matches(std::string_view text, std::vector<std::string> values) {
  values.resize(6, "x");
  auto predicate = PartitionPredicate::Compile(text, Keys());
  EXPECT_TRUE(predicate.ok()) << text << ": " << predicate.error().message;
  if (!predicate.ok()) return false;
  auto matches = predicate->Matches(values);
  EXPECT_TRUE(matches.ok()) << text << ": " << matches.error().message;
  return matches.ok() && *matches;
}

std::string CompileError(std::string_view text) {
  auto predicate = PartitionPredicate::Compile(text, Keys());
  if (predicate.ok()) return "accepted";
  EXPECT_TRUE(predicate.Is(kInvalidInput));
  return predicate.error().message;
}

TEST(PartitionPredicate, ComparesTextByBytes) {
  EXPECT_TRUE(Matches("s = 'two'", {"two"}));
  EXPECT_TRUE(Matches("S = 2", {"2"}));
  EXPECT_TRUE(Matches("'b' > s", {"a"}));
  EXPECT_FALSE(Matches("s <> 'two'", {"two"}));
  EXPECT_TRUE(Matches("s between 'twn' AND 'twp'", {"two"}));
  EXPECT_TRUE(Matches("s = 'it''s'", {"it's"}));
}

TEST(PartitionPredicate, ComparesNumbersByValueNotByText) {
  EXPECT_TRUE(Matches("i = '02'", {"", "2"}));
  EXPECT_TRUE(Matches("i > 9", {"", "10"}));
  EXPECT_TRUE(Matches("i < -9", {"", "-10"}));
  EXPECT_FALSE(Matches("i < -10", {"", "-9"}));
  EXPECT_TRUE(Matches("i < 123456789012345678901234567891", {"", "123456789012345678901234567890"}));
  EXPECT_TRUE(Matches("d = 2.60", {"", "1", "2.6"}));
  EXPECT_TRUE(Matches("d between 2 and 3e10", {"", "1", "2.6"}));
  EXPECT_FALSE(Matches("d < 3e10", {"", "1", "3e14"}));
  EXPECT_TRUE(Matches("d > -0.5 and d < 0.001", {"", "1", "0"}));
}

TEST(PartitionPredicate, ComparesDatesAndTimestampsByTime) {
  EXPECT_TRUE(Matches("day > '2022-01-15' AND day < '2022-02-15'", {"", "", "", "2022-02-01"}));
  EXPECT_TRUE(Matches("day = DATE '2022-02-01'", {"", "", "", "2022-2-1"}));
  EXPECT_TRUE(Matches("ts = '2022-02-01 00:00:00.000000000'", {"", "", "", "", "2022-02-01 00:00:00"}));
  EXPECT_TRUE(Matches("ts > '2022-01-31 23:59:59.999999999'", {"", "", "", "", "2022-02-01 00:00:00.000000"}));
}

TEST(PartitionPredicate, BindsAndTighterThanOr) {
  EXPECT_TRUE(Matches("i = 4 OR i = 5 AND i = '-1' OR i = 2", {"", "2"}));
  EXPECT_FALSE(Matches("(i = 2 OR i = 5) AND i = 7", {"", "2"}));
  EXPECT_TRUE(Matches("NOT (i = 1 OR i = 3) AND NOT i = 4", {"", "2"}));
  EXPECT_TRUE(Matches("(i) = ((2)) (OR) (((i))) = (2)", {"", "2"}));
}

TEST(PartitionPredicate, KnowsEveryNegatedForm) {
  EXPECT_TRUE(Matches("i not IN (1, 3)", {"", "2"}));
  EXPECT_TRUE(Matches("i NOT BETWEEN 3 AND 4", {"", "2"}));
  EXPECT_TRUE(Matches("s NOT LIKE '%e' AND s not like '_'", {"two"}));
  EXPECT_TRUE(Matches("i IS NOT NULL and i = 2", {"", "2"}));
}

TEST(PartitionPredicate, LikeTakesWholeCharacters) {
  EXPECT_TRUE(Matches("s LIKE 't_o'", {"täo"}));
  EXPECT_TRUE(Matches("s LIKE '%a%b%'", {"xxaxxbxx"}));
  EXPECT_FALSE(Matches("s LIKE 't'", {"two"}));
  EXPECT_TRUE(Matches("s LIKE '10\\%'", {"10%"}));
  EXPECT_FALSE(Matches("s LIKE '10\\%'", {"100"}));
}

TEST(PartitionPredicate, TreatsHivesNullAsNull) {
  EXPECT_TRUE(Matches("s IS NULL", {std::string(kHiveNull)}));
  EXPECT_FALSE(Matches("i = 2", {"", std::string(kHiveNull)}));
  EXPECT_FALSE(Matches("NOT i = 2", {"", std::string(kHiveNull)}));
  EXPECT_TRUE(Matches("NOT i = 2 OR s = 'a'", {"a", std::string(kHiveNull)}));
}

TEST(PartitionPredicate, RefusesInGluesWords) {
  EXPECT_EQ(CompileError("nope = 1"), "Invalid partition expression!");
  EXPECT_EQ(CompileError("f = 3.14"), "Unknown type : 'float'");
  EXPECT_EQ(CompileError("i = 'test'"), "\"test\" is not an integer.");
  EXPECT_EQ(CompileError("i in (2.5)"), "\"2.5\" is not an integer.");
  EXPECT_EQ(CompileError("d = 'test'"), "test is not a decimal.");
  EXPECT_EQ(CompileError("day = '2022-02-32'"), "2022-02-32 is not a date.");
  EXPECT_EQ(CompileError("ts = '2022-02-01'"),
            "Timestamp format must be yyyy-mm-dd hh:mm:ss[.fffffffff] 2022-02-01 is not a timestamp.");
  EXPECT_EQ(CompileError("ts = '2022-02-15 00:00:00.'").find("is not a timestamp") != std::string::npos, true);
  EXPECT_EQ(CompileError("i LIKE '2'"), "Integral data type doesn't support operation 'LIKE'");
  EXPECT_EQ(CompileError("d LIKE '2'"), "Decimal data type doesn't support operation 'LIKE'");
  EXPECT_EQ(CompileError("day LIKE '2'"), "Date data type doesn't support operation 'LIKE'");
  EXPECT_EQ(CompileError("s IS test' AND no"), "Unsupported expression 's IS test' AND no'");
  for (std::string_view text :
       {"s", "s =", "= 1", "(s = 1", "s = 1)", "s = 1 AND", "s = s", "1 = 1", "s in ()", "s !"}) {
    EXPECT_TRUE(CompileError(text).starts_with("Unsupported expression")) << text;
  }
}

TEST(PartitionPredicate, SaysThatAStoredValueDoesNotFitItsType) {
  auto predicate = PartitionPredicate::Compile("i = 2", Keys());
  ASSERT_TRUE(predicate.ok());
  auto matches = predicate->Matches({"a", "int", "1", "x", "x", "x"});
  ASSERT_TRUE(matches.Is(kInvalidState));
  EXPECT_EQ(matches.error().message, "\"int\" is not an integer.");
}

TEST(PartitionPredicate, DecidesByLeadingValuesOnlyWhatTheySettle) {
  auto predicate = PartitionPredicate::Compile("s = 'a' AND i > 5", Keys());
  ASSERT_TRUE(predicate.ok());
  const std::vector<std::string> a{"a"};
  const std::vector<std::string> b{"b"};
  EXPECT_EQ(*predicate->Test(a), Truth::kUnknown);
  EXPECT_EQ(*predicate->Test(b), Truth::kFalse);
  EXPECT_EQ(*predicate->Test({}), Truth::kUnknown);
}

TEST(PartitionPredicate, AcceptsAllWhenBlank) {
  EXPECT_TRUE(PartitionPredicate::Compile("  ", Keys())->accepts_all());
  EXPECT_TRUE(Matches("", {"anything"}));
}

TEST(PartitionPredicate, RefusesNestingThatWouldExhaustTheStack) {
  std::string deep(5000, '(');
  EXPECT_TRUE(CompileError(deep + "i = 1" + std::string(5000, ')')).starts_with("Unsupported expression"));
  std::string nots;
  for (int i = 0; i < 5000; ++i) nots += "NOT ";
  EXPECT_TRUE(CompileError(nots + "i = 1").starts_with("Unsupported expression"));
}

}  // namespace
}  // namespace tarn::catalog

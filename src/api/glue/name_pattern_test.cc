#include "api/glue/name_pattern.h"

#include <gtest/gtest.h>

#include "api/glue/errors.h"

namespace tarn::api::glue {
namespace {

bool Matches(std::string_view pattern, std::string_view name) {
  auto compiled = NamePattern::Compile(pattern);
  EXPECT_TRUE(compiled.ok()) << pattern;
  return compiled.ok() && compiled->Matches(name);
}

TEST(NamePattern, TakesTheWholeName) {
  EXPECT_TRUE(Matches("trips", "trips"));
  EXPECT_FALSE(Matches("trip", "trips"));
  EXPECT_TRUE(Matches("trip.*", "trips"));
  EXPECT_TRUE(Matches("TRIPS", "trips"));
  EXPECT_TRUE(Matches("", "anything"));
}

TEST(NamePattern, AStarThatRepeatsNothingIsAGlob) {
  EXPECT_EQ(GlobsToRegex("*"), ".*");
  EXPECT_EQ(GlobsToRegex("my*"), "my.*");
  EXPECT_EQ(GlobsToRegex(".*x*"), ".*x.*");
  EXPECT_EQ(GlobsToRegex("trailing*.*"), "trailing.*.*");
  EXPECT_EQ(GlobsToRegex("[a-c]*\\w*(ab)*"), "[a-c]*\\w*(ab)*");
}

TEST(NamePattern, RefusesABrokenExpression) {
  auto compiled = NamePattern::Compile("a(b");
  EXPECT_TRUE(compiled.Is(kInvalidInput));
}

}  // namespace
}  // namespace tarn::api::glue

#include "api/organizations/effective_policy.h"

#include <gtest/gtest.h>

namespace tarn::api::organizations {
namespace {

std::string Merged(const std::vector<std::vector<std::string>>& texts) {
  std::vector<std::vector<json::Value>> levels;
  for (const auto& level : texts) {
    auto& documents = levels.emplace_back();
    documents.reserve(level.size());
    for (const std::string& text : level) documents.push_back(*json::Parse(text));
  }
  return json::Write(MergePolicies(levels));
}

TEST(MergePolicies, TakesTheValuesOfOnePolicy) {
  EXPECT_EQ(Merged({{R"({"tags":{"team":{"tag_key":{"@@assign":"Team"},"tag_value":{"@@assign":["a","b"]}}}})"}}),
            R"({"tags":{"team":{"tag_key":"Team","tag_value":["a","b"]}}})");
}

TEST(MergePolicies, LetsLowerLevelsReplaceAppendAndRemove) {
  const std::string root =
      R"({"tags":{"team":{"tag_value":{"@@assign":["a","b"]}},"cost":{"tag_key":{"@@assign":"Cost"}}}})";
  EXPECT_EQ(Merged({{root}, {R"({"tags":{"team":{"tag_value":{"@@append":["c","a"]}}}})"}}),
            R"({"tags":{"team":{"tag_value":["a","b","c"]},"cost":{"tag_key":"Cost"}}})");
  EXPECT_EQ(Merged({{root}, {R"({"tags":{"team":{"tag_value":{"@@remove":["a"]}}}})"}}),
            R"({"tags":{"team":{"tag_value":["b"]},"cost":{"tag_key":"Cost"}}})");
  EXPECT_EQ(Merged({{root}, {R"({"tags":{"cost":{"tag_key":{"@@assign":"COST"}}}})"}}),
            R"({"tags":{"team":{"tag_value":["a","b"]},"cost":{"tag_key":"COST"}}})");
}

TEST(MergePolicies, JoinsThePoliciesOfOneLevel) {
  EXPECT_EQ(
      Merged({{R"({"tags":{"a":{"tag_key":{"@@assign":"A"}}}})", R"({"tags":{"b":{"tag_key":{"@@assign":"B"}}}})"}}),
      R"({"tags":{"a":{"tag_key":"A"},"b":{"tag_key":"B"}}})");
}

TEST(MergePolicies, KeepsWhatChildrenMayNotChange) {
  const std::string locked =
      R"({"services":{"default":{"@@operators_allowed_for_child_policies":["@@none"],"opt_out_policy":{"@@operators_allowed_for_child_policies":["@@none"],"@@assign":"optOut"}}}})";
  const std::string child = R"({"services":{"default":{"opt_out_policy":{"@@assign":"optIn"}}}})";
  EXPECT_EQ(Merged({{locked}, {child}}), R"({"services":{"default":{"opt_out_policy":"optOut"}}})");
  // Nor can a level between give it back.
  const std::string freed =
      R"({"services":{"default":{"opt_out_policy":{"@@operators_allowed_for_child_policies":["@@all"]}}}})";
  EXPECT_EQ(Merged({{locked}, {freed}, {child}}), R"({"services":{"default":{"opt_out_policy":"optOut"}}})");
}

TEST(MergePolicies, AllowsTheNamedOperatorsAlone) {
  const std::string root =
      R"({"tags":{"team":{"tag_value":{"@@operators_allowed_for_child_policies":["@@append"],"@@assign":["a"]}}}})";
  EXPECT_EQ(Merged({{root}, {R"({"tags":{"team":{"tag_value":{"@@append":["b"]}}}})"}}),
            R"({"tags":{"team":{"tag_value":["a","b"]}}})");
  EXPECT_EQ(Merged({{root}, {R"({"tags":{"team":{"tag_value":{"@@assign":["b"]}}}})"}}),
            R"({"tags":{"team":{"tag_value":["a"]}}})");
}

TEST(MergePolicies, IsEmptyWithoutPolicies) { EXPECT_EQ(Merged({{}, {}}), "{}"); }

}  // namespace
}  // namespace tarn::api::organizations

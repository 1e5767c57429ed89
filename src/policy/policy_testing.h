// What the tests of this module share: a context from a table, and short ways to parse and to ask. For tests only.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "policy/policy.h"

namespace tarn::policy {

class TableContext : public Context {
 public:
  using Values = std::vector<std::string>;
  TableContext() = default;
  TableContext(std::initializer_list<std::pair<const std::string, Values>> values) : values_(values) {}
  bool Find(std::string_view key, Values& values) const override {
    const auto found = values_.find(std::string(key));
    if (found == values_.end()) return false;
    values.insert(values.end(), found->second.begin(), found->second.end());
    return true;
  }

 private:
  std::map<std::string, Values> values_;
};

inline const Principal kAnonymous{};
inline const Principal kRootOf1{.kind = PrincipalKind::kAccountRoot,
                                .account = "111111111111",
                                .arn = "arn:aws:iam::111111111111:root",
                                .user_id = "111111111111",
                                .canonical_id = "11111111111111111111111111111111111111111111111111111111111111aa"};
inline const Principal kBob{.kind = PrincipalKind::kUser,
                            .account = "111111111111",
                            .arn = "arn:aws:iam::111111111111:user/team/Bob",
                            .user_id = "AIDABOBBOBBOBBOBBOB1",
                            .canonical_id = kRootOf1.canonical_id};
inline const Principal kSession{.kind = PrincipalKind::kAssumedRole,
                                .account = "222222222222",
                                .arn = "arn:aws:sts::222222222222:assumed-role/Etl/run-7",
                                .role_arn = "arn:aws:iam::222222222222:role/jobs/Etl",
                                .user_id = "AROAETLETLETLETLETL2:run-7"};
inline const Principal kLogging{.kind = PrincipalKind::kService, .service = "logging.s3.amazonaws.com"};

inline constexpr std::string_view kBucketArn = "arn:aws:s3:::bucket";

inline std::shared_ptr<const Document> MustParse(std::string_view json) {
  auto document = ParseBucketPolicy(json, kBucketArn);
  EXPECT_TRUE(document.ok()) << json << ": " << (document.ok() ? "" : document.error().message);
  return document.ok() ? *document : nullptr;
}

// A bucket policy of statements, "" for none of the rest.
inline std::string PolicyOf(std::string_view statements) {
  return R"({"Version":"2012-10-17","Statement":[)" + std::string(statements) + "]}";
}

// One statement for everybody on every object, with `more` of its members.
inline std::string AllowWith(std::string_view more, std::string_view action = "s3:GetObject") {
  return PolicyOf(R"({"Effect":"Allow","Principal":"*","Action":")" + std::string(action) +
                  R"(","Resource":"arn:aws:s3:::bucket/*")" + std::string(more) + "}");
}

}  // namespace tarn::policy

#include "identity/sessions.h"

#include <gtest/gtest.h>

#include "identity/errors.h"
#include "identity/policy_authorizer.h"
#include "kv/memory_store.h"
#include "policy/policy.h"

namespace tarn::identity {
namespace {

constexpr std::string_view kPolicy = R"({"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::lake/t/*"},
  {"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::lake","Condition":{"StringLike":{"s3:prefix":"t/*"}}},
  {"Effect":"Deny","Action":"s3:PutObject","Resource":"arn:aws:s3:::lake/t/closed/*"}]})";

constexpr const char* kOpen = R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})";

class MovingClock : public Clock {
 public:
  Timestamp Now() const override { return now; }
  Timestamp now{1'000'000'000};
};

class SessionsTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(directory_.EnsureAccount({"111111111111", "lake", "AKIAONE", "secret-of-root"}).ok());
  }
  TemporaryCredentials Issue(std::string policy = std::string(kPolicy)) {
    const auto caller = (*sessions_.FindKey("AKIAONE", ""))->caller;
    const auto made = sessions_.Issue(caller, {.name = "spark", .policy = std::move(policy), .seconds = 60});
    EXPECT_TRUE(made.ok());
    return *made;
  }
  Status May(const Caller& caller, std::string action, std::string resource, std::string prefix = "") {
    Check check{.action = std::move(action), .resource = std::move(resource), .owner = "111111111111", .context = {}};
    if (!prefix.empty()) check.context["s3:prefix"] = prefix;
    return root_.Authorize(caller, std::span(&check, 1));
  }

  MovingClock clock_;
  std::unique_ptr<kv::Store> store_ = kv::MakeMemoryStore();
  Directory directory_{*store_, clock_, std::string(32, 'k')};
  Sessions sessions_{directory_, clock_, std::string(32, 's')};
  PolicyAuthorizer root_;
};

using Session = SessionsTest;

TEST_F(Session, SignsWithItsOwnSecretUntilItsEnd) {
  const auto made = Issue();
  EXPECT_TRUE(made.access_key_id.starts_with("ASIA"));
  EXPECT_EQ(made.access_key_id.size(), 20U);
  EXPECT_EQ(made.secret_access_key.size(), 40U);
  for (int round = 0; round < 2; ++round) {
    const auto found = sessions_.FindKey(made.access_key_id, made.session_token);
    ASSERT_TRUE(found.ok());
    EXPECT_EQ((*found)->secret, made.secret_access_key);
    EXPECT_EQ((*found)->caller.session, "spark");
    EXPECT_EQ((*found)->caller.account, "111111111111");
  }
  // Another instance, as after a restart, knows it too.
  Sessions again(directory_, clock_, std::string(32, 's'));
  EXPECT_TRUE(again.FindKey(made.access_key_id, made.session_token).ok());
  clock_.now.micros += 60 * kMicrosPerSecond;
  EXPECT_TRUE(sessions_.FindKey(made.access_key_id, made.session_token).Is(kExpiredToken));
}

TEST_F(Session, IsNothingWithoutItsOwnToken) {
  const auto one = Issue();
  const auto two = Issue();
  EXPECT_TRUE(sessions_.FindKey(one.access_key_id, "").Is(kUnknownKey));
  EXPECT_TRUE(sessions_.FindKey(one.access_key_id, two.session_token).Is(kBadToken));
  EXPECT_TRUE(sessions_.FindKey(one.access_key_id, "nonsense").Is(kBadToken));
  std::string changed = one.session_token;
  changed[20] = changed[20] == 'A' ? 'B' : 'A';
  EXPECT_TRUE(sessions_.FindKey(one.access_key_id, changed).Is(kBadToken));
  EXPECT_TRUE(sessions_.FindKey("AKIAONE", one.session_token).Is(kBadToken));
  EXPECT_TRUE(
      Sessions(directory_, clock_, std::string(32, 'x')).FindKey(one.access_key_id, one.session_token).Is(kBadToken));
}

TEST_F(Session, EndsWithTheKeyThatMadeIt) {
  const auto made = Issue();
  ASSERT_TRUE(sessions_.FindKey(made.access_key_id, made.session_token).ok());
  ASSERT_TRUE(directory_.EnsureAccount({"111111111111", "lake", "AKIATWO", "another-secret"}).ok());
  EXPECT_TRUE(sessions_.FindKey(made.access_key_id, made.session_token).Is(kBadToken));
}

TEST_F(Session, MayDoOnlyWhatItsPolicyAllows) {
  const auto made = Issue();
  const Caller caller = (*sessions_.FindKey(made.access_key_id, made.session_token))->caller;
  EXPECT_TRUE(May(caller, "s3:GetObject", "arn:aws:s3:::lake/t/a").ok());
  EXPECT_TRUE(May(caller, "s3:GetObject", "arn:aws:s3:::lake/t2/a").Is(kAccessDenied));
  EXPECT_TRUE(May(caller, "s3:GetObject", "arn:aws:s3:::other/t/a").Is(kAccessDenied));
  EXPECT_TRUE(May(caller, "s3:DeleteObject", "arn:aws:s3:::lake/t/a").Is(kAccessDenied));
  EXPECT_TRUE(May(caller, "s3:PutObject", "arn:aws:s3:::lake/t/closed/a").Is(kAccessDenied));
  EXPECT_TRUE(May(caller, "s3:ListBucket", "arn:aws:s3:::lake", "t/data").ok());
  EXPECT_TRUE(May(caller, "s3:ListBucket", "arn:aws:s3:::lake", "x/").Is(kAccessDenied));
  EXPECT_TRUE(May(caller, "s3:ListBucket", "arn:aws:s3:::lake").Is(kAccessDenied));
  EXPECT_TRUE(May(caller, "glue:GetTable", "*").Is(kAccessDenied));
  EXPECT_TRUE(May(caller, "sts:GetCallerIdentity", "*").ok());
  const auto free = Issue("");
  const Caller all = (*sessions_.FindKey(free.access_key_id, free.session_token))->caller;
  EXPECT_TRUE(May(all, "glue:GetTable", "*").ok());
  EXPECT_EQ(May(caller, "s3:DeleteObject", "arn:aws:s3:::lake/t/a").error().message,
            "User: arn:aws:iam::111111111111:root is not authorized to perform: s3:DeleteObject on resource: "
            "\"arn:aws:s3:::lake/t/a\" because no session policy allows the s3:DeleteObject action");
}

TEST_F(Session, IsMadeOfASoundPolicyAlone) {
  const Caller root = (*sessions_.FindKey("AKIAONE", ""))->caller;
  EXPECT_TRUE(sessions_.Issue(root, {.name = "spark", .policy = "{", .seconds = 60}).Is(kBadSession));
  EXPECT_TRUE(sessions_.Issue(root, {.name = "a b", .policy = "", .seconds = 60}).Is(kBadSession));
  EXPECT_TRUE(sessions_.Issue(root, {.name = "spark", .policy = "", .seconds = 0}).Is(kBadSession));
}

TEST_F(Session, HandsOnNoMoreThanItHas) {
  const auto outer = Issue();
  const Caller caller = (*sessions_.FindKey(outer.access_key_id, outer.session_token))->caller;
  const auto inner = sessions_.Issue(caller, {.name = "inner", .policy = kOpen, .seconds = 600});
  ASSERT_TRUE(inner.ok());
  EXPECT_EQ(inner->expires, outer.expires);
  const Caller narrow = (*sessions_.FindKey(inner->access_key_id, inner->session_token))->caller;
  EXPECT_TRUE(May(narrow, "s3:GetObject", "arn:aws:s3:::lake/t/a").ok());
  EXPECT_TRUE(May(narrow, "s3:GetObject", "arn:aws:s3:::lake/t2/a").Is(kAccessDenied));
}

class OneRole : public SessionPrincipals {
 public:
  Result<std::optional<std::string>> RoleId(std::string_view arn) override {
    if (arn != "arn:aws:iam::111111111111:role/etl/R") return std::optional<std::string>();
    return id;
  }
  Result<std::shared_ptr<const policy::Document>> ManagedPolicy(std::string_view) override { return managed; }
  std::optional<std::string> id = "AROAONE";
  std::shared_ptr<const policy::Document> managed;
};

SessionGrant GrantOfRole() {
  SessionGrant grant;
  grant.principal.type = PrincipalType::kAssumedRole;
  grant.principal.account = "111111111111";
  grant.principal.arn = "arn:aws:sts::111111111111:assumed-role/R/run";
  grant.principal.user_id = "AROAONE:run";
  grant.principal.session = "run";
  grant.principal.role_arn = "arn:aws:iam::111111111111:role/etl/R";
  grant.tags = {{"team", "lake"}};
  grant.transitive_tags = {"team"};
  grant.conditions = {{"id.example:sub", "me"}};
  grant.source_identity = "ann";
  grant.provider = "arn:aws:iam::111111111111:oidc-provider/id.example";
  return grant;
}

TEST_F(Session, OfARoleTellsWhatItWasGivenAndEndsWithIt) {
  OneRole iam;
  sessions_.SetPrincipals(&iam);
  const auto made = sessions_.Issue(GrantOfRole());
  ASSERT_TRUE(made.ok());
  const auto found = sessions_.FindKey(made->access_key_id, made->session_token);
  ASSERT_TRUE(found.ok());
  const Caller& caller = (*found)->caller;
  EXPECT_EQ(caller.type, PrincipalType::kAssumedRole);
  EXPECT_EQ(caller.arn, "arn:aws:sts::111111111111:assumed-role/R/run");
  EXPECT_EQ(caller.user_id, "AROAONE:run");
  EXPECT_EQ(caller.role_arn, "arn:aws:iam::111111111111:role/etl/R");
  ASSERT_TRUE(caller.facts);
  EXPECT_EQ(caller.facts->tags.at("team"), "lake");
  EXPECT_EQ(caller.facts->transitive_tags, std::vector<std::string>{"team"});
  EXPECT_EQ(caller.facts->conditions.at("id.example:sub"), "me");
  EXPECT_EQ(caller.facts->source_identity, "ann");
  EXPECT_EQ(caller.facts->expires, made->expires);
  EXPECT_TRUE(caller.facts->policies.empty());
  EXPECT_EQ(*found, *sessions_.FindKey(made->access_key_id, made->session_token));
  iam.id = "AROATWO";  // made anew
  EXPECT_TRUE(sessions_.FindKey(made->access_key_id, made->session_token).Is(kBadToken));
  iam.id.reset();
  EXPECT_TRUE(sessions_.FindKey(made->access_key_id, made->session_token).Is(kBadToken));
}

TEST_F(Session, IsLimitedByItsInlineAndManagedPoliciesTogether) {
  OneRole iam;
  sessions_.SetPrincipals(&iam);
  policy::ParseOptions options;
  options.kind = policy::ParseOptions::Kind::kIdentity;
  iam.managed = *policy::Document::Parse(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"glue:*","Resource":"*"}})", options);
  SessionGrant grant = GrantOfRole();
  grant.policies = {std::string(kPolicy)};
  grant.policy_arns = {"arn:aws:iam::111111111111:policy/p"};
  const auto made = sessions_.Issue(grant);
  const auto allows = [&](const std::string& action, const std::string& resource) {
    const Caller caller = (*sessions_.FindKey(made->access_key_id, made->session_token))->caller;
    return May(Caller{.type = PrincipalType::kRoot, .account = caller.account, .facts = caller.facts}, action, resource)
        .ok();
  };
  EXPECT_TRUE(allows("glue:GetTable", "*"));
  EXPECT_TRUE(allows("s3:GetObject", "arn:aws:s3:::lake/t/a"));
  EXPECT_FALSE(allows("s3:PutObject", "arn:aws:s3:::lake/t/closed/a"));
  EXPECT_FALSE(allows("kms:Decrypt", "*"));
  iam.managed = nullptr;  // gone since
  EXPECT_FALSE(allows("glue:GetTable", "*"));
}

}  // namespace
}  // namespace tarn::identity

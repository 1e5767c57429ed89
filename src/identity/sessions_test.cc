#include "identity/sessions.h"

#include <gtest/gtest.h>

#include "identity/errors.h"
#include "kv/memory_store.h"

namespace tarn::identity {
namespace {

constexpr std::string_view kPolicy = R"({"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::lake/t/*"},
  {"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::lake","Condition":{"StringLike":{"s3:prefix":"t/*"}}},
  {"Effect":"Deny","Action":"s3:PutObject","Resource":"arn:aws:s3:::lake/t/closed/*"}]})";

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
    return SessionAuthorizer(sessions_, root_).Authorize(caller, std::span(&check, 1));
  }

  MovingClock clock_;
  std::unique_ptr<kv::Store> store_ = kv::MakeMemoryStore();
  Directory directory_{*store_, clock_, std::string(32, 'k')};
  Sessions sessions_{directory_, clock_, std::string(32, 's')};
  RootAuthorizer root_;
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
            "arn:aws:s3:::lake/t/a because no session policy allows the s3:DeleteObject action");
}

TEST_F(Session, IsMadeByALastingKeyAndASoundPolicyAlone) {
  const auto made = Issue();
  const Caller inner = (*sessions_.FindKey(made.access_key_id, made.session_token))->caller;
  EXPECT_TRUE(sessions_.Issue(inner, {.name = "spark", .policy = "", .seconds = 60}).Is(kBadSession));
  const Caller root = (*sessions_.FindKey("AKIAONE", ""))->caller;
  EXPECT_TRUE(sessions_.Issue(root, {.name = "spark", .policy = "{", .seconds = 60}).Is(kBadSession));
  EXPECT_TRUE(sessions_.Issue(root, {.name = "a b", .policy = "", .seconds = 60}).Is(kBadSession));
  EXPECT_TRUE(sessions_.Issue(root, {.name = "spark", .policy = "", .seconds = 0}).Is(kBadSession));
}

}  // namespace
}  // namespace tarn::identity

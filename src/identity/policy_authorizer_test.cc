#include "identity/policy_authorizer.h"

#include <gtest/gtest.h>

namespace tarn::identity {
namespace {

constexpr const char* kOwn = "111111111111";
constexpr const char* kOther = "222222222222";

Status Ask(const Caller& caller, const std::string& resource, std::optional<std::string> owner = {}) {
  Check check{.action = "glue:GetDatabase", .resource = resource, .owner = std::move(owner), .context = {}};
  return PolicyAuthorizer().Authorize(caller, std::span(&check, 1));
}

TEST(PolicyAuthorizer, LetsRootDoEverythingInItsOwnAccount) {
  EXPECT_TRUE(Ask(RootOf(kOwn), "arn:aws:glue:us-east-1:111111111111:database/x").ok());
  EXPECT_TRUE(Ask(RootOf(kOwn), "*").ok());
  EXPECT_TRUE(Ask(RootOf(kOwn), "arn:aws:s3:::bucket/key", kOwn).ok());
  EXPECT_TRUE(Ask(ServiceCaller(kOwn, "glue"), "arn:aws:s3:::bucket/key", kOwn).ok());
}

TEST(PolicyAuthorizer, RefusesAnotherAccountsResources) {
  EXPECT_TRUE(Ask(RootOf(kOwn), "arn:aws:glue:us-east-1:222222222222:database/x").Is(kAccessDenied));
  Check check{.action = "s3:GetObject", .resource = "arn:aws:s3:::bucket/a:b:c:d", .owner = kOther, .context = {}};
  const auto refused = PolicyAuthorizer().Authorize(RootOf(kOwn), std::span(&check, 1));
  EXPECT_TRUE(refused.Is(kAccessDenied));
  EXPECT_EQ(refused.error().message, "Access Denied");
}

TEST(PolicyAuthorizer, RefusesAnonymousEverything) {
  EXPECT_TRUE(Ask(Caller{}, "*").Is(kAccessDenied));
  EXPECT_TRUE(Ask(Caller{}, "arn:aws:s3:::bucket/key").Is(kAccessDenied));
  EXPECT_TRUE(PolicyAuthorizer().Authorize(Caller{}, {}).Is(kAccessDenied));
}

TEST(PolicyAuthorizer, RefusesOtherPrincipalsUntilPoliciesExist) {
  Caller user = RootOf(kOwn);
  user.type = PrincipalType::kUser;
  user.arn = "arn:aws:iam::111111111111:user/ann";
  auto refused = Ask(user, "arn:aws:glue:us-east-1:111111111111:catalog");
  ASSERT_TRUE(refused.Is(kAccessDenied));
  EXPECT_EQ(refused.error().message,
            "User: arn:aws:iam::111111111111:user/ann is not authorized to perform: glue:GetDatabase on resource: "
            "arn:aws:glue:us-east-1:111111111111:catalog because no identity-based policy allows the glue:GetDatabase "
            "action");
}

// Says what it is told to, and counts how often it is asked for more.
class TellingGuard : public Guard {
 public:
  explicit TellingGuard(policy::Effect effect) : effect_(effect) {}
  Result<Ruling> Judge(const Caller&, const Check&, const policy::Context&) const override {
    return Ruling{.decision = {.effect = effect_, .match = policy::Match::kPrincipal}};
  }
  Result<policy::Decision> JudgeRefused(const Caller&, const Check&, const policy::Context&) const override {
    ++asked;
    return policy::Decision{.effect = policy::Effect::kAllow, .match = policy::Match::kPrincipal};
  }
  mutable int asked = 0;

 private:
  const policy::Effect effect_;
};

TEST(PolicyAuthorizer, AsksAGuardForMoreOnlyWhereNothingAllowsAndNothingDenies) {
  struct Case {
    policy::Effect said;
    int asked;
    bool allowed;
  };
  for (const Case& expected : {Case{policy::Effect::kAllow, 0, true}, Case{policy::Effect::kNone, 1, true},
                               Case{policy::Effect::kDeny, 0, false}}) {
    Caller user = RootOf(kOwn);
    user.type = PrincipalType::kUser;
    user.arn = "arn:aws:iam::111111111111:user/ann";
    const auto guard = std::make_shared<TellingGuard>(expected.said);
    const Check check{
        .action = "s3:GetObject", .resource = "arn:aws:s3:::b/k", .owner = kOwn, .context = {}, .guard = guard};
    EXPECT_EQ(PolicyAuthorizer().Authorize(user, std::span(&check, 1)).ok(), expected.allowed);
    EXPECT_EQ(guard->asked, expected.asked);
  }
}

}  // namespace
}  // namespace tarn::identity

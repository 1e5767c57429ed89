#include "policy/combine.h"

#include <gtest/gtest.h>

#include "policy/policy_testing.h"

namespace tarn::policy {
namespace {

constexpr std::string_view kOwn = "111111111111";
constexpr std::string_view kOther = "333333333333";

Decision Allow(Match match = Match::kPrincipal) { return {Effect::kAllow, match, {}, 0}; }
Decision Deny() { return {Effect::kDeny, Match::kEveryone, "No", 0}; }
Decision Silent() { return {}; }

std::string Told(const Outcome& outcome) { return outcome.allowed ? "allowed" : Because(outcome, "s3:GetObject"); }

TEST(Combine, LetsAnExplicitDenyOfAnyPolicyWin) {
  EXPECT_EQ(Told(Combine(kBob, kOwn, {.resource = Deny(), .identity = Allow()})),
            "with an explicit deny in a resource-based policy");
  EXPECT_EQ(Told(Combine(kBob, kOwn, {.resource = Allow(), .identity = Deny()})),
            "with an explicit deny in an identity-based policy");
  EXPECT_EQ(Told(Combine(kRootOf1, kOwn, {.service_control = Deny()})),
            "with an explicit deny in a service control policy");
  EXPECT_EQ(Combine(kBob, kOwn, {.resource = Deny(), .identity = Allow()}).sid, "No");
}

TEST(Combine, WithinAnAccountNeedsOneSide) {
  constexpr const char* kNoIdentity = "because no identity-based policy allows the s3:GetObject action";
  EXPECT_EQ(Told(Combine(kBob, kOwn, {.identity = Allow()})), "allowed");
  EXPECT_EQ(Told(Combine(kBob, kOwn, {.resource = Allow()})), "allowed");
  EXPECT_EQ(Told(Combine(kBob, kOwn, {.resource = Allow(Match::kEveryone)})), "allowed");
  EXPECT_EQ(Told(Combine(kBob, kOwn, {.resource = Allow(Match::kAccount)})), kNoIdentity);
  EXPECT_EQ(Told(Combine(kBob, kOwn, {})), kNoIdentity);
  EXPECT_EQ(Told(Combine(kRootOf1, kOwn, {})), "allowed") << "root may do everything of its own";
}

TEST(Combine, AcrossAccountsNeedsBothSides) {
  constexpr const char* kNoResource = "because no resource-based policy allows the s3:GetObject action";
  EXPECT_EQ(Told(Combine(kBob, kOther, {.identity = Allow()})), kNoResource);
  EXPECT_EQ(Told(Combine(kBob, kOther, {.resource = Allow()})),
            "because no identity-based policy allows the s3:GetObject action");
  EXPECT_EQ(Told(Combine(kBob, kOther, {.resource = Allow(Match::kAccount), .identity = Allow()})), "allowed");
  EXPECT_EQ(Told(Combine(kRootOf1, kOther, {})), kNoResource);
  EXPECT_EQ(Told(Combine(kRootOf1, kOther, {.resource = Allow(Match::kAccount)})), "allowed");
  EXPECT_EQ(Told(Combine(kAnonymous, kOther, {.resource = Allow(Match::kEveryone)})), "allowed");
  EXPECT_EQ(Told(Combine(kAnonymous, kOther, {})), kNoResource);
  EXPECT_EQ(Told(Combine(kLogging, kOther, {.resource = Allow()})), "allowed");
}

TEST(Combine, LimitsByBoundarySessionAndControlPolicies) {
  EXPECT_EQ(Told(Combine(kBob, kOwn, {.identity = Allow(), .boundary = Silent()})),
            "because no permissions boundary allows the s3:GetObject action");
  EXPECT_EQ(Told(Combine(kBob, kOwn, {.identity = Allow(), .boundary = Allow()})), "allowed");
  EXPECT_EQ(Told(Combine(kBob, kOwn, {.resource = Allow(), .boundary = Silent()})), "allowed")
      << "a grant to the user itself is not limited by its boundary";
  constexpr std::string_view kRolesAccount = "222222222222";
  EXPECT_EQ(Told(Combine(kSession, kRolesAccount, {.resource = Allow(Match::kRole), .boundary = Silent()})),
            "because no permissions boundary allows the s3:GetObject action");
  EXPECT_EQ(Told(Combine(kSession, kRolesAccount, {.resource = Allow(Match::kRole), .session = Silent()})),
            "because no session policy allows the s3:GetObject action");
  EXPECT_EQ(Told(Combine(kSession, kRolesAccount, {.resource = Allow(Match::kRole)})), "allowed");
  EXPECT_EQ(Told(Combine(kBob, kOwn, {.service_control = Silent(), .identity = Allow()})),
            "because no service control policy allows the s3:GetObject action");
  EXPECT_EQ(Told(Combine(kBob, kOwn, {.resource_control = Silent(), .identity = Allow()})),
            "because no resource control policy allows the s3:GetObject action");
}

TEST(Combine, MayNeedTheResourcesPolicyEvenAtHome) {
  constexpr const char* kNoResource = "because no resource-based policy allows the s3:GetObject action";
  EXPECT_EQ(Told(Combine(kBob, kOwn, {.identity = Allow()}, true)), kNoResource);
  EXPECT_EQ(Told(Combine(kRootOf1, kOwn, {}, true)), kNoResource);
  EXPECT_EQ(Told(Combine(kBob, kOwn, {.resource = Allow(Match::kAccount), .identity = Allow()}, true)), "allowed");
  EXPECT_EQ(Told(Combine(kBob, kOwn, {.resource = Allow()}, true)), "allowed");
}

TEST(Join, KeepsTheStronger) {
  EXPECT_EQ(Join(Allow(), Deny()).effect, Effect::kDeny);
  EXPECT_EQ(Join(Allow(), Silent()).effect, Effect::kAllow);
  EXPECT_EQ(Join(Allow(Match::kAccount), Allow(Match::kRole)).match, Match::kRole);
}

}  // namespace
}  // namespace tarn::policy

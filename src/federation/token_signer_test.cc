#include "federation/token_signer.h"

#include <gtest/gtest.h>

#include "federation/jwt.h"

namespace tarn::federation {
namespace {

TEST(TokenSigner, WhatItSignsVerifiersTakeByItsPublicKeyAlone) {
  for (const char* algorithm : {"RS256", "ES384"}) {
    const auto pem = MakeSigningKey(algorithm);
    const auto other = MakeSigningKey(algorithm);
    ASSERT_TRUE(pem.ok() && other.ok());
    const auto token = SignJwt(algorithm, *pem, R"({"sub":"ann"})");
    ASSERT_TRUE(token.ok());
    const auto jwt = ParseJwt(*token);
    ASSERT_TRUE(jwt.ok());
    EXPECT_EQ(jwt->algorithm, algorithm);
    EXPECT_EQ(jwt->claims.StringOr("sub", ""), "ann");
    const auto keys = KeySet::Parse("{\"keys\":[" + *PublicJwk(algorithm, *pem) + "]}");
    ASSERT_TRUE(keys.ok());
    EXPECT_TRUE(keys->Holds(*jwt));
    EXPECT_TRUE(keys->Verify(*jwt).ok());
    const auto others = KeySet::Parse("{\"keys\":[" + *PublicJwk(algorithm, *other) + "]}");
    EXPECT_FALSE(others->Verify(*jwt).ok());
  }
}

TEST(TokenSigner, WhatIsNoKeySignsNothing) {
  EXPECT_TRUE(SignJwt("RS256", "no key", "{}").Is(kBadKey));
  EXPECT_TRUE(PublicJwk("ES384", "no key").Is(kBadKey));
}

}  // namespace
}  // namespace tarn::federation

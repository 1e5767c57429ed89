#include "federation/jwt.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "federation/errors.h"

namespace tarn::federation {
namespace {

std::string Bytes(const BIGNUM* number, int size) {
  std::string bytes(static_cast<size_t>(size), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), size);
  return bytes;
}

// A pair of keys that signs as an issuer does.
class Signer {
 public:
  explicit Signer(bool rsa) : rsa_(rsa), key_(rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256")) {}
  ~Signer() { EVP_PKEY_free(key_); }
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;

  std::string Jwks(const std::string& id) const {
    const std::string begin = R"({"keys":[{"kty":"oct","k":"AA"},{"use":"sig","kid":")" + id + R"(",)";
    if (rsa_) return begin + R"("kty":"RSA","n":")" + Member(OSSL_PKEY_PARAM_RSA_N) + R"(","e":"AQAB"}]})";
    return begin + R"("kty":"EC","crv":"P-256","x":")" + Member(OSSL_PKEY_PARAM_EC_PUB_X) + R"(","y":")" +
           Member(OSSL_PKEY_PARAM_EC_PUB_Y) + R"("}]})";
  }

  std::string Token(const std::string& id, const std::string& claims) const {
    const std::string header = R"({"alg":")" + std::string(rsa_ ? "RS256" : "ES256") + R"(","kid":")" + id + R"("})";
    const std::string text = Base64Url(header) + "." + Base64Url(claims);
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    size_t size = 0;
    EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_);
    EVP_DigestSign(context, nullptr, &size, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    std::string signature(size, '\0');
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    EVP_MD_CTX_free(context);
    signature.resize(size);
    return text + "." + Base64Url(rsa_ ? signature : Raw(signature));
  }

 private:
  std::string Member(const char* name) const {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key_, name, &number);
    const std::string text = Base64Url(Bytes(number, rsa_ ? BN_num_bytes(number) : 32));
    BN_free(number);
    return text;
  }
  static std::string Raw(const std::string& der) {
    const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(der.size()));
    std::string raw = Bytes(ECDSA_SIG_get0_r(signature), 32) + Bytes(ECDSA_SIG_get0_s(signature), 32);
    ECDSA_SIG_free(signature);
    return raw;
  }

  const bool rsa_;
  EVP_PKEY* const key_;
};

class JwtOf : public testing::TestWithParam<bool> {};

TEST_P(JwtOf, AnIssuersKeyHoldsAndNoOther) {
  const Signer issuer(GetParam());
  const std::string token = issuer.Token("k1", R"({"sub":"me","aud":["a","b"]})");
  const auto parsed = ParseJwt(token);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->key_id, "k1");
  EXPECT_EQ(parsed->claims.StringOr("sub", ""), "me");
  const auto keys = KeySet::Parse(issuer.Jwks("k1"));
  ASSERT_TRUE(keys.ok());
  EXPECT_TRUE(keys->Verify(*parsed).ok());
  EXPECT_FALSE(KeySet::Parse(issuer.Jwks("k2"))->Holds(*parsed));
  EXPECT_TRUE(KeySet::Parse(Signer(GetParam()).Jwks("k1"))->Verify(*parsed).Is(kInvalidToken));
  EXPECT_FALSE(KeySet::Parse(Signer(!GetParam()).Jwks("k1"))->Holds(*parsed));
  const size_t dot = token.find('.') + 1;
  std::string changed = token;
  changed.replace(dot, token.rfind('.') - dot, Base64Url(R"({"sub":"you","aud":["a","b"]})"));
  EXPECT_TRUE(keys->Verify(*ParseJwt(changed)).Is(kInvalidToken));
}
INSTANTIATE_TEST_SUITE_P(Kinds, JwtOf, testing::Bool());

TEST(Jwt, IsRefusedUnlessSignedByAPublicKey) {
  const std::string claims = Base64Url(R"({"sub":"me"})");
  for (const char* header : {R"({"alg":"none"})", R"({"alg":"HS256"})", R"({"alg":"RS256","crit":["x"]})", "[]", "{"}) {
    EXPECT_TRUE(ParseJwt(Base64Url(header) + "." + claims + ".AAAA").Is(kInvalidToken)) << header;
  }
  for (const char* text : {"", "????", "a.b", "a.b.c.d", "e30.e30.e30"}) EXPECT_TRUE(ParseJwt(text).Is(kInvalidToken));
}

TEST(KeySet, LeavesOutWhatItCannotUse) {
  EXPECT_TRUE(KeySet::Parse("[]").Is(kInvalidToken));
  const auto keys = KeySet::Parse(
      R"({"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"},{"kty":"EC","crv":"P-256","x":"AA","y":"AA"},{"kty":"RSA"},7]})");
  ASSERT_TRUE(keys.ok());
  EXPECT_FALSE(keys->Holds(*ParseJwt(Base64Url(R"({"alg":"RS256"})") + ".e30.AAAA")));
}

}  // namespace
}  // namespace tarn::federation

#include <gtest/gtest.h>

#include "base/hash.h"
#include "keys/crypto/key_pair.h"
#include "keys/crypto/secret_key.h"
#include "keys/errors.h"
#include "keys/key_specs.h"

namespace tarn::keys {
namespace {

TEST(Seal, OpensWithTheSameKeyAndAssociatedDataOnly) {
  const std::string key(32, 'k');
  std::string sealed = Seal(key, "context", "secret");
  EXPECT_EQ(*Unseal(key, "context", sealed), "secret");
  EXPECT_NE(sealed, Seal(key, "context", "secret"));
  EXPECT_TRUE(Unseal(key, "other", sealed).Is(kInvalidCiphertext));
  EXPECT_TRUE(Unseal(std::string(32, 'x'), "context", sealed).Is(kInvalidCiphertext));
  for (size_t i = 0; i < sealed.size(); ++i) {
    sealed[i] = static_cast<char>(sealed[i] ^ 1);
    EXPECT_TRUE(Unseal(key, "context", sealed).Is(kInvalidCiphertext)) << i;
    sealed[i] = static_cast<char>(sealed[i] ^ 1);
  }
  EXPECT_TRUE(Unseal(key, "context", "short").Is(kInvalidCiphertext));
}

// RFC 4231, test case 2.
TEST(Mac, IsHmac) {
  EXPECT_EQ(Hex(Mac("HMAC_SHA_224", "Jefe", "what do ya want for nothing?")),
            "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44");
  EXPECT_EQ(Hex(Mac("HMAC_SHA_384", "Jefe", "what do ya want for nothing?")),
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649");
  EXPECT_EQ(Mac("HMAC_MD5", "k", "m"), "");
}

// RFC 5649, section 6.
TEST(UnwrapKey, OpensAesKeyWrapWithPadding) {
  const std::string key = *Unhex("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8");
  const std::string wrapped = *Unhex("138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a");
  EXPECT_EQ(Hex(*UnwrapKey(key, wrapped)), "c37b7e6492584340bed12207808941155068f738");
  EXPECT_TRUE(UnwrapKey(key, wrapped.substr(8)).Is(kInvalidCiphertext));
  EXPECT_TRUE(UnwrapKey("short", wrapped).Is(kInvalidCiphertext));
}

TEST(KeyPair, SignsWithEveryAlgorithmOfItsSpec) {
  for (const Spec spec : {Spec::kRsa2048, Spec::kEccNistP256, Spec::kEccNistP384, Spec::kEccNistP521,
                          Spec::kEccSecgP256k1, Spec::kEccNistEdwards25519}) {
    auto made = KeyPair::Generate(spec);
    ASSERT_TRUE(made.ok());
    auto pair = KeyPair::FromPkcs8(spec, *(*made)->Pkcs8());
    ASSERT_TRUE(pair.ok());
    EXPECT_EQ(*(*pair)->PublicKey(), *(*made)->PublicKey());
    for (const std::string& algorithm : SigningAlgorithms(spec, Usage::kSignVerify)) {
      auto signature = (*pair)->Sign(algorithm, "message", false);
      ASSERT_TRUE(signature.ok()) << algorithm;
      EXPECT_TRUE(*(*made)->Verify(algorithm, "message", false, *signature)) << algorithm;
      EXPECT_FALSE(*(*made)->Verify(algorithm, "massage", false, *signature)) << algorithm;
      EXPECT_FALSE(*(*made)->Verify(algorithm, "message", false, "no signature")) << algorithm;
      if (algorithm.ends_with("SHA_256")) {
        EXPECT_TRUE(*(*made)->Verify(algorithm, Sha256("message"), true, *signature)) << algorithm;
        EXPECT_TRUE((*made)->Sign(algorithm, "no digest", true).Is(kInvalidInput)) << algorithm;
      }
    }
  }
}

TEST(KeyPair, EncryptsUpToTheSizeThatItTells) {
  auto made = KeyPair::Generate(Spec::kRsa2048);
  ASSERT_TRUE(made.ok());
  for (const char* algorithm : {"RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"}) {
    const std::string most(OaepBytesMax(Spec::kRsa2048, algorithm), 'm');
    auto sealed = (*made)->Encrypt(algorithm, most);
    ASSERT_TRUE(sealed.ok());
    EXPECT_EQ(*(*made)->Decrypt(algorithm, *sealed), most);
    EXPECT_TRUE((*made)->Decrypt(algorithm, "garbage").Is(kInvalidCiphertext));
    EXPECT_FALSE((*made)->Encrypt(algorithm, most + "x").ok());
  }
  EXPECT_EQ(OaepBytesMax(Spec::kRsa2048, "RSAES_OAEP_SHA_1"), 214U);
  EXPECT_EQ(OaepBytesMax(Spec::kRsa4096, "RSAES_OAEP_SHA_256"), 446U);
}

TEST(KeyPair, AgreesWithAKeyOfTheSameCurveOnly) {
  auto a = KeyPair::Generate(Spec::kEccNistP256);
  auto b = KeyPair::Generate(Spec::kEccNistP256);
  auto other = KeyPair::Generate(Spec::kEccNistP384);
  EXPECT_EQ(*(*a)->Agree(*(*b)->PublicKey()), *(*b)->Agree(*(*a)->PublicKey()));
  EXPECT_TRUE((*a)->Agree(*(*other)->PublicKey()).Is(kInvalidInput));
  EXPECT_TRUE((*a)->Agree("InvalidPublicKey").Is(kInvalidInput));
}

TEST(KeyPair, TakesNoPrivateKeyOfAnotherSpec) {
  auto made = KeyPair::Generate(Spec::kEccNistP256);
  const std::string der = *(*made)->Pkcs8();
  EXPECT_TRUE(KeyPair::FromPkcs8(Spec::kEccNistP384, der).Is(kInvalidInput));
  EXPECT_TRUE(KeyPair::FromPkcs8(Spec::kRsa2048, der).Is(kInvalidInput));
  EXPECT_TRUE(KeyPair::FromPkcs8(Spec::kEccNistP256, der + "x").Is(kInvalidInput));
  EXPECT_TRUE(KeyPair::FromPkcs8(Spec::kEccNistP256, "").Is(kInvalidInput));
}

}  // namespace
}  // namespace tarn::keys

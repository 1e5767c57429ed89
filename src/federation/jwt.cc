#include "federation/jwt.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/freed.h"
#include "base/hash.h"
#include "base/strings.h"
#include "federation/errors.h"

namespace tarn::federation {
namespace {

constexpr size_t kTokenBytesMax = 20'000;
constexpr size_t kRsaBitsMin = 2048;

using Pkey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

std::optional<std::string> FromBase64Url(std::string_view text) {
  std::string standard(text);
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  while (standard.size() % 4 != 0) standard += '=';
  return Unbase64(standard);
}

struct Algorithm {
  std::string_view name;
  bool rsa;
  const EVP_MD* (*digest)();
  std::string_view curve;  // JWK's name
  const char* group;       // OpenSSL's
  size_t number_bytes;     // of r and of s
};
constexpr Algorithm kAlgorithms[] = {
    {"RS256", true, &EVP_sha256, "", nullptr, 0},
    {"RS384", true, &EVP_sha384, "", nullptr, 0},
    {"RS512", true, &EVP_sha512, "", nullptr, 0},
    {"ES256", false, &EVP_sha256, "P-256", "prime256v1", 32},
    {"ES384", false, &EVP_sha384, "P-384", "secp384r1", 48},
    {"ES512", false, &EVP_sha512, "P-521", "secp521r1", 66},
};

const Algorithm* Find(std::string_view name) {
  const auto* const found = std::ranges::find(kAlgorithms, name, &Algorithm::name);
  return found == std::end(kAlgorithms) ? nullptr : found;
}

Pkey FromParams(const char* kind, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  return Pkey(key);
}

Number ToNumber(const std::string& bytes) {
  return Number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
}

Pkey RsaKey(const json::Value& jwk) {
  const auto modulus = FromBase64Url(jwk.StringOr("n", ""));
  const auto exponent = FromBase64Url(jwk.StringOr("e", ""));
  if (!modulus || !exponent || modulus->size() * 8 < kRsaBitsMin || modulus->size() > 1024 || exponent->empty()) {
    return nullptr;
  }
  const Builder builder(OSSL_PARAM_BLD_new());
  const Number n = ToNumber(*modulus);
  const Number e = ToNumber(*exponent);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return FromParams("RSA", builder.get());
}

Pkey EcKey(const json::Value& jwk, const Algorithm& algorithm) {
  const auto x = FromBase64Url(jwk.StringOr("x", ""));
  const auto y = FromBase64Url(jwk.StringOr("y", ""));
  if (!x || !y || x->size() != algorithm.number_bytes || y->size() != algorithm.number_bytes) return nullptr;
  const std::string point = '\x04' + *x + *y;
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, algorithm.group, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return FromParams("EC", builder.get());
}

// The DER form of a JWS's r and s.
std::optional<std::string> EcDer(const std::string& raw, const Algorithm& algorithm) {
  if (raw.size() != 2 * algorithm.number_bytes) return std::nullopt;
  Number r = ToNumber(raw.substr(0, algorithm.number_bytes));
  Number s = ToNumber(raw.substr(algorithm.number_bytes));
  const EcSignature signature(ECDSA_SIG_new());
  if (!r || !s || ECDSA_SIG_set0(signature.get(), r.release(), s.release()) != 1) return std::nullopt;
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  if (size <= 0) return std::nullopt;
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

}  // namespace

struct KeySet::Key {
  std::string id;
  bool rsa = false;
  std::string curve;
  std::string algorithm;  // "": any of its kind
  Pkey key;

  bool Fits(const Jwt& jwt) const {
    const Algorithm* const wanted = Find(jwt.algorithm);
    return wanted != nullptr && wanted->rsa == rsa && wanted->curve == curve &&
           (algorithm.empty() || algorithm == jwt.algorithm) && (jwt.key_id.empty() || jwt.key_id == id);
  }
};

Result<Jwt> ParseJwt(std::string_view text) {
  const Error none = Fail(
      kInvalidToken, "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)");
  const auto parts = Split(text, '.');
  if (text.size() > kTokenBytesMax || parts.size() != 3) return none;
  const auto header_text = FromBase64Url(parts[0]);
  const auto claims_text = FromBase64Url(parts[1]);
  const auto signature = FromBase64Url(parts[2]);
  if (!header_text || !claims_text || !signature) return none;
  const auto header = json::Parse(*header_text);
  auto claims = json::Parse(*claims_text);
  if (!header.ok() || !claims.ok() || !header->is_object() || !claims->is_object()) return none;
  Jwt jwt;
  jwt.algorithm = header->StringOr("alg", "");
  if (Find(jwt.algorithm) == nullptr || header->Find("crit") != nullptr) return none;
  jwt.key_id = header->StringOr("kid", "");
  jwt.claims = std::move(*claims);
  jwt.signed_text = text.substr(0, parts[0].size() + 1 + parts[1].size());
  jwt.signature = *signature;
  return jwt;
}

std::string Base64Url(std::string_view bytes) {
  std::string text = Base64(bytes);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  while (text.ends_with('=')) text.pop_back();
  return text;
}

Result<KeySet> KeySet::Parse(std::string_view jwks) {
  const auto set = json::Parse(jwks);
  const json::Value* const keys = set.ok() ? set->Find("keys") : nullptr;
  if (keys == nullptr || !keys->is_array()) return Fail(kInvalidToken, "the issuer's keys are no JWK set");
  KeySet made;
  for (const json::Value& jwk : *keys->AsArray()) {
    if (jwk.StringOr("use", "sig") != "sig") continue;
    auto key = std::make_shared<Key>();
    key->id = jwk.StringOr("kid", "");
    key->algorithm = jwk.StringOr("alg", "");
    key->rsa = jwk.StringOr("kty", "") == "RSA";
    if (key->rsa) {
      key->key = RsaKey(jwk);
    } else if (jwk.StringOr("kty", "") == "EC") {
      key->curve = jwk.StringOr("crv", "");
      const auto* const algorithm = std::ranges::find(kAlgorithms, key->curve, &Algorithm::curve);
      if (!key->curve.empty() && algorithm != std::end(kAlgorithms)) key->key = EcKey(jwk, *algorithm);
    }
    if (key->key) made.keys_.push_back(std::move(key));
  }
  return made;
}

bool KeySet::Holds(const Jwt& jwt) const {
  return std::ranges::any_of(keys_, [&](const auto& key) { return key->Fits(jwt); });
}

Status KeySet::Verify(const Jwt& jwt) const {
  const Error bad =
      Fail(kInvalidToken, "The web identity token provided could not be validated: its signature is not its issuer's");
  const Algorithm* const algorithm = Find(jwt.algorithm);
  if (algorithm == nullptr) return bad;
  std::string signature = jwt.signature;
  if (!algorithm->rsa) {
    const auto der = EcDer(jwt.signature, *algorithm);
    if (!der) return bad;
    signature = *der;
  }
  for (const auto& key : keys_) {
    if (!key->Fits(jwt)) continue;
    const DigestContext context(EVP_MD_CTX_new());
    if (EVP_DigestVerifyInit(context.get(), nullptr, algorithm->digest(), nullptr, key->key.get()) == 1 &&
        EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                         reinterpret_cast<const unsigned char*>(jwt.signed_text.data()), jwt.signed_text.size()) == 1) {
      return Ok();
    }
  }
  return bad;
}

}  // namespace tarn::federation

#include "federation/token_signer.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <optional>

#include "base/freed.h"
#include "base/hash.h"
#include "federation/jwt.h"
#include "json/json.h"

namespace tarn::federation {
namespace {

constexpr unsigned int kRsaBits = 2048;
constexpr int kCoordinateBytes = 48;  // of P-384

using Pkey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

Error Bad() { return Fail(kBadKey, "a key that signs tokens cannot be used"); }

bool IsRsa(std::string_view algorithm) { return algorithm == "RS256"; }
const EVP_MD* DigestOf(std::string_view algorithm) { return IsRsa(algorithm) ? EVP_sha256() : EVP_sha384(); }

Pkey KeyOf(const std::string& pem) {
  const Bio source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Pkey(PEM_read_bio_PrivateKey(source.get(), nullptr, nullptr, nullptr));
}

// A number of the key; `bytes` 0: as long as it is.
std::optional<std::string> NumberOf(const EVP_PKEY* key, const char* name, int bytes) {
  BIGNUM* read = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &read) != 1) return std::nullopt;
  const Number number(read);
  const int size = bytes == 0 ? BN_num_bytes(number.get()) : bytes;
  std::string text(static_cast<size_t>(size), '\0');
  if (BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(text.data()), size) != size) return std::nullopt;
  return Base64Url(text);
}

// What identifies the key: its required members, in order and without spaces.
Result<json::Object> Members(std::string_view algorithm, const EVP_PKEY* key) {
  if (IsRsa(algorithm)) {
    const auto e = NumberOf(key, OSSL_PKEY_PARAM_RSA_E, 0);
    const auto n = NumberOf(key, OSSL_PKEY_PARAM_RSA_N, 0);
    if (!e || !n) return Bad();
    return json::Object{{"e", *e}, {"kty", "RSA"}, {"n", *n}};
  }
  const auto x = NumberOf(key, OSSL_PKEY_PARAM_EC_PUB_X, kCoordinateBytes);
  const auto y = NumberOf(key, OSSL_PKEY_PARAM_EC_PUB_Y, kCoordinateBytes);
  if (!x || !y) return Bad();
  return json::Object{{"crv", "P-384"}, {"kty", "EC"}, {"x", *x}, {"y", *y}};
}

std::string Thumbprint(const json::Object& members) { return Base64Url(Sha256(json::Write(json::Value(members)))); }

// r and s, as JWS has them.
std::optional<std::string> RawOf(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const EcSignature pair(d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size())));
  if (!pair) return std::nullopt;
  std::string raw(size_t{2} * kCoordinateBytes, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(raw.data());
  if (BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out, kCoordinateBytes) < 0) return std::nullopt;
  if (BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out + kCoordinateBytes, kCoordinateBytes) < 0) return std::nullopt;
  return raw;
}

}  // namespace

Result<std::string> MakeSigningKey(std::string_view algorithm) {
  const Pkey key(IsRsa(algorithm) ? EVP_RSA_gen(kRsaBits) : EVP_EC_gen("P-384"));
  const Bio sink(BIO_new(BIO_s_mem()));
  if (!key || !sink || PEM_write_bio_PrivateKey(sink.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return Bad();
  }
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(sink.get(), &bytes);
  return std::string(bytes, static_cast<size_t>(size));
}

Result<std::string> PublicJwk(std::string_view algorithm, const std::string& pem) {
  const Pkey key = KeyOf(pem);
  if (!key) return Bad();
  TARN_TRY(json::Object members, Members(algorithm, key.get()));
  const std::string id = Thumbprint(members);
  members.emplace_back("kid", id);
  members.emplace_back("use", "sig");
  members.emplace_back("alg", std::string(algorithm));
  return json::Write(json::Value(std::move(members)));
}

Result<std::string> SignJwt(std::string_view algorithm, const std::string& pem, std::string_view claims) {
  const Pkey key = KeyOf(pem);
  if (!key) return Bad();
  TARN_TRY(const json::Object members, Members(algorithm, key.get()));
  const std::string header = json::Write(
      json::Value(json::Object{{"kid", Thumbprint(members)}, {"typ", "JWT"}, {"alg", std::string(algorithm)}}));
  std::string token = Base64Url(header) + "." + Base64Url(claims);
  const DigestContext context(EVP_MD_CTX_new());
  size_t size = 0;
  const auto* const text = reinterpret_cast<const unsigned char*>(token.data());
  if (!context || EVP_DigestSignInit(context.get(), nullptr, DigestOf(algorithm), nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, text, token.size()) != 1) {
    return Bad();
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, text, token.size()) !=
      1) {
    return Bad();
  }
  signature.resize(size);
  if (!IsRsa(algorithm)) {
    const auto raw = RawOf(signature);
    if (!raw) return Bad();
    signature = *raw;
  }
  return token + "." + Base64Url(signature);
}

}  // namespace tarn::federation

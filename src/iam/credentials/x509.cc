#include "iam/credentials/x509.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>
#include <optional>

#include "base/freed.h"
#include "base/hash.h"
#include "base/strings.h"
#include "iam/errors.h"

namespace tarn::iam {
namespace {

using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;

Bio Open(const std::string& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

// Keys with a pass phrase are not asked for one.
int NoPassPhrase(char*, int, int, void*) { return 0; }

Error Malformed(const std::string& pem) { return Fail(kMalformedCertificate, "Certificate " + pem + " is malformed"); }

// The first field of an SSH key's bytes: a length and that many bytes.
std::optional<std::string_view> Field(std::string_view& rest) {
  if (rest.size() < 4) return std::nullopt;
  size_t size = 0;
  for (size_t i = 0; i < 4; ++i) size = size << 8 | static_cast<unsigned char>(rest[i]);
  if (size > rest.size() - 4) return std::nullopt;
  const std::string_view field = rest.substr(4, size);
  rest.remove_prefix(4 + size);
  return field;
}

std::string AsField(std::string_view bytes) {
  std::string out;
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(bytes.size() >> shift & 0xff);
  return out.append(bytes);
}

// A positive number: a leading zero where its first bit is set.
std::string AsNumberField(const BIGNUM* number) {
  std::string bytes(static_cast<size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  if (!bytes.empty() && (static_cast<unsigned char>(bytes[0]) & 0x80) != 0) bytes.insert(0, 1, '\0');
  return AsField(bytes);
}

// A public key in PEM as SSH's bytes; nothing for what is no RSA key.
std::optional<std::string> FromPem(const std::string& pem) {
  const PrivateKey key(PEM_read_bio_PUBKEY(Open(pem).get(), nullptr, NoPassPhrase, nullptr));
  BIGNUM* n = nullptr;
  BIGNUM* e = nullptr;
  if (!key || EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_RSA_N, &n) != 1) return std::nullopt;
  const Number modulus(n);
  if (EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_RSA_E, &e) != 1) return std::nullopt;
  const Number exponent(e);
  return AsField("ssh-rsa") + AsNumberField(e) + AsNumberField(n);
}

}  // namespace

Result<Timestamp> ExpiryOf(const std::string& pem) {
  const Certificate certificate(PEM_read_bio_X509(Open(pem).get(), nullptr, NoPassPhrase, nullptr));
  if (!certificate) return Malformed(pem);
  tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1) return Malformed(pem);
  return FromCivil(end.tm_year + 1900, end.tm_mon + 1, end.tm_mday, end.tm_hour, end.tm_min, end.tm_sec);
}

Status CheckKeyPair(const std::string& certificate, const std::string& private_key) {
  const Certificate read(PEM_read_bio_X509(Open(certificate).get(), nullptr, NoPassPhrase, nullptr));
  if (!read) return Malformed(certificate);
  const PrivateKey key(PEM_read_bio_PrivateKey(Open(private_key).get(), nullptr, NoPassPhrase, nullptr));
  if (!key) return Fail(kMalformedCertificate, "Unable to parse key; the body might not be PEM-encoded");
  if (X509_check_private_key(read.get(), key.get()) != 1) {
    return Fail(kKeyPairMismatch, "The public key in your certificate and private key do not match");
  }
  return Ok();
}

Status CheckRsaPrivateKey(const std::string& pem) {
  const PrivateKey key(PEM_read_bio_PrivateKey(Open(pem).get(), nullptr, NoPassPhrase, nullptr));
  if (key && EVP_PKEY_is_a(key.get(), "RSA") == 1) return Ok();
  return Fail(kInvalidInput, "Invalid private key.");
}

Status CheckChain(const std::string& pem) {
  const Certificate read(PEM_read_bio_X509(Open(pem).get(), nullptr, NoPassPhrase, nullptr));
  if (read) return Ok();
  return Fail(kMalformedCertificate,
              "Unable to validate certificate chain. The certificate chain must start with the immediate signing "
              "certificate, followed by any intermediaries in order. The index within the chain of the invalid "
              "certificate is: 0");
}

Result<std::string> SshKeyBytes(const std::string& body) {
  const Error bad = Fail(kInvalidPublicKey, "Public Key " + body + " is not valid");
  if (Trim(body).starts_with("-----BEGIN")) {
    auto bytes = FromPem(body);
    if (!bytes) return bad;
    return *std::move(bytes);
  }
  std::string_view text = Trim(body);
  const size_t space = text.find(' ');
  if (space == std::string_view::npos) return bad;
  const std::string_view type = text.substr(0, space);
  text.remove_prefix(space + 1);
  auto bytes = Unbase64(text.substr(0, text.find(' ')));
  if (!bytes) return bad;
  std::string_view rest = *bytes;
  const auto inner = Field(rest);
  if (!inner || *inner != type || rest.empty()) return bad;
  return *std::move(bytes);
}

Result<std::string> RsaPem(const std::string& ssh_key_bytes) {
  const Error bad = Fail(kUnrecognizedKeyEncoding, "The public key cannot be told in PEM");
  std::string_view rest = ssh_key_bytes;
  const auto type = Field(rest);
  const auto exponent = Field(rest);
  const auto modulus = Field(rest);
  if (!type || *type != "ssh-rsa" || !exponent || !modulus) return bad;
  const auto number = [](std::string_view bytes) {
    return Number(
        BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
  };
  const Number n = number(*modulus);
  const Number e = number(*exponent);
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* made = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return bad;
  }
  const PrivateKey key(made);
  const Bio out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PUBKEY(out.get(), key.get()) != 1) return bad;
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

}  // namespace tarn::iam

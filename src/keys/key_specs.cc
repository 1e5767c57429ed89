#include "keys/key_specs.h"

#include <algorithm>
#include <array>

namespace tarn::keys {
namespace {

struct SpecRow {
  Spec spec;
  std::string_view name;
  size_t material_bytes;
  size_t rsa_bits;
  std::string_view mac;      // of an HMAC key
  std::string_view signing;  // of a curve
};

constexpr std::array<SpecRow, 13> kSpecs{{
    {Spec::kSymmetricDefault, "SYMMETRIC_DEFAULT", 32, 0, "", ""},
    {Spec::kHmac224, "HMAC_224", 28, 0, "HMAC_SHA_224", ""},
    {Spec::kHmac256, "HMAC_256", 32, 0, "HMAC_SHA_256", ""},
    {Spec::kHmac384, "HMAC_384", 48, 0, "HMAC_SHA_384", ""},
    {Spec::kHmac512, "HMAC_512", 64, 0, "HMAC_SHA_512", ""},
    {Spec::kRsa2048, "RSA_2048", 0, 2048, "", ""},
    {Spec::kRsa3072, "RSA_3072", 0, 3072, "", ""},
    {Spec::kRsa4096, "RSA_4096", 0, 4096, "", ""},
    {Spec::kEccNistP256, "ECC_NIST_P256", 0, 0, "", "ECDSA_SHA_256"},
    {Spec::kEccNistP384, "ECC_NIST_P384", 0, 0, "", "ECDSA_SHA_384"},
    {Spec::kEccNistP521, "ECC_NIST_P521", 0, 0, "", "ECDSA_SHA_512"},
    {Spec::kEccSecgP256k1, "ECC_SECG_P256K1", 0, 0, "", "ECDSA_SHA_256"},
    {Spec::kEccNistEdwards25519, "ECC_NIST_EDWARDS25519", 0, 0, "", ""},
}};

const SpecRow& RowOf(Spec spec) {
  const auto* found = std::ranges::find(kSpecs, spec, &SpecRow::spec);
  return found == kSpecs.end() ? kSpecs.front() : *found;
}

constexpr std::array<std::pair<Usage, std::string_view>, 4> kUsages{{
    {Usage::kEncryptDecrypt, "ENCRYPT_DECRYPT"},
    {Usage::kSignVerify, "SIGN_VERIFY"},
    {Usage::kGenerateVerifyMac, "GENERATE_VERIFY_MAC"},
    {Usage::kKeyAgreement, "KEY_AGREEMENT"},
}};

}  // namespace

std::string_view NameOf(Spec spec) { return RowOf(spec).name; }

std::string_view NameOf(Usage usage) {
  for (const auto& [value, name] : kUsages) {
    if (value == usage) return name;
  }
  return "";
}

std::string_view NameOf(State state) {
  switch (state) {
    case State::kEnabled:
      return "Enabled";
    case State::kDisabled:
      return "Disabled";
    case State::kPendingDeletion:
      return "PendingDeletion";
    case State::kPendingImport:
      return "PendingImport";
    case State::kPendingReplicaDeletion:
      return "PendingReplicaDeletion";
  }
  return "";
}

std::string_view NameOf(Origin origin) { return origin == Origin::kExternal ? "EXTERNAL" : "AWS_KMS"; }

std::optional<Spec> SpecNamed(std::string_view name) {
  for (const SpecRow& row : kSpecs) {
    if (row.name == name) return row.spec;
  }
  return std::nullopt;
}

std::optional<Usage> UsageNamed(std::string_view name) {
  for (const auto& [value, known] : kUsages) {
    if (known == name) return value;
  }
  return std::nullopt;
}

bool IsHmac(Spec spec) { return !RowOf(spec).mac.empty(); }
bool IsRsa(Spec spec) { return RowOf(spec).rsa_bits > 0; }
bool IsEcc(Spec spec) { return spec >= Spec::kEccNistP256 && spec <= Spec::kEccNistEdwards25519; }

std::optional<Usage> DefaultUsage(Spec spec) {
  if (IsSymmetric(spec)) return Usage::kEncryptDecrypt;
  return std::nullopt;
}

bool Fits(Usage usage, Spec spec) {
  switch (usage) {
    case Usage::kEncryptDecrypt:
      return IsSymmetric(spec) || IsRsa(spec);
    case Usage::kSignVerify:
      return IsAsymmetric(spec);
    case Usage::kGenerateVerifyMac:
      return IsHmac(spec);
    case Usage::kKeyAgreement:
      return spec == Spec::kEccNistP256 || spec == Spec::kEccNistP384 || spec == Spec::kEccNistP521;
  }
  return false;
}

std::vector<std::string> EncryptionAlgorithms(Spec spec, Usage usage) {
  if (usage != Usage::kEncryptDecrypt) return {};
  if (IsRsa(spec)) return {"RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"};
  return {"SYMMETRIC_DEFAULT"};
}

std::vector<std::string> SigningAlgorithms(Spec spec, Usage usage) {
  if (usage != Usage::kSignVerify) return {};
  if (IsRsa(spec)) {
    return {"RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PKCS1_V1_5_SHA_384", "RSASSA_PKCS1_V1_5_SHA_512",
            "RSASSA_PSS_SHA_256",        "RSASSA_PSS_SHA_384",        "RSASSA_PSS_SHA_512"};
  }
  if (spec == Spec::kEccNistEdwards25519) return {"ED25519_SHA_512"};
  return {std::string(RowOf(spec).signing)};
}

std::vector<std::string> MacAlgorithms(Spec spec, Usage usage) {
  if (usage != Usage::kGenerateVerifyMac) return {};
  return {std::string(RowOf(spec).mac)};
}

std::vector<std::string> KeyAgreementAlgorithms(Spec, Usage usage) {
  if (usage != Usage::kKeyAgreement) return {};
  return {"ECDH"};
}

size_t MaterialBytes(Spec spec) { return RowOf(spec).material_bytes; }
size_t RsaBits(Spec spec) { return RowOf(spec).rsa_bits; }

}  // namespace tarn::keys

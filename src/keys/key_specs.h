// What each kind of key can do: the names that KMS gives to specs, usages, states and algorithms, and which go
// together. Pure tables. Defined by
// https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "keys/key.h"

namespace tarn::keys {

std::string_view NameOf(Spec spec);      // "RSA_2048"
std::string_view NameOf(Usage usage);    // "SIGN_VERIFY"
std::string_view NameOf(State state);    // "PendingDeletion"
std::string_view NameOf(Origin origin);  // "AWS_KMS"
std::optional<Spec> SpecNamed(std::string_view name);
std::optional<Usage> UsageNamed(std::string_view name);

inline bool IsSymmetric(Spec spec) { return spec == Spec::kSymmetricDefault; }
bool IsHmac(Spec spec);
bool IsRsa(Spec spec);
bool IsEcc(Spec spec);  // the Edwards curve too
inline bool IsAsymmetric(Spec spec) { return IsRsa(spec) || IsEcc(spec); }
// The usage of a key that was made without naming one; nothing where it must be named.
std::optional<Usage> DefaultUsage(Spec spec);
bool Fits(Usage usage, Spec spec);

// In the order in which DescribeKey lists them; empty where the usage has none of that kind.
std::vector<std::string> EncryptionAlgorithms(Spec spec, Usage usage);
std::vector<std::string> SigningAlgorithms(Spec spec, Usage usage);
std::vector<std::string> MacAlgorithms(Spec spec, Usage usage);
std::vector<std::string> KeyAgreementAlgorithms(Spec spec, Usage usage);

// Bytes of symmetric material (also of imported HMAC keys); 0 for asymmetric specs.
size_t MaterialBytes(Spec spec);
size_t RsaBits(Spec spec);  // 0 for others

}  // namespace tarn::keys

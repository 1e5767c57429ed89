// SAML 2.0: what an identity provider says of itself (metadata), and assertions that it signed. For AssumeRoleWithSAML.
//
// Invariants: nothing of a response is told that is not within an element whose signature holds, by a key of the
// metadata alone; that element is named by its one ID, by one reference, and only the transforms of SAML's profile are
// taken (enveloped signature, canonical XML; SHA-256 and better with RSA or ECDSA). Documents with a DTD are
// refused. An encrypted assertion is held to the same once it is opened. Pure. Errors: kInvalidToken, kExpiredToken,
// kBadMetadata. Threads: any.
// Defined by OASIS saml-core-2.0-os, saml-metadata-2.0-os; signatures are checked by xmlsec.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tarn::federation {

// What the metadata of an identity provider tells.
struct SamlMetadata {
  std::string issuer;                     // its entity id
  std::vector<std::string> certificates;  // DER, those that sign; none: nothing holds
  std::optional<Timestamp> valid_until;

  // Errors: kBadMetadata.
  static Result<SamlMetadata> Parse(std::string_view xml);
};

struct SamlAssertion {
  std::string issuer;
  std::string subject;    // NameID; "" when it names nobody, whom nothing may be given to
  std::string format;     // of NameID; "" when it has none
  std::string recipient;  // of the confirmation of the subject that holds
  Timestamp issued;
  std::optional<Timestamp> session_ends;
  std::vector<std::vector<std::string>> audiences;             // of each restriction; one of each must be the reader
  std::map<std::string, std::vector<std::string>> attributes;  // by Name
};

// What opens assertions that their issuer encrypted for us.
struct SamlDecryption {
  std::vector<std::string> private_keys;  // PEM
  bool required = false;                  // an assertion in the clear is refused
};

// The assertion of a response (XML), when `metadata` vouches for it now. Errors: kInvalidToken, kExpiredToken.
Result<SamlAssertion> VerifySaml(std::string_view response, const SamlMetadata& metadata, Timestamp now,
                                 const SamlDecryption& decryption = {});

}  // namespace tarn::federation

// The signature of a browser's form (POST policy): over the policy document's base64 text, by SigV4 or SigV2. Pure but
// for the key's lookup.
#pragma once

#include <string>
#include <string_view>

#include "api/protocol/auth/sigv4.h"
#include "base/result.h"
#include "identity/directory.h"

namespace tarn::api::protocol {

// What the form's fields say about its signer.
struct FormClaim {
  bool v2 = false;
  std::string access_key_id;
  std::string date;  // SigV4: of the credential scope, with the region and service
  std::string region;
  std::string service;
  std::string token;
  std::string signature;  // SigV4: hex; SigV2: base64
};

// Reads "AKID/20261121/us-east-1/s3/aws4_request" into the claim; false when it is not of that form.
bool ReadFormCredential(std::string_view credential, FormClaim& claim);

// Who signed `policy` (as sent, base64). Errors: kUnknownAccessKey, kInvalidToken, kSignatureMismatch.
Result<identity::Caller> VerifyForm(const FormClaim& claim, std::string_view policy,
                                    identity::CredentialSource& credentials, ErrorFields& fields);

}  // namespace tarn::api::protocol

#include "api/protocol/auth/form_signature.h"

#include "api/protocol/auth/authenticate.h"
#include "api/protocol/auth/sigv2.h"
#include "api/protocol/errors.h"
#include "base/hash.h"
#include "base/strings.h"

namespace tarn::api::protocol {

bool ReadFormCredential(std::string_view credential, FormClaim& claim) {
  std::vector<std::string_view> parts = Split(credential, '/');
  if (parts.size() < 5 || parts.back() != "aws4_request") return false;
  // An access key id may hold slashes in front of the scope.
  const size_t scope = parts.size() - 4;
  claim.date = parts[scope];
  claim.region = parts[scope + 1];
  claim.service = parts[scope + 2];
  size_t key_bytes = scope - 1;
  for (size_t i = 0; i < scope; ++i) key_bytes += parts[i].size();
  claim.access_key_id = credential.substr(0, key_bytes);
  return !claim.access_key_id.empty() && claim.date.size() == 8 && !claim.region.empty();
}

Result<identity::Caller> VerifyForm(const FormClaim& claim, std::string_view policy,
                                    identity::CredentialSource& credentials, ErrorFields& fields) {
  TARN_TRY(auto credential, FindCredential(credentials, claim.access_key_id, claim.token, fields));
  std::string expected;
  if (claim.v2) {
    expected = Base64(HmacSha1(credential->secret, policy));
  } else {
    const Claim scope{
        .access_key_id = claim.access_key_id, .date = claim.date, .region = claim.region, .service = claim.service};
    expected = Hex(HmacSha256(SigningKey(credential->secret, scope), policy));
  }
  if (ConstantTimeEqual(expected, claim.signature)) return credential->caller;
  fields.emplace_back("AWSAccessKeyId", claim.access_key_id);
  fields.emplace_back("StringToSign", std::string(policy));
  fields.emplace_back("SignatureProvided", claim.signature);
  fields.emplace_back("StringToSignBytes", SpacedHex(policy));
  return Fail(
      kSignatureMismatch,
      "The request signature we calculated does not match the signature you provided. Check your key and signing "
      "method.");
}

}  // namespace tarn::api::protocol

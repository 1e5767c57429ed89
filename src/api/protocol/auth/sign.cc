#include "api/protocol/auth/sign.h"

#include <algorithm>

#include "api/protocol/auth/sigv4.h"
#include "base/hash.h"
#include "base/strings.h"

namespace tarn::api::protocol {

void SignHeaders(const SigningRequest& request, std::vector<Field>& headers) {
  headers.push_back({"x-amz-date", FormatAmzDate(request.now)});
  headers.push_back({"x-amz-content-sha256", std::string(request.payload_hash)});
  Claim claim;
  claim.access_key_id = request.access_key_id;
  claim.timestamp = FormatAmzDate(request.now);
  claim.date = claim.timestamp.substr(0, 8);
  claim.region = request.region;
  claim.service = request.service;
  for (const Field& field : headers) claim.signed_headers.push_back(AsciiLower(field.name));
  std::ranges::sort(claim.signed_headers);
  auto repeated = std::ranges::unique(claim.signed_headers);
  claim.signed_headers.erase(repeated.begin(), repeated.end());
  SignedHead head{.method = request.method, .path = request.path, .query = request.query, .headers = &headers};
  std::string to_sign =
      StringToSign(claim, CanonicalRequest(claim, head, request.payload_hash, request.service == "s3", true));
  std::string signature = Hex(HmacSha256(SigningKey(request.secret_access_key, claim), to_sign));
  headers.push_back({"Authorization", "AWS4-HMAC-SHA256 Credential=" + claim.access_key_id + "/" + claim.Scope() +
                                          ", SignedHeaders=" + Join(claim.signed_headers, ";") +
                                          ", Signature=" + signature});
}

}  // namespace tarn::api::protocol

// Authorization headers and presigned queries of arbitrary bytes: no crash, and nothing unsigned is ever accepted.
#include <cstdlib>
#include <string>

#include "api/protocol/auth/sigv4.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tarn::api::protocol;  // NOLINT(google-build-using-namespace): a single function
  std::string_view input(reinterpret_cast<const char*>(data), size);
  size_t split = std::min(input.find('\n'), input.size());
  std::vector<Field> headers{{"host", "a"}, {"x-amz-date", "20261121T053800Z"}};
  if (split > 0) headers.push_back({"authorization", std::string(input.substr(0, split))});
  std::string query(split < input.size() ? input.substr(split + 1) : std::string_view());
  SignedHead head{.method = "GET", .path = "/b/%2", .query = query, .headers = &headers};
  ClaimedService(head);
  ErrorFields fields;
  auto claim = ReadClaim(head, true, fields);
  if (!claim.ok() || !*claim) return 0;
  for (bool s3 : {true, false}) {
    (void)CheckTime(**claim, *tarn::ParseAmzDate("20261121T053800Z"), s3, fields);
    if (VerifySignature(**claim, head, kUnsignedPayload, "secret", s3, fields).ok()) std::abort();
  }
  return 0;
}

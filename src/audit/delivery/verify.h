// Checks what a trail delivered, as `aws cloudtrail validate-logs` does: that every digest is signed with a key of the
// lake and names the one before it as it is, and that every file that a digest names is there, unchanged.
//
// Pure but for the files that it asks for. A digest that nothing names, between two others, is no longer part of the
// chain and is told as such. Errors: those of asking; what is wrong with the files is in the report.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tarn::audit {

struct FetchedFile {
  std::string bytes;
  std::string signature;  // x-amz-meta-signature, of digests
};

struct VerifyAsk {
  std::string bucket;
  std::vector<std::string> digests;                                                 // keys, in the order of their times
  std::map<std::string, std::string> public_keys;                                   // PKCS #1 DER, by fingerprint
  std::function<Result<std::optional<FetchedFile>>(const std::string& key)> fetch;  // nothing: there is none
};

struct VerifyReport {
  std::vector<std::string> problems;  // a line each
  size_t digests = 0;                 // that are valid
  size_t digests_invalid = 0;
  size_t files = 0;
  size_t files_invalid = 0;
  bool ok() const { return digests_invalid == 0 && files_invalid == 0; }
};

Result<VerifyReport> VerifyDelivered(const VerifyAsk& ask);

// Whether an RSA key signed the text, SHA256withRSA; `public_key` is PKCS #1 DER, the signature raw bytes.
bool IsSignedBy(std::string_view public_key, std::string_view text, std::string_view signature);
// Nothing for what is no gzip file, or unpacks to more than a gigabyte.
std::optional<std::string> Gunzip(std::string_view packed);

}  // namespace tarn::audit

// Server-side encryption in requests and answers: the headers of SSE-S3, SSE-KMS and SSE-C ↔ object's terms.
//
// A request's headers are checked as a whole before anything else happens; the errors are AWS's, with its wording and
// its ArgumentName. docs/s3.md tells what differs from AWS. Threads: any.
#pragma once

#include <optional>
#include <string>

#include "api/protocol/call.h"
#include "base/result.h"
#include "base/task.h"
#include "object/store/store.h"

namespace tarn::api::s3 {

// The three headers of a customer's key, as they came. A write must tell the MD5, a read may.
struct CustomerHeaders {
  const std::optional<std::string>& algorithm;
  const std::optional<std::string>& key;
  const std::optional<std::string>& md5;
  bool any() const { return algorithm || key || md5; }
};
template <typename In>
CustomerHeaders CustomerHeadersOf(const In& in) {
  return {in.sse_customer_algorithm, in.sse_customer_key, in.sse_customer_key_md5};
}
template <typename In>
CustomerHeaders CopySourceHeadersOf(const In& in) {
  return {in.copy_source_sse_customer_algorithm, in.copy_source_sse_customer_key, in.copy_source_sse_customer_key_md5};
}
enum class KeyUse : uint8_t { kRead, kWrite };
// Nothing when there is none of the headers.
Result<std::optional<object::CustomerKey>> CustomerKeyOf(const protocol::Call& call, const CustomerHeaders& headers,
                                                         KeyUse use);

// What PutObject, CopyObject and CreateMultipartUpload say about encryption.
struct EncryptionHeaders {
  const std::optional<std::string>& algorithm;
  const std::optional<std::string>& key;
  const std::optional<std::string>& context;
  const std::optional<bool>& bucket_key;
};
Result<object::EncryptionChoice> ChoiceOf(const protocol::Call& call, const EncryptionHeaders& headers,
                                          const CustomerHeaders& customer);
template <typename In>
Result<object::EncryptionChoice> ChoiceOf(const protocol::Call& call, const In& in) {
  return ChoiceOf(call,
                  {in.server_side_encryption, in.ssekms_key_id, in.ssekms_encryption_context, in.bucket_key_enabled},
                  CustomerHeadersOf(in));
}
// x-amz-server-side-encryption has no place in a request that reads.
Status RefuseChoice(const protocol::Call& call);

// The caller, in the region of the bucket.
object::KeyUser KeyUserOf(const protocol::Call& call, const object::Bucket& bucket);

// How a new object is to be encrypted. KMS keys are asked on a pool.
Task<Result<object::Sealing>> SealFor(object::Store& store, const protocol::Call& call, const object::Bucket& bucket,
                                      const std::string& key, const object::EncryptionChoice& asked);
// The same for a copy; under the source's own customer key its bytes can be shared.
Task<Result<object::Sealing>> SealCopy(object::Store& store, const protocol::Call& call, const object::Bucket& bucket,
                                       const std::string& key, const object::EncryptionChoice& choice,
                                       const object::Version& source);
// How a part of that upload is to be encrypted: a customer's key must be repeated.
Result<object::Sealing> SealPart(object::Store& store, const protocol::Call& call, const object::Bucket& bucket,
                                 const object::Upload& upload, const CustomerHeaders& headers);
// The key of a completion may be left out; a wrong one is refused.
Status CheckCompletionKey(const protocol::Call& call, const object::Upload& upload, const CustomerHeaders& headers);
// Reads of a version: the customer's key must be there and right, others must not be there.
Status CheckReadKey(const protocol::Call& call, const object::Version& version, const CustomerHeaders& headers);
// The same, and the version's content is readable then.
Status Unlock(object::Store& store, const protocol::Call& call, const object::Bucket& bucket,
              const object::Version& version, const CustomerHeaders& headers);

// "AES256", "aws:kms", "aws:kms:dsse"; a customer's: "AES256" too.
std::string_view AlgorithmText(object::EncryptionKind kind);
// "AES256", "aws:kms" or "aws:kms:dsse" of a request.
std::optional<object::EncryptionKind> ParseAlgorithmText(std::string_view text);
// Base64 of the context as JSON.
std::string ContextText(const object::Encryption& encryption);

// The headers of an answer about what is encrypted so. The context is told where it was given.
template <typename Out>
void TellEncryption(const object::Encryption& encryption, Out& out, [[maybe_unused]] bool with_context = false) {
  if (encryption.kind == object::EncryptionKind::kCustomer) {
    if constexpr (requires { out.sse_customer_algorithm; }) {
      out.sse_customer_algorithm = "AES256";
      out.sse_customer_key_md5 = encryption.key;
    }
    return;
  }
  out.server_side_encryption = AlgorithmText(encryption.kind);
  if (encryption.kind == object::EncryptionKind::kS3) return;
  out.ssekms_key_id = encryption.key;
  if (encryption.bucket_key) out.bucket_key_enabled = true;
  if constexpr (requires { out.ssekms_encryption_context; }) {
    if (with_context) out.ssekms_encryption_context = ContextText(encryption);
  }
}

}  // namespace tarn::api::s3

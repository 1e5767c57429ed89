// The body of one request with its integrity checked on the way: aws-chunked framing, payload hash, declared length.
#pragma once

#include <memory>
#include <string>

#include "api/protocol/body/aws_chunked.h"
#include "api/protocol/service.h"
#include "base/hash.h"
#include "base/task.h"

namespace tarn::api::protocol {

struct BodyPlan {
  std::optional<std::string> sha256_hex;     // what a plain body must hash to
  std::optional<AwsChunkedOptions> chunked;  // or how it is framed
  ErrorFields* fields = nullptr;             // that the request's refusal gets; may be null
};

// Whether x-amz-content-sha256 is one that S3 takes; empty is. Errors: kInvalidContentSha256.
Status CheckPayloadHash(std::string_view payload_hash, ErrorFields& fields);

// From x-amz-content-sha256 (`payload_hash`; "" when absent), the trailer and length headers. `verified` is null for an
// unsigned request. `fields` outlives the plan. Errors: kInvalidContentSha256, kMissingContentLength,
// kMissingSecurityHeader (signed chunks without a signer).
Result<BodyPlan> PlanBody(const std::vector<Field>& headers, std::string_view payload_hash, const Verified* verified,
                          ErrorFields& fields);

class CheckedBody : public RequestBody {
 public:
  CheckedBody(BodySource& inner, BodyPlan plan);
  Task<Result<size_t>> Read(std::span<std::byte> into) override;
  std::optional<uint64_t> length() const override;
  const std::vector<std::pair<std::string, std::string>>& trailers() const override;
  const std::vector<std::string>& announced_trailers() const override;

 private:
  Task<Result<size_t>> ReadPlain(std::span<std::byte> into);
  Task<Result<size_t>> ReadChunked(std::span<std::byte> into);

  BodySource& inner_;
  BodyPlan plan_;
  Hasher hasher_{Digest::kSha256};
  std::optional<AwsChunkedReader> reader_;
  std::string buffer_;  // framed bytes, [begin, end) not yet used
  size_t begin_ = 0;
  size_t end_ = 0;
  bool inner_done_ = false;
  bool done_ = false;
  std::optional<Error> failure_;  // told again by later reads
};

// Reads a whole body. Errors: kRequestTooLarge beyond `bytes_max`, and the body's own.
Task<Result<std::string>> ReadWhole(BodySource& body, uint64_t bytes_max);

}  // namespace tarn::api::protocol

// Decodes aws-chunked bodies: STREAMING-AWS4-HMAC-SHA256-PAYLOAD[-TRAILER] and STREAMING-UNSIGNED-PAYLOAD-TRAILER.
//
// Invariants: done() only after the zero chunk, the trailer and their signatures held and the decoded length is the
// declared one. Bytes of a chunk come out before its signature is checked: nothing may be committed before done().
// Not thread-safe; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/protocol/auth/sigv4.h"
#include "base/hash.h"
#include "base/result.h"

namespace tarn::api::protocol {

struct AwsChunkedOptions {
  std::optional<Verified> chain;                // of signed chunks; nothing: unsigned ones
  bool trailer = false;                         // the mode ends with trailing headers
  std::vector<std::string> announced_trailers;  // lower case
  uint64_t decoded_length = 0;                  // x-amz-decoded-content-length
};

class AwsChunkedReader {
 public:
  explicit AwsChunkedReader(AwsChunkedOptions options);

  struct Step {
    size_t consumed = 0;
    std::string_view data{};  // a part of the input
  };
  // As http::ChunkedReader::Next: consumes nothing when it needs more input. `at_end`: no more input will come.
  // Errors: kMalformedChunk, kChunkTooSmall, kSignatureMismatch, kIncompleteBody, kMalformedTrailer.
  Result<Step> Next(std::string_view input, size_t data_max, bool at_end);
  bool done() const { return state_ == State::kDone; }
  const std::vector<std::pair<std::string, std::string>>& trailers() const { return trailers_; }

 private:
  enum class State : uint8_t { kSize, kData, kDataEnd, kLastEnd, kTrailer, kDone };
  Result<size_t> ReadSizeLine(std::string_view input, bool at_end);
  Status ParseSizeLine(std::string_view line);
  Result<size_t> ReadTrailerLine(std::string_view input, bool at_end);
  Status EndChunk();
  Status EndData();
  Status EndTrailer();
  Result<size_t> Need(std::string_view input, size_t limit, bool at_end) const;

  const AwsChunkedOptions options_;
  State state_ = State::kSize;
  uint64_t left_ = 0;
  uint64_t decoded_ = 0;
  bool last_ = false;
  bool small_ = false;     // the chunk before was smaller than all but the last may be
  bool overflow_ = false;  // the chunk goes beyond the declared length: read to its end, then refused
  size_t trailer_bytes_ = 0;
  std::string previous_signature_;
  std::string chunk_signature_;
  std::string trailer_signature_;
  Hasher hasher_{Digest::kSha256};
  std::vector<std::pair<std::string, std::string>> trailers_;
};

}  // namespace tarn::api::protocol

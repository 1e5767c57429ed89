#include "api/protocol/body/aws_chunked.h"

#include <algorithm>

#include "api/protocol/errors.h"
#include "base/strings.h"

namespace tarn::api::protocol {
namespace {

constexpr size_t kLineMax = 1024;
constexpr size_t kTrailerBytesMax = 8 << 10;
constexpr uint64_t kChunkBytesMin = 8 << 10;  // of all chunks but the last
constexpr size_t kSignatureDigits = 64;
constexpr std::string_view kChunkSignature = "chunk-signature=";
constexpr std::string_view kTrailerSignature = "x-amz-trailer-signature";

Error Malformed(std::string why) {
  return Fail(kMalformedChunk, "The aws-chunked body is malformed: " + std::move(why));
}

Error WrongLength() {
  return Fail(kIncompleteBody, "You did not provide the number of bytes specified by the Content-Length HTTP header");
}

Error Mismatch() {
  return Fail(
      kSignatureMismatch,
      "The request signature we calculated does not match the signature you provided. Check your key and signing "
      "method.");
}

}  // namespace

AwsChunkedReader::AwsChunkedReader(AwsChunkedOptions options) : options_(std::move(options)) {
  if (options_.chain) previous_signature_ = options_.chain->signature;
}

// What to answer when a line has no end yet: 0 to wait for more, or why that is hopeless.
Result<size_t> AwsChunkedReader::Need(std::string_view input, size_t limit, bool at_end) const {
  if (input.size() >= limit) return Malformed("a line is too long");
  if (at_end) return Fail(kIncompleteBody, "The request body terminated unexpectedly");
  return size_t{0};
}

Result<size_t> AwsChunkedReader::ReadSizeLine(std::string_view input, bool at_end) {
  size_t eol = input.substr(0, kLineMax).find("\r\n");
  if (eol == std::string_view::npos) return Need(input, kLineMax, at_end);
  TARN_CHECK(ParseSizeLine(input.substr(0, eol)));
  return eol + 2;
}

Status AwsChunkedReader::ParseSizeLine(std::string_view line) {
  size_t semicolon = std::min(line.find(';'), line.size());
  std::string_view digits = line.substr(0, semicolon);
  if (digits.empty() || digits.size() > 12) return Malformed("a chunk's size is missing or too large");
  left_ = 0;
  for (char c : digits) {
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) return Malformed("a chunk's size is not hexadecimal");
    left_ = left_ << 4 | static_cast<uint64_t>(digit);
  }
  std::string_view extension = semicolon < line.size() ? line.substr(semicolon + 1) : std::string_view();
  if (options_.chain) {
    if (!extension.starts_with(kChunkSignature)) return Malformed("a chunk has no signature");
    chunk_signature_ = Trim(extension.substr(kChunkSignature.size()));
    if (chunk_signature_.size() != kSignatureDigits) return Malformed("a chunk's signature is too short");
  }
  last_ = left_ == 0;
  if (!last_ && small_) {
    return Fail(kChunkTooSmall, "Only the last chunk is allowed to have a size less than 8192 bytes");
  }
  small_ = left_ < kChunkBytesMin;
  overflow_ = left_ > options_.decoded_length - decoded_;
  state_ = State::kData;
  return last_ ? EndChunk() : Ok();
}

Status AwsChunkedReader::EndData() {
  if (!overflow_) return EndChunk();
  state_ = State::kDataEnd;
  return Ok();
}

Status AwsChunkedReader::EndChunk() {
  if (options_.chain) {
    const Verified& chain = *options_.chain;
    std::string to_sign = "AWS4-HMAC-SHA256-PAYLOAD\n" + chain.timestamp + "\n" + chain.scope + "\n" +
                          previous_signature_ + "\n" + Hex(Sha256("")) + "\n" + Hex(hasher_.Finish());
    std::string expected = Hex(HmacSha256(chain.signing_key, to_sign));
    if (!ConstantTimeEqual(expected, chunk_signature_)) return Mismatch();
    previous_signature_ = std::move(expected);
  }
  if (!last_) {
    state_ = State::kDataEnd;
    return Ok();
  }
  if (decoded_ != options_.decoded_length) return WrongLength();
  state_ = options_.trailer ? State::kTrailer : State::kLastEnd;
  return Ok();
}

Result<size_t> AwsChunkedReader::ReadTrailerLine(std::string_view input, bool at_end) {
  size_t eol = input.find('\n');
  if (trailer_bytes_ + std::min(eol, input.size()) > kTrailerBytesMax) {
    return Fail(kMalformedTrailer, "The trailing headers are too long");
  }
  const bool complete = !options_.chain || !trailer_signature_.empty();
  if (eol == std::string_view::npos) {
    return Need(input, kTrailerBytesMax, at_end);
  }
  trailer_bytes_ += eol + 1;
  std::string_view line = Trim(input.substr(0, eol));
  if (line.empty()) {
    // An empty line may stand before the trailer's signature; else it ends the body.
    if (complete) {
      TARN_CHECK(EndTrailer());
    }
    return eol + 1;
  }
  size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    return Fail(kMalformedTrailer, "The request contained trailing data that was not well-formed");
  }
  std::string name = AsciiLower(Trim(line.substr(0, colon)));
  std::string value(Trim(line.substr(colon + 1)));
  if (name == kTrailerSignature) {
    trailer_signature_ = value;
  } else {
    trailers_.emplace_back(std::move(name), std::move(value));
  }
  return eol + 1;
}

Status AwsChunkedReader::EndTrailer() {
  // Judged here only: of a trailer that was cut, AWS says that the body is not whole.
  for (const auto& [name, value] : trailers_) {
    if (std::ranges::find(options_.announced_trailers, name) != options_.announced_trailers.end()) continue;
    return Fail(kMalformedTrailer, "The trailing header " + name + " was not announced by x-amz-trailer");
  }
  if (trailers_.size() != options_.announced_trailers.size()) {
    return Fail(kMalformedTrailer,
                "The request contained trailing data that was not well-formed or did not conform to our "
                "published schema.");
  }
  if (options_.chain) {
    const Verified& chain = *options_.chain;
    std::string canonical;
    for (const auto& [name, value] : trailers_) canonical += name + ":" + value + "\n";
    std::string to_sign = "AWS4-HMAC-SHA256-TRAILER\n" + chain.timestamp + "\n" + chain.scope + "\n" +
                          previous_signature_ + "\n" + Hex(Sha256(canonical));
    if (!ConstantTimeEqual(Hex(HmacSha256(chain.signing_key, to_sign)), trailer_signature_)) return Mismatch();
  }
  state_ = State::kDone;
  return Ok();
}

Result<AwsChunkedReader::Step> AwsChunkedReader::Next(std::string_view input, size_t data_max, bool at_end) {
  Step step;
  while (step.data.empty() && state_ != State::kDone) {
    std::string_view rest = input.substr(step.consumed);
    size_t used = 0;
    State before = state_;
    switch (state_) {
      case State::kSize: {
        TARN_TRY(used, ReadSizeLine(rest, at_end));
        break;
      }
      case State::kData:
        used = static_cast<size_t>(std::min<uint64_t>({left_, rest.size(), data_max}));
        if (used == 0 && at_end && rest.empty())
          return Fail(kIncompleteBody, "The request body terminated unexpectedly");
        left_ -= used;
        if (!overflow_) {
          step.data = rest.substr(0, used);
          if (options_.chain) hasher_.Update(step.data);
          decoded_ += used;
        }
        if (left_ == 0) {
          TARN_CHECK(EndData());
        }
        break;
      case State::kDataEnd:
      case State::kLastEnd:
        if (rest.size() < 2) {
          // The very last line end is missing in what some clients send.
          if (state_ == State::kLastEnd && at_end && rest.empty()) {
            state_ = State::kDone;
            break;
          }
          TARN_TRY(used, Need(rest, kLineMax, at_end));
          break;
        }
        if (!rest.starts_with("\r\n")) return Malformed("a chunk does not end where its size says");
        if (overflow_) return WrongLength();
        used = 2;
        state_ = state_ == State::kDataEnd ? State::kSize : State::kDone;
        break;
      case State::kTrailer: {
        TARN_TRY(used, ReadTrailerLine(rest, at_end));
        break;
      }
      case State::kDone:
        break;
    }
    if (used == 0 && state_ == before) break;
    step.consumed += used;
  }
  return step;
}

}  // namespace tarn::api::protocol

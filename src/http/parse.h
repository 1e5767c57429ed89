// Reads HTTP/1.1 from bytes: request heads and the chunked transfer coding. Pure; strict where leniency would let two
// parties disagree about where a request ends (RFC 9112 §6.3, §11.2).
//
// Refused: bare CR or LF, folded headers, spaces before a colon, both Content-Length and Transfer-Encoding, several
// different lengths, any transfer coding but chunked.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace tarn::http {

struct ParsedHead {
  Request request;
  size_t head_bytes = 0;                   // consumed from the input
  std::optional<uint64_t> content_length;  // absent: no body, or a chunked one
  bool chunked = false;
  bool keep_alive = true;
  bool expect_continue = false;
};

// Nothing while the head is not complete. Empty lines before the request line are skipped.
// Errors: kMalformedHead, kHeadTooLarge (more than `bytes_max` without an end), kUnsupportedVersion,
// kUnsupportedEncoding.
Result<std::optional<ParsedHead>> ParseHead(std::string_view bytes, size_t bytes_max);

// Decodes the chunked transfer coding, incrementally. Trailer fields are read and dropped.
class ChunkedReader {
 public:
  struct Step {
    size_t consumed = 0;      // input bytes used
    std::string_view data{};  // a part of the input: body bytes, possibly empty
  };
  // Takes at most `data_max` body bytes of the input in one step. When it consumes nothing and is not done, it needs
  // more input. Errors: kMalformedBody.
  Result<Step> Next(std::string_view input, size_t data_max);
  bool done() const { return state_ == State::kDone; }
  // Body bytes that the present chunk still owes: they may be read from the socket directly, then Skip()ped.
  uint64_t owed() const { return state_ == State::kData ? left_ : 0; }
  void Skip(uint64_t bytes);

 private:
  enum class State : uint8_t { kSize, kData, kDataEnd, kTrailer, kDone };
  Result<size_t> ReadSizeLine(std::string_view input);
  Result<size_t> ReadTrailerLine(std::string_view input);

  State state_ = State::kSize;
  uint64_t left_ = 0;
  size_t trailer_bytes_ = 0;
};

}  // namespace tarn::http

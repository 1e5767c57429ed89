#include "http/parse.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/strings.h"
#include "http/errors.h"

namespace tarn::http {
namespace {

constexpr size_t kUsualFields = 16;  // of a request

constexpr size_t kChunkLineMax = 4096;
constexpr size_t kTrailerBytesMax = 16 << 10;

constexpr std::array<bool, 256> MakeTokenTable() {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<size_t>(c)] = true;
  for (char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr std::array<bool, 256> kToken = MakeTokenTable();

bool IsToken(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return kToken[static_cast<unsigned char>(c)]; });
}

bool IsTargetText(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    auto u = static_cast<unsigned char>(c);
    return u > 0x20 && u != 0x7f;
  });
}

bool IsFieldText(std::string_view text) {
  // Eight at a time as long as there is nothing below 0x20, nor 0x7f: tokens of sessions are long.
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHigh = 0x8080808080808080;
  uint64_t word = 0;
  while (text.size() >= sizeof(word)) {
    std::memcpy(&word, text.data(), sizeof(word));
    const uint64_t deleted = word ^ (kOnes * 0x7f);
    if ((((word - kOnes * 0x20) & ~word) | ((deleted - kOnes) & ~deleted)) & kHigh) break;
    text.remove_prefix(sizeof(word));
  }
  return std::ranges::all_of(text, [](char c) {
    auto u = static_cast<unsigned char>(c);
    return (u >= 0x20 && u != 0x7f) || u == '\t';
  });
}

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Status ParseRequestLine(std::string_view line, ParsedHead& head) {
  Request& request = head.request;
  size_t method_end = line.find(' ');
  size_t target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || target_end == method_end) {
    return Fail(kMalformedHead, "the request line is not METHOD SP target SP version");
  }
  std::string_view method = line.substr(0, method_end);
  std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
  std::string_view version = line.substr(target_end + 1);
  if (!IsToken(method)) return Fail(kMalformedHead, "the method is not a token");
  if (!IsTargetText(target) || target.empty()) return Fail(kMalformedHead, "the request target is malformed");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    if (version.starts_with("HTTP/")) return Fail(kUnsupportedVersion, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    return Fail(kMalformedHead, "the request line has no HTTP version");
  }
  request.minor_version = version.back() - '0';
  request.method = method;
  if (target.front() != '/' && target != "*") {
    size_t scheme = target.find("://");
    if (scheme == std::string_view::npos) return Fail(kMalformedHead, "the request target is neither path nor URL");
    std::string_view rest = target.substr(scheme + 3);
    size_t path = rest.find_first_of("/?");
    std::string_view reduced = path == std::string_view::npos ? std::string_view() : rest.substr(path);
    request.target = reduced.starts_with('/') ? std::string(reduced) : "/" + std::string(reduced);
  } else {
    request.target = target;
  }
  request.path_bytes = std::min(request.target.find('?'), request.target.size());
  return Ok();
}

Status ParseFieldLine(std::string_view line, ParsedHead& head) {
  size_t colon = line.find(':');
  if (colon == std::string_view::npos) return Fail(kMalformedHead, "a header line has no colon");
  std::string_view name = line.substr(0, colon);
  std::string_view value = TrimBlanks(line.substr(colon + 1));
  if (!IsToken(name)) return Fail(kMalformedHead, "a header name is not a token");
  if (!IsFieldText(value)) return Fail(kMalformedHead, "a header value has control characters");
  head.request.headers.Add(std::string(name), std::string(value));
  return Ok();
}

// The comma-separated list has this token, without regard to case.
bool ListHas(std::string_view list, std::string_view token) {
  return std::ranges::any_of(Split(list, ','),
                             [&](std::string_view part) { return EqualsIgnoreCase(Trim(part), token); });
}

Status ReadFraming(ParsedHead& head) {
  head.keep_alive = head.request.minor_version >= 1;
  int hosts = 0;
  for (const auto& [name, value] : head.request.headers) {
    if (EqualsIgnoreCase(name, "content-length")) {
      auto length = ParseU64(value);
      if (!length) return Fail(kMalformedHead, "Content-Length is not a number");
      if (head.content_length && *head.content_length != *length) {
        return Fail(kMalformedHead, "Content-Length occurs with different values");
      }
      head.content_length = length;
    } else if (EqualsIgnoreCase(name, "transfer-encoding")) {
      if (head.chunked || !EqualsIgnoreCase(value, "chunked")) {
        return Fail(kUnsupportedEncoding, "the only transfer coding understood is chunked");
      }
      head.chunked = true;
    } else if (EqualsIgnoreCase(name, "connection")) {
      if (ListHas(value, "close")) head.keep_alive = false;
      if (head.request.minor_version == 0 && ListHas(value, "keep-alive")) head.keep_alive = true;
    } else if (EqualsIgnoreCase(name, "expect")) {
      if (EqualsIgnoreCase(value, "100-continue") && head.request.minor_version >= 1) head.expect_continue = true;
    } else if (EqualsIgnoreCase(name, "host")) {
      ++hosts;
    }
  }
  if (head.chunked && (head.content_length || head.request.minor_version == 0)) {
    return Fail(kMalformedHead, "Transfer-Encoding with Content-Length or HTTP/1.0 is ambiguous");
  }
  if (hosts > 1 || (hosts == 0 && head.request.minor_version >= 1)) {
    return Fail(kMalformedHead, "a request needs exactly one Host header");
  }
  return Ok();
}

}  // namespace

Result<std::optional<ParsedHead>> ParseHead(std::string_view bytes, size_t bytes_max) {
  size_t skipped = 0;
  while (bytes.substr(skipped).starts_with("\r\n") && skipped < 8) skipped += 2;
  std::string_view text = bytes.substr(skipped);
  size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos || end + 4 > bytes_max) {
    if (text.size() > bytes_max) {
      return Fail(kHeadTooLarge, "the request line and headers exceed " + std::to_string(bytes_max) + " bytes");
    }
    // What can be no HTTP is refused at its first line, not when it times out.
    size_t bad = text.substr(0, 64).find_first_of(std::string_view("\0\x16", 2));
    if (bad != std::string_view::npos) return Fail(kMalformedHead, "this is not HTTP/1.1");
    return std::optional<ParsedHead>();
  }
  ParsedHead head;
  head.head_bytes = skipped + end + 4;
  head.request.headers.fields().reserve(kUsualFields);
  std::string_view rest = text.substr(0, end + 2);
  bool first = true;
  while (!rest.empty()) {
    size_t eol = rest.find("\r\n");
    std::string_view line = rest.substr(0, eol);
    rest.remove_prefix(eol + 2);
    TARN_CHECK(first ? ParseRequestLine(line, head) : ParseFieldLine(line, head));
    first = false;
  }
  TARN_CHECK(ReadFraming(head));
  return std::optional<ParsedHead>(std::move(head));
}

Result<size_t> ChunkedReader::ReadSizeLine(std::string_view input) {
  size_t eol = input.substr(0, kChunkLineMax).find("\r\n");
  if (eol == std::string_view::npos) {
    if (input.size() >= kChunkLineMax) return Fail(kMalformedBody, "a chunk's size line is too long");
    return size_t{0};
  }
  std::string_view line = input.substr(0, eol);
  std::string_view digits = TrimBlanks(line.substr(0, line.find(';')));
  if (digits.empty() || digits.size() > 15) return Fail(kMalformedBody, "a chunk's size is malformed");
  uint64_t size = 0;
  for (char c : digits) {
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) return Fail(kMalformedBody, "a chunk's size is not hexadecimal");
    size = size << 4 | static_cast<uint64_t>(digit);
  }
  if (!IsFieldText(line)) return Fail(kMalformedBody, "a chunk's size line has control characters");
  left_ = size;
  state_ = size == 0 ? State::kTrailer : State::kData;
  return eol + 2;
}

Result<size_t> ChunkedReader::ReadTrailerLine(std::string_view input) {
  size_t eol = input.find("\r\n");
  if (eol == std::string_view::npos || trailer_bytes_ + eol > kTrailerBytesMax) {
    if (trailer_bytes_ + input.size() > kTrailerBytesMax) return Fail(kMalformedBody, "the trailer is too long");
    return size_t{0};
  }
  trailer_bytes_ += eol + 2;
  if (eol == 0) state_ = State::kDone;
  return eol + 2;
}

Result<ChunkedReader::Step> ChunkedReader::Next(std::string_view input, size_t data_max) {
  Step step;
  while (step.data.empty() && state_ != State::kDone) {
    std::string_view rest = input.substr(step.consumed);
    size_t used = 0;
    switch (state_) {
      case State::kSize: {
        TARN_TRY(used, ReadSizeLine(rest));
        break;
      }
      case State::kData:
        used = static_cast<size_t>(std::min<uint64_t>({left_, rest.size(), data_max}));
        step.data = rest.substr(0, used);
        Skip(used);
        break;
      case State::kDataEnd:
        if (rest.size() < 2) break;
        if (!rest.starts_with("\r\n")) return Fail(kMalformedBody, "a chunk does not end where its size says");
        used = 2;
        state_ = State::kSize;
        break;
      case State::kTrailer: {
        TARN_TRY(used, ReadTrailerLine(rest));
        break;
      }
      case State::kDone:
        break;
    }
    if (used == 0) break;
    step.consumed += used;
  }
  return step;
}

void ChunkedReader::Skip(uint64_t bytes) {
  left_ -= bytes;
  if (left_ == 0) state_ = State::kDataEnd;
}

}  // namespace tarn::http

#include "http/exchange.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/log.h"
#include "base/strings.h"
#include "http/errors.h"

namespace tarn::http {
namespace {

// Bodies up to this size are copied behind their head: one buffer, one write.
constexpr size_t kJoinBytesMax = 16 << 10;

std::string_view AsText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

RequestBodySource::RequestBodySource(Connection& connection, const ParsedHead& head)
    : connection_(connection),
      chunked_(head.chunked),
      awaits_continue_(head.expect_continue),
      length_(head.content_length.value_or(0)),
      left_(length_) {}

Task<Result<size_t>> RequestBodySource::Read(std::span<std::byte> into) {
  if (failed_) co_return Fail(kDisconnected, "the body was cut short");
  if (done() || into.empty()) co_return size_t{0};
  if (awaits_continue_) {
    awaits_continue_ = false;
    if (connection_.buffered().empty()) {
      TARN_CO_CHECK(co_await connection_.WriteAll("HTTP/1.1 100 Continue\r\n\r\n", {}));
    }
  }
  Result<size_t> bytes = size_t{0};
  if (chunked_) {
    bytes = co_await ReadChunked(into);
  } else {
    bytes = co_await ReadPlain(into);
  }
  connection_.phase_ = Connection::Phase::kBusy;
  if (!bytes.ok()) failed_ = true;
  co_return bytes;
}

Task<Result<size_t>> RequestBodySource::ReadPlain(std::span<std::byte> into) {
  into = into.first(static_cast<size_t>(std::min<uint64_t>(into.size(), left_)));
  size_t bytes = std::min(into.size(), connection_.buffered().size());
  if (bytes > 0) {
    std::memcpy(into.data(), connection_.buffered().data(), bytes);
    connection_.Consume(bytes);
  } else {
    connection_.SetPhase(Connection::Phase::kIo, connection_.server_->options.limits.stall);
    TARN_CO_TRY(bytes, co_await connection_.ReadSome(into));
    if (bytes == 0) co_return Fail(kDisconnected, "the peer closed the connection before the end of the body");
  }
  left_ -= bytes;
  co_return bytes;
}

Task<Result<size_t>> RequestBodySource::ReadChunked(std::span<std::byte> into) {
  while (!reader_.done()) {
    TARN_CO_TRY(auto step, reader_.Next(connection_.buffered(), into.size()));
    if (!step.data.empty()) std::memcpy(into.data(), step.data.data(), step.data.size());
    connection_.Consume(step.consumed);
    if (!step.data.empty()) co_return step.data.size();
    if (reader_.done()) break;
    connection_.SetPhase(Connection::Phase::kIo, connection_.server_->options.limits.stall);
    size_t bytes = 0;
    if (reader_.owed() > 0) {  // past the buffer, straight into the caller's
      auto part = into.first(static_cast<size_t>(std::min<uint64_t>(into.size(), reader_.owed())));
      TARN_CO_TRY(bytes, co_await connection_.ReadSome(part));
      if (bytes > 0) {
        reader_.Skip(bytes);
        co_return bytes;
      }
    } else {
      TARN_CO_TRY(bytes, co_await connection_.FillBuffer());
    }
    if (bytes == 0) co_return Fail(kDisconnected, "the peer closed the connection before the end of the body");
  }
  co_return size_t{0};
}

bool RequestBodySource::CanDrain(size_t bytes_max) const {
  if (done()) return true;
  return !failed_ && !awaits_continue_ && (chunked_ || left_ <= bytes_max);
}

Task<bool> RequestBodySource::Drain(size_t bytes_max) {
  if (done()) co_return true;
  std::string sink(16 << 10, '\0');
  size_t total = 0;
  while (!done()) {
    auto bytes = co_await Read(std::as_writable_bytes(std::span(sink)));
    if (!bytes.ok()) co_return false;
    total += *bytes;
    if (total > bytes_max) co_return false;
  }
  co_return true;
}

Responder::Responder(Connection& connection, const ParsedHead& head, RequestBodySource& body)
    : connection_(connection),
      body_(body),
      is_head_(head.request.method == "HEAD"),
      minor_version_(head.request.minor_version),
      keep_alive_(head.keep_alive) {}

std::string Responder::HeadText(const ResponseHead& head, std::optional<uint64_t> length) {
  no_body_ = is_head_ || head.status == 204 || head.status == 304;
  bool tells_length = length && head.status != 204 && head.status != 304;
  chunked_ = !length && !no_body_ && minor_version_ >= 1;
  if (!length && !no_body_ && !chunked_) keep_alive_ = false;
  if (connection_.draining_ || !body_.CanDrain(connection_.server_->options.limits.drain_bytes_max)) {
    keep_alive_ = false;
  }
  std::string out;
  out.reserve(512);
  out += "HTTP/1.1 ";
  out += std::to_string(head.status);
  out += ' ';
  out += ReasonPhrase(head.status);
  out += "\r\n";
  for (const auto& [name, value] : head.headers) {
    if (IsServersOwn(name)) continue;
    out += name;
    out += ": ";
    AppendFieldText(out, value);
    out += "\r\n";
  }
  if (tells_length) out += "Content-Length: " + std::to_string(*length) + "\r\n";
  if (chunked_) out += "Transfer-Encoding: chunked\r\n";
  if (!keep_alive_) {
    out += "Connection: close\r\n";
  } else if (minor_version_ == 0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
  return out;
}

Task<Status> Responder::Send(ResponseHead head, std::string body) {
  if (state_ != State::kNew) co_return Fail(kInternalError, "a second answer to one request");
  std::string text = HeadText(head, body.size());
  state_ = State::kBroken;
  std::string_view rest = body;
  if (no_body_) {
    rest = {};
  } else if (body.size() <= kJoinBytesMax) {
    text += body;
    rest = {};
  }
  TARN_CO_CHECK(co_await connection_.WriteAll(text, rest));
  if (!no_body_) sent_ = body.size();
  state_ = State::kDone;
  co_return Ok();
}

Task<Status> Responder::Start(ResponseHead head, std::optional<uint64_t> length) {
  if (state_ != State::kNew) co_return Fail(kInternalError, "a second answer to one request");
  pending_ = HeadText(head, length);
  promised_ = no_body_ ? std::optional<uint64_t>(0) : length;
  state_ = State::kStarted;
  co_return Ok();
}

Task<Status> Responder::Write(std::span<const std::byte> bytes) {
  if (state_ != State::kStarted) co_return Fail(kInternalError, "a body without its head, or after a failure");
  if (bytes.empty()) co_return Ok();
  if (promised_ && sent_ + bytes.size() > *promised_) {
    state_ = State::kBroken;
    co_return Fail(kInternalError, "the body is longer than was promised");
  }
  if (chunked_) {
    std::array<char, 24> size{};
    snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
    pending_ += size.data();
  }
  std::string_view rest = AsText(bytes);
  // A chunk goes out with its end: peers that read whole chunks would wait for the next one else.
  const bool joined = chunked_ && bytes.size() <= kJoinBytesMax;
  if (joined) {
    pending_.append(rest).append("\r\n");
    rest = {};
  }
  auto written = co_await connection_.WriteAll(pending_, rest);
  if (written.ok() && chunked_ && !joined) written = co_await connection_.WriteAll("\r\n", {});
  if (!written.ok()) {
    state_ = State::kBroken;
    co_return written;
  }
  sent_ += bytes.size();
  pending_.clear();
  co_return Ok();
}

Task<Status> Responder::Finish() {
  if (state_ != State::kStarted) co_return Fail(kInternalError, "nothing to finish");
  if (promised_ && sent_ != *promised_) {
    state_ = State::kBroken;
    co_return Fail(kInternalError, "the body is shorter than was promised");
  }
  if (chunked_) pending_ += "0\r\n\r\n";
  auto written = co_await connection_.WriteAll(pending_, {});
  state_ = written.ok() ? State::kDone : State::kBroken;
  co_return written;
}

Task<bool> Responder::Conclude() {
  if (state_ == State::kNew) {
    log::Fault("http", "a handler ended without an answer");
    ResponseHead failure;
    failure.status = 500;
    auto sent = co_await Send(std::move(failure), std::string());
    if (!sent.ok()) co_return false;
  }
  if (state_ != State::kDone) {
    connection_.Cut();
    co_return false;
  }
  bool more = keep_alive_;
  if (more) more = co_await body_.Drain(connection_.server_->options.limits.drain_bytes_max);
  if (!more) co_await connection_.Linger();
  co_return more;
}

}  // namespace tarn::http

#include "http/h2/stream.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>

#include "base/hash.h"
#include "base/log.h"
#include "base/strings.h"
#include "http/errors.h"

namespace tarn::http::h2 {
namespace {

constexpr std::chrono::seconds kDropPatience{2};

nghttp2_nv Pair(std::string_view name, std::string_view value) {
  auto* name_bytes = reinterpret_cast<uint8_t*>(const_cast<char*>(name.data()));
  auto* value_bytes = reinterpret_cast<uint8_t*>(const_cast<char*>(value.data()));
  return {name_bytes, value_bytes, name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

}  // namespace

void Stream::Park::await_suspend(std::coroutine_handle<> handle) {
  waiter = {handle, std::chrono::steady_clock::now() + stream.session_.limits_.stall};
}

void Stream::Ready(Waiter& waiter) {
  if (waiter.handle) session_.ready_.push_back(std::exchange(waiter.handle, nullptr));
}

void Stream::AddField(std::string_view name, std::string_view value) {
  head_bytes_ += name.size() + value.size() + 32;
  if (head_bytes_ > session_.limits_.head_bytes) {
    head_too_large_ = true;
  } else if (name == ":method") {
    request_.method = value;
  } else if (name == ":path") {
    request_.target = value;
  } else if (name == ":authority") {
    authority_ = value;
  } else if (name == "cookie") {
    cookies_ += cookies_.empty() ? "" : "; ";
    cookies_ += value;
  } else if (!name.starts_with(':')) {
    request_.headers.Add(std::string(name), std::string(value));
  }
}

int Stream::FinishHead(bool ended) {
  if (head_too_large_) return 431;
  if (request_.method == "CONNECT" || !(request_.target.starts_with('/') || request_.target == "*")) return 400;
  request_.path_bytes = std::min(request_.target.find('?'), request_.target.size());
  request_.major_version = 2;
  request_.minor_version = 0;
  if (!authority_.empty()) request_.headers.Set("host", std::move(authority_));
  if (std::ranges::count_if(request_.headers, [](const auto& field) { return field.name == "host"; }) != 1) return 400;
  if (!cookies_.empty()) request_.headers.Add("cookie", std::move(cookies_));
  request_.remote_address = session_.peer_.remote_address;
  request_.tls = !session_.peer_.tls_version.empty();
  if (request_.tls) request_.headers.Set(":tls-version", session_.peer_.tls_version);
  awaits_continue_ = !ended && EqualsIgnoreCase(request_.headers.Get("expect"), "100-continue");
  length_ = ended ? 0 : ParseU64(request_.headers.Get("content-length"));
  request_.body = this;
  return 0;
}

void Stream::AddBody(std::string_view bytes) {
  if (!discards_) {
    inbox_ += bytes;
    return Ready(reader_);
  }
  discarded_ += bytes.size();
  nghttp2_session_consume(session_.session_, id_, bytes.size());
  if (ended_out_ && discarded_ > session_.limits_.drain_bytes_max) session_.Reset(id_, NGHTTP2_NO_ERROR);
}

void Stream::EndBody() {
  ended_in_ = true;
  Ready(reader_);
}

void Stream::StopWaiting() {
  stalled_ = true;
  if (reader_.handle) return Ready(reader_);
  session_.Reset(id_, NGHTTP2_CANCEL);
}

void Stream::Close(End end) {
  if (end_ == End::kOpen) end_ = end;
  Ready(reader_);
  Ready(writer_);
}

Error Stream::Failure() const {
  if (stalled_) return Fail(kTimeout, "the peer moved no byte for too long");
  if (end_ == End::kLost) return Fail(kDisconnected, "the connection broke");
  return Fail(kDisconnected, "the peer gave up the request");
}

Task<Result<size_t>> Stream::Read(std::span<std::byte> into) {
  if (into.empty()) co_return size_t{0};
  if (awaits_continue_) {
    awaits_continue_ = false;
    if (inbox_.empty() && end_ == End::kOpen) {
      const nghttp2_nv status = Pair(":status", "100");
      nghttp2_submit_headers(session_.session_, NGHTTP2_FLAG_NONE, id_, nullptr, &status, 1, nullptr);
      session_.Wake();
    }
  }
  if (inbox_read_ == inbox_.size() && !ended_in_ && end_ == End::kOpen) {
    Park peer_sends{*this, reader_};
    co_await peer_sends;
  }
  const size_t bytes = std::min(into.size(), inbox_.size() - inbox_read_);
  if (bytes == 0) {
    if (ended_in_) co_return size_t{0};
    co_return Failure();
  }
  std::memcpy(into.data(), inbox_.data() + inbox_read_, bytes);
  inbox_read_ += bytes;
  if (inbox_read_ == inbox_.size()) inbox_read_ = 0, inbox_.clear();
  session_.Consume(id_, bytes);
  co_return bytes;
}

Status Stream::Submit(const ResponseHead& head, std::optional<uint64_t> length) {
  if (state_ != State::kNew) return Fail(kInternalError, "a second answer to one request");
  state_ = State::kBroken;
  if (end_ != End::kOpen) return Failure();
  const bool without = request_.method == "HEAD" || head.status == 204 || head.status == 304;
  no_body_ = without || length == 0;
  promised_ = without ? 0 : length;
  Headers fields;
  for (const auto& [name, value] : head.headers) {
    if (IsServersOwn(name)) continue;
    std::string text;
    AppendFieldText(text, value);
    fields.Add(AsciiLower(name), std::string(Trim(text)));
  }
  if (length && head.status != 204 && head.status != 304) fields.Add("content-length", std::to_string(*length));
  const std::string status = std::to_string(head.status);
  std::vector<nghttp2_nv> pairs = {Pair(":status", status)};
  for (const auto& [name, value] : fields) pairs.push_back(Pair(name, value));
  nghttp2_data_provider body{};
  body.source.ptr = this;
  body.read_callback = [](nghttp2_session*, int32_t, uint8_t*, size_t room, uint32_t* flags,
                          nghttp2_data_source* source, void*) {
    const auto* stream = static_cast<Stream*>(source->ptr);
    const size_t bytes = std::min(room, stream->out_.size());
    if (bytes == 0 && !stream->last_) return static_cast<ssize_t>(NGHTTP2_ERR_DEFERRED);
    if (bytes > 0) *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (stream->last_ && bytes == stream->out_.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(bytes);
  };
  if (nghttp2_submit_response(session_.session_, id_, pairs.data(), pairs.size(), no_body_ ? nullptr : &body) != 0) {
    return Fail(kDisconnected, "the answer could not be queued");
  }
  state_ = State::kStarted;
  return Ok();
}

Task<Status> Stream::Flush() {
  if (end_ == End::kOpen) nghttp2_session_resume_data(session_.session_, id_);
  session_.Wake();
  if (!out_.empty() && end_ == End::kOpen) {
    Park peer_takes{*this, writer_};
    co_await peer_takes;
  }
  if (out_.empty()) co_return Ok();
  out_ = {};
  state_ = State::kBroken;
  co_return Failure();
}

Task<Status> Stream::Send(ResponseHead head, std::string body) {
  TARN_CO_CHECK(Submit(head, body.size()));
  last_ = true;
  if (no_body_) {
    session_.Wake();
  } else {
    out_ = AsBytes(body);
    TARN_CO_CHECK(co_await Flush());
    sent_ = body.size();
  }
  state_ = State::kDone;
  co_return Ok();
}

Task<Status> Stream::Start(ResponseHead head, std::optional<uint64_t> length) { co_return Submit(head, length); }

Task<Status> Stream::Write(std::span<const std::byte> bytes) {
  if (state_ != State::kStarted) co_return Fail(kInternalError, "a body without its head, or after a failure");
  if (bytes.empty()) co_return Ok();
  if (promised_ && sent_ + bytes.size() > *promised_) {
    state_ = State::kBroken;
    co_return Fail(kInternalError, "the body is longer than was promised");
  }
  out_ = bytes;
  last_ = promised_ && sent_ + bytes.size() == *promised_;
  TARN_CO_CHECK(co_await Flush());
  sent_ += bytes.size();
  co_return Ok();
}

Task<Status> Stream::Finish() {
  if (state_ != State::kStarted) co_return Fail(kInternalError, "nothing to finish");
  if (promised_ && sent_ != *promised_) {
    state_ = State::kBroken;
    co_return Fail(kInternalError, "the body is shorter than was promised");
  }
  state_ = State::kDone;
  if (!last_) {
    if (end_ != End::kOpen) co_return Failure();
    last_ = true;
    nghttp2_session_resume_data(session_.session_, id_);
  }
  session_.Wake();
  co_return Ok();
}

void Stream::Refuse(int status) {
  ResponseHead head;
  head.status = status;
  head.headers.Add("content-type", "text/plain");
  refusal_ = std::string(ReasonPhrase(status)) + "\n";
  if (Submit(head, refusal_.size()).ok()) {
    last_ = true;
    out_ = AsBytes(refusal_);
    state_ = State::kDone;
  }
  Conclude();
}

void Stream::Conclude() {
  if (end_ == End::kOpen && state_ == State::kNew) {
    log::Fault("http", "a handler ended without an answer");
    return Refuse(500);
  }
  discards_ = true;
  session_.Consume(id_, inbox_.size() - inbox_read_);
  inbox_read_ = 0;
  inbox_.clear();
  if (end_ != End::kOpen) return;
  if (state_ != State::kDone) {
    session_.Reset(id_, NGHTTP2_INTERNAL_ERROR);
  } else if (!ended_in_) {
    // What is left of a short body is awaited: many clients take a reset for a failure.
    const bool short_enough = !length_ || *length_ <= session_.limits_.drain_bytes_max;
    const bool comes = !awaits_continue_ && short_enough;
    dropped_ = std::chrono::steady_clock::now() + (comes ? kDropPatience : std::chrono::seconds(0));
    if (!comes && ended_out_) session_.Reset(id_, NGHTTP2_NO_ERROR);
  }
  session_.Wake();
}

}  // namespace tarn::http::h2

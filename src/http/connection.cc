#include "http/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <cstring>
#include <tuple>

#include "base/metrics.h"
#include "http/errors.h"
#include "http/exchange.h"
#include "http/h2/link.h"

namespace tarn::http {
namespace {

constexpr size_t kBufferBytes = 16 << 10;
// After this many writes that the kernel took at once, one goes the long way: other connections get their turn.
constexpr int kSyncWritesMax = 16;
constexpr std::chrono::seconds kLingerPatience{2};
constexpr size_t kLingerBytesMax = 4 << 20;

// Awaits one Asio operation of this thread; `start` receives a handler of (error, bytes).
template <typename Start>
class IoAwait {
 public:
  explicit IoAwait(Start start) : start_(std::move(start)) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    start_([this, handle](boost::system::error_code error, size_t bytes = 0) {
      error_ = error;
      bytes_ = bytes;
      handle.resume();
    });
  }
  std::pair<boost::system::error_code, size_t> await_resume() const { return {error_, bytes_}; }

 private:
  Start start_;
  boost::system::error_code error_;
  size_t bytes_ = 0;
};

metrics::Gauge& OpenConnections() {
  static metrics::Gauge& gauge = metrics::GetGauge("tarn_http_connections");
  return gauge;
}

std::array<asio::const_buffer, 2> Buffers(std::string_view first, std::string_view second) {
  return {asio::buffer(first.data(), first.size()), asio::buffer(second.data(), second.size())};
}

}  // namespace

Connection::Connection(std::shared_ptr<Server::Impl> server, IoThread& loop, tcp::socket socket)
    : server_(std::move(server)), loop_(loop), socket_(std::move(socket)) {
  boost::system::error_code ignored;
  std::ignore = socket_.set_option(tcp::no_delay(true), ignored);
  std::ignore = socket_.non_blocking(true, ignored);
  auto peer = socket_.remote_endpoint(ignored).address();
  if (peer.is_v6() && peer.to_v6().is_v4_mapped()) {
    remote_address_ = asio::ip::make_address_v4(asio::ip::v4_mapped, peer.to_v6()).to_string();
  } else {
    remote_address_ = peer.to_string();
  }
  loop_.connections.insert(this);
  OpenConnections().Add(1);
  SetPhase(Phase::kIdle, server_->options.limits.head);
}

Connection::~Connection() {
  loop_.connections.erase(this);
  OpenConnections().Add(-1);
  boost::system::error_code ignored;
  std::ignore = socket_.close(ignored);
  std::lock_guard lock(server_->gone_mutex);
  --server_->connections;
  server_->gone.notify_all();
}

void Connection::SetPhase(Phase phase, std::chrono::seconds patience) {
  phase_ = phase;
  deadline_ = std::chrono::steady_clock::now() + patience;
}

void Connection::Tick(SteadyTime now) {
  if (http2_ != nullptr) return http2_->Tick(now);
  if (phase_ == Phase::kBusy || now < deadline_) return;
  timed_out_ = true;
  if (phase_ == Phase::kLinger) return Cut();
  boost::system::error_code ignored;
  std::ignore = socket_.cancel(ignored);
}

// A request that has arrived but was not looked at yet is still answered.
void Connection::Drain() {
  draining_ = true;
  if (http2_ != nullptr) return http2_->Drain();
  boost::system::error_code ignored;
  if (phase_ == Phase::kIdle && socket_.available(ignored) == 0) Cut();
}

void Connection::Cut() {
  cut_ = true;
  boost::system::error_code ignored;
  std::ignore = socket_.close(ignored);
}

void Connection::CutWaiting() {
  if (http2_ != nullptr) return http2_->CutWaiting();
  if (phase_ == Phase::kIo) Cut();
}

void Connection::StopReading() {
  boost::system::error_code ignored;
  std::ignore = socket_.cancel(ignored);
}

Error Connection::IoFailure(const boost::system::error_code& error) const {
  if (timed_out_) return Fail(kTimeout, "the peer moved no byte for too long");
  return Fail(kDisconnected, "the connection broke: " + error.message());
}

Task<Status> Connection::StartTls() {
  tls_context_ = server_->Tls();
  if (!tls_context_) co_return Ok();
  auto [wait_error, ignored_bytes] = co_await IoAwait([this](auto done) {
    socket_.async_wait(tcp::socket::wait_read, [done](boost::system::error_code error) mutable { done(error); });
  });
  if (wait_error) co_return IoFailure(wait_error);
  char first = 0;
  if (::recv(socket_.native_handle(), &first, 1, MSG_PEEK) != 1 || first != 0x16) co_return Ok();
  tls_ = std::make_unique<asio::ssl::stream<tcp::socket&>>(socket_, *tls_context_);
  SetPhase(Phase::kHead, server_->options.limits.head);
  auto [error, bytes] = co_await IoAwait([this](auto done) {
    tls_->async_handshake(asio::ssl::stream_base::server,
                          [done](boost::system::error_code failure) mutable { done(failure); });
  });
  if (error) co_return IoFailure(error);
  SetPhase(Phase::kIdle, server_->options.limits.head);
  co_return Ok();
}

std::string_view Connection::TlsVersion() const {
  if (tls_ == nullptr) return {};
  return SSL_version(tls_->native_handle()) == TLS1_3_VERSION ? "1.3" : "1.2";
}

Task<bool> Connection::SpeaksHttp2() {
  if (tls_ != nullptr) {
    const unsigned char* name = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(tls_->native_handle(), &name, &length);
    if (std::string_view(reinterpret_cast<const char*>(name), length) == "h2") co_return true;
  }
  SetPhase(Phase::kIdle, server_->options.limits.idle);
  while (h2::kPreface.starts_with(buffered())) {
    if (buffered().size() == h2::kPreface.size()) co_return true;
    auto bytes = co_await FillBuffer();
    if (!bytes.ok() || *bytes == 0) co_return false;
    SetPhase(Phase::kHead, server_->options.limits.head);
  }
  co_return buffered().starts_with(h2::kPreface);
}

Task<Result<size_t>> Connection::ReadSome(std::span<std::byte> into) {
  auto target = asio::buffer(into.data(), into.size());
  auto [error, bytes] = co_await IoAwait([&](auto done) {
    if (tls_) {
      tls_->async_read_some(target, std::move(done));
    } else {
      socket_.async_read_some(target, std::move(done));
    }
  });
  if (bytes > 0) co_return bytes;
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) co_return size_t{0};
  co_return IoFailure(error);
}

Task<Result<size_t>> Connection::FillBuffer() {
  if (buffer_begin_ == buffer_end_) buffer_begin_ = buffer_end_ = 0;
  if (buffer_.empty()) buffer_.resize(kBufferBytes);
  if (buffer_end_ == buffer_.size() && buffer_begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + buffer_begin_, buffer_end_ - buffer_begin_);
    buffer_end_ -= buffer_begin_;
    buffer_begin_ = 0;
  }
  if (buffer_end_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
  auto room = std::as_writable_bytes(std::span(buffer_).subspan(buffer_end_));
  auto bytes = co_await ReadSome(room);
  if (bytes.ok()) buffer_end_ += *bytes;
  co_return bytes;
}

// What the kernel takes without waiting; 0 when its buffer is full.
Result<size_t> Connection::WriteNow(std::string_view first, std::string_view second) {
  iovec pieces[2] = {{const_cast<char*>(first.data()), first.size()},
                     {const_cast<char*>(second.data()), second.size()}};
  msghdr message{};
  message.msg_iov = pieces;
  message.msg_iovlen = second.empty() ? 1 : 2;
  ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<size_t>(sent);
  if (errno == EAGAIN || errno == EINTR) return size_t{0};
  return IoFailure(boost::system::error_code(errno, boost::system::system_category()));
}

Task<Status> Connection::WriteAll(std::string_view first, std::string_view second) {
  while (!first.empty() || !second.empty()) {
    if (cut_) co_return Fail(kDisconnected, "the connection was cut");
    size_t sent = 0;
    if (!tls_ && ++sync_writes_ < kSyncWritesMax) {
      TARN_CO_TRY(sent, WriteNow(first, second));
    }
    if (sent == 0) {
      sync_writes_ = 0;
      SetPhase(Phase::kIo, server_->options.limits.stall);
      auto [error, bytes] = co_await IoAwait([&](auto done) {
        if (tls_) {
          tls_->async_write_some(Buffers(first, second), std::move(done));
        } else {
          socket_.async_write_some(Buffers(first, second), std::move(done));
        }
      });
      phase_ = Phase::kBusy;
      if (error) co_return IoFailure(error);
      sent = bytes;
    }
    size_t of_first = std::min(sent, first.size());
    first.remove_prefix(of_first);
    second.remove_prefix(sent - of_first);
  }
  co_return Ok();
}

Task<Result<std::optional<ParsedHead>>> Connection::ReadHead() {
  const Limits& limits = server_->options.limits;
  bool waiting = buffered().empty();
  if (!waiting) SetPhase(Phase::kHead, limits.head);
  while (true) {
    if (!buffered().empty()) {
      TARN_CO_TRY(auto head, ParseHead(buffered(), limits.head_bytes));
      if (head) co_return std::move(head);
    }
    auto bytes = co_await FillBuffer();
    if (!bytes.ok() && bytes.Is(kTimeout) && !buffered().empty()) co_return bytes.error();
    if (!bytes.ok() || *bytes == 0) co_return std::optional<ParsedHead>();
    if (waiting) SetPhase(Phase::kHead, limits.head);
    waiting = false;
  }
}

Task<Done> Connection::Refuse(int status, std::string_view message) {
  std::string text =
      "HTTP/1.1 " + std::to_string(status) + " " + std::string(ReasonPhrase(status)) +
      "\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " + std::to_string(message.size() + 1) +
      "\r\n\r\n" + std::string(message) + "\n";
  timed_out_ = false;
  auto written = co_await WriteAll(text, {});
  if (written.ok()) co_await Linger();
  co_return Done{};
}

// Lets the peer read the answer before the socket closes: unread input would turn the close into a reset.
Task<Done> Connection::Linger() {
  if (cut_) co_return Done{};
  SetPhase(Phase::kLinger, kLingerPatience);
  if (tls_) {
    // Ends by the peer's own close, or by what it still sends of its request: that is read away below.
    co_await IoAwait(
        [this](auto done) { tls_->async_shutdown([done](boost::system::error_code error) mutable { done(error); }); });
  }
  boost::system::error_code ignored;
  if (!cut_) std::ignore = socket_.shutdown(tcp::socket::shutdown_send, ignored);
  std::string sink(kBufferBytes, '\0');
  size_t total = 0;
  while (!cut_ && total < kLingerBytesMax) {
    auto [error, bytes] =
        co_await IoAwait([&](auto done) { socket_.async_read_some(asio::buffer(sink), std::move(done)); });
    if (error || bytes == 0) break;
    total += bytes;
  }
  co_return Done{};
}

Task<bool> Connection::ServeOne() {
  if (buffered().empty()) SetPhase(Phase::kIdle, server_->options.limits.idle);
  auto head = co_await ReadHead();
  if (!head.ok()) {
    const Reason* reason = head.error().reason;
    int status = reason == &kHeadTooLarge          ? 431
                 : reason == &kTimeout             ? 408
                 : reason == &kUnsupportedVersion  ? 505
                 : reason == &kUnsupportedEncoding ? 501
                                                   : 400;
    co_await Refuse(status, head.error().message);
    co_return false;
  }
  if (!*head) co_return false;
  ParsedHead& parsed = **head;
  Consume(parsed.head_bytes);
  Request& request = parsed.request;
  request.remote_address = remote_address_;
  request.tls = tls_ != nullptr;
  // As a header that no peer can send: its name begins like those of HTTP/2's pseudo-headers.
  if (tls_ != nullptr) {
    request.headers.Set(":tls-version", std::string(TlsVersion()));
  }
  phase_ = Phase::kBusy;
  RequestBodySource body(*this, parsed);
  request.body = &body;
  Responder responder(*this, parsed, body);
  co_await server_->handler(request, responder);
  bool more = co_await responder.Conclude();
  co_return more;
}

Task<Done> Connection::ServeHttp2() {
  h2::Link link(*this);
  http2_ = &link;
  if (draining_) link.Drain();
  co_await link.Run();
  http2_ = nullptr;
  co_await Linger();
  co_await link.Ended();
  co_return Done{};
}

Task<Done> Connection::Run() {
  auto self = shared_from_this();
  auto secured = co_await StartTls();
  if (!secured.ok()) co_return Done{};
  if (server_->draining) Drain();
  if (co_await SpeaksHttp2()) co_return co_await ServeHttp2();
  bool more = true;
  while (more && !cut_) {
    more = co_await ServeOne();
    if (draining_ || server_->draining) more = false;
  }
  co_return Done{};
}

}  // namespace tarn::http

// One client connection: reads heads, runs the handler, writes answers. Private to http/; all on one I/O thread.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "http/parse.h"
#include "http/server.h"

namespace tarn::http {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using SteadyTime = std::chrono::steady_clock::time_point;

class Connection;
namespace h2 {
class Link;
}

// One event loop and its thread.
class IoThread : public Executor {
 public:
  IoThread();
  void Run();
  void Post(Work work) override;
  asio::io_context& context() { return context_; }

  // Connections of this loop; touched on its thread only.
  std::set<Connection*> connections;

 private:
  void Sweep();

  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  asio::steady_timer sweep_;
};

struct IoThreads::Impl {
  std::vector<std::unique_ptr<IoThread>> loops;
  std::vector<std::thread> threads;
};

// What a server's connections share.
struct Server::Impl {
  IoThreads::Impl* threads = nullptr;
  ServerOptions options;
  Handler handler;
  std::unique_ptr<tcp::acceptor> acceptor;      // on loop 0
  std::unique_ptr<asio::steady_timer> backoff;  // likewise
  uint16_t port = 0;
  std::string address;
  std::atomic<bool> draining = false;
  std::atomic<size_t> connections = 0;
  size_t next_loop = 0;

  std::mutex gone_mutex;  // with gone: a connection has ended
  std::condition_variable gone;

  std::mutex tls_mutex;
  std::shared_ptr<asio::ssl::context> tls;

  std::shared_ptr<asio::ssl::context> Tls() {
    std::lock_guard lock(tls_mutex);
    return tls;
  }
};

// Owns itself through the shared_ptr that its coroutine holds.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Server::Impl> server, IoThread& loop, tcp::socket socket);
  ~Connection();

  // Serves until the peer or the server has had enough.
  Task<Done> Run();
  // Called about once a second.
  void Tick(SteadyTime now);
  // The server drains: close when idle, else after the present answer.
  void Drain();
  void Cut();
  // Cut, if a request waits for the peer.
  void CutWaiting();
  const Server::Impl* server() const { return server_.get(); }

 private:
  friend class RequestBodySource;
  friend class Responder;
  friend class h2::Link;
  enum class Phase : uint8_t { kIdle, kHead, kBusy, kIo, kLinger };

  Task<Status> StartTls();
  // By what the handshake has agreed upon, or by the first bytes. False also when nothing comes.
  Task<bool> SpeaksHttp2();
  Task<Done> ServeHttp2();
  // "1.3", or empty in cleartext.
  std::string_view TlsVersion() const;
  // Each returns 0 at the end of the stream.
  Task<Result<size_t>> ReadSome(std::span<std::byte> into);
  Task<Result<size_t>> FillBuffer();
  // Both pieces as one write when the kernel takes them.
  Task<Status> WriteAll(std::string_view first, std::string_view second);
  Result<size_t> WriteNow(std::string_view first, std::string_view second);
  Task<bool> ServeOne();
  Task<Result<std::optional<ParsedHead>>> ReadHead();
  Task<Done> Refuse(int status, std::string_view message);
  Task<Done> Linger();
  void StopReading();
  Error IoFailure(const boost::system::error_code& error) const;
  void SetPhase(Phase phase, std::chrono::seconds patience);
  std::string_view buffered() const { return {buffer_.data() + buffer_begin_, buffer_end_ - buffer_begin_}; }
  void Consume(size_t bytes) { buffer_begin_ += bytes; }

  std::shared_ptr<Server::Impl> server_;
  IoThread& loop_;
  tcp::socket socket_;
  std::shared_ptr<asio::ssl::context> tls_context_;
  std::unique_ptr<asio::ssl::stream<tcp::socket&>> tls_;
  std::string remote_address_;
  std::string buffer_;  // storage; [begin, end) was read from the peer and is not used yet
  size_t buffer_begin_ = 0;
  size_t buffer_end_ = 0;
  Phase phase_ = Phase::kHead;
  SteadyTime deadline_;
  bool timed_out_ = false;
  bool draining_ = false;
  bool cut_ = false;
  int sync_writes_ = 0;
  h2::Link* http2_ = nullptr;  // has taken over
};

}  // namespace tarn::http

// HTTP/1.1 and HTTP/2 server: connections on a few I/O threads, each request one coroutine.
//
// Invariants: a connection stays on one I/O thread; a request's handler starts and, by Task's rule, resumes there. I/O
// threads never block. HTTP/1.1's pipelined requests are answered in order, one at a time; HTTP/2's all at once, up to
// Limits::streams_max. `Expect: 100-continue` is answered when the handler first reads the body. A response that the
// handler cannot finish cuts the connection (HTTP/2: the stream).
// Limits answer as HTTP says: 431 (head), 408 (slow head), 503 (too many connections); bodies are the handler's to
// limit. Threads: Server and IoThreads methods from any thread but the I/O threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/executor.h"
#include "base/result.h"
#include "base/task.h"
#include "http/message.h"

namespace tarn::http {

// Answers one request. Exactly one of Send or Start is called once; when a handler ends without either, the peer gets a
// 500. Write and Finish belong to Start. All on the connection's I/O thread.
class ResponseWriter : public BodySink {
 public:
  // Head and body in one write. For HEAD the body is left out but its length told.
  virtual Task<Status> Send(ResponseHead head, std::string body) = 0;
  // The head of a body that follows by Write: exactly `length` bytes, or chunked when absent. For HEAD, 204 and 304 no
  // body may follow; HEAD still tells `length`.
  virtual Task<Status> Start(ResponseHead head, std::optional<uint64_t> length) = 0;
  // After the last Write. Without it, or with fewer bytes than promised, the connection is cut.
  virtual Task<Status> Finish() = 0;
  virtual bool started() const = 0;
  // Bytes of body written so far.
  virtual uint64_t body_bytes() const = 0;
};

// Must not throw. `request` and `response` live until the returned Task has ended.
using Handler = std::function<Task<Done>(Request& request, ResponseWriter& response)>;

struct Limits {
  size_t head_bytes = 64 << 10;
  size_t connections_max = 8192;
  std::chrono::seconds head{30};     // from a request's first byte (or accept) to the end of its head
  std::chrono::seconds idle{120};    // between requests
  std::chrono::seconds stall{60};    // without a byte of body moving, either way
  size_t drain_bytes_max = 1 << 20;  // of an unread body that are read away to keep the connection
  uint32_t streams_max = 128;        // open at once on an HTTP/2 connection
};

// The event loops, shared by servers. Destroy it after the servers and after the pools whose work resumes on it.
class IoThreads {
 public:
  explicit IoThreads(size_t threads);
  ~IoThreads();  // stops the loops and joins
  IoThreads(const IoThreads&) = delete;
  IoThreads& operator=(const IoThreads&) = delete;

  size_t size() const;
  Executor& executor(size_t index);

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

struct ServerOptions {
  std::string listen = "127.0.0.1:4566";  // HOST:PORT, [::1]:PORT; port 0 takes a free one
  std::string tls_cert_file;              // PEM chain; empty: cleartext only
  std::string tls_key_file;
  Limits limits;
};

class Server {
 public:
  // Listens and accepts from now on. With a certificate both TLS and cleartext are served, told apart by the first
  // byte. Errors: kListen, kTls.
  static Result<std::unique_ptr<Server>> Start(IoThreads& threads, ServerOptions options, Handler handler);
  ~Server();  // Drain with no patience

  uint16_t port() const;
  std::string address() const;  // "127.0.0.1:4566"
  size_t connections() const;

  // Reads the certificate files again for connections to come. The old ones stay on an error.
  Status ReloadTls();
  // Stops accepting, lets requests in flight finish, closes idle connections; after `patience` cuts the rest. Returns
  // whether all ended by themselves. Blocks; idempotent.
  bool Drain(std::chrono::milliseconds patience);
  // Cuts the connections whose request waits for its peer to send or to take bytes of a body. It may be called when the
  // server is gone, but not its threads.
  std::function<void()> WaitingCutter() const;

  struct Impl;

 private:
  explicit Server(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

}  // namespace tarn::http

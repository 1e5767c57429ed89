// HTTP/2 on a connection: moves bytes between the socket and the session, one read and one write at a time. Private to
// http/; on the connection's I/O thread.
#pragma once

#include <coroutine>
#include <string>

#include "http/h2/session.h"

namespace tarn::http {
class Connection;
}

namespace tarn::http::h2 {

// What an HTTP/2 client sends first (RFC 9113 §3.4).
inline constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

class Link {
 public:
  explicit Link(Connection& connection);

  // Serves until the peer or the server has had enough.
  Task<Done> Run();
  // After Run: until no handler runs any more.
  Task<Done> Ended();
  void Tick(SteadyTime now);
  void Drain();
  void CutWaiting();

 private:
  // Writes what the session has, until it has no more.
  void Pump();
  Task<Done> WriteOut();
  void MaybeEnded();
  bool HasEnded() const { return !writing_ && (!lost_ || session_.running() == 0); }

  Connection& connection_;
  Session session_;
  std::string out_;
  bool writing_ = false;
  bool drained_ = false;
  bool lost_ = false;  // nothing is read or written any more
  SteadyTime active_;  // when a request was last at work
  SteadyTime write_began_;
  std::coroutine_handle<> end_;  // waits for handlers and writes to end
};

}  // namespace tarn::http::h2

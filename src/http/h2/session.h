// One HTTP/2 connection's state (RFC 9113) without its socket: the peer's bytes in, bytes for the peer out, handlers
// between. Framing, HPACK and flow control are nghttp2's.
//
// Invariants: what is held of a connection's bodies never exceeds its window; a stream's output is taken from its
// handler only when it can be sent. No handler runs inside of nghttp2: what becomes ready is run after it has returned.
// Limits: `streams_max` open at once, head bytes (431), reset, empty and control frames by rate (GOAWAY with
// ENHANCE_YOUR_CALM), stalls (RST_STREAM). Private to http/; all on one I/O thread.
#pragma once

#include <chrono>
#include <coroutine>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "http/h2/allowance.h"
#include "http/server.h"

struct nghttp2_session;

namespace tarn::http::h2 {

using SteadyTime = std::chrono::steady_clock::time_point;

class Stream;
struct Callbacks;

// What every request of the connection is told.
struct Peer {
  std::string remote_address;
  std::string tls_version;  // "1.3"; empty in cleartext
};

class Session {
 public:
  // `wake`: there are bytes to Take. `ended`: a handler has ended. Both must not call back into the session at once,
  // except that `wake` may Take.
  Session(const Limits& limits, const Handler& handler, Peer peer, std::function<void()> wake,
          std::function<void()> ended);
  ~Session();  // no handler runs any more
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // What the peer sent, its preface first. False when it broke the protocol beyond an answer.
  bool Receive(std::string_view bytes);
  // Appends what there is to send, about `bytes_max`. False: nothing.
  bool Take(std::string& out, size_t bytes_max);
  // Nothing more is read or sent.
  bool over() const;
  // No request is at work.
  bool idle() const { return open_.empty() && running_ == 0; }
  size_t running() const { return running_; }

  // The connection is gone: requests fail, answers go nowhere.
  void Lose();
  // Streams that wait for the peer for too long are reset. Called about once a second.
  void Tick(SteadyTime now);
  // Takes no more streams; over() when those at work have ended.
  void Drain();
  // Resets the streams that wait for the peer.
  void CutWaiting();

 private:
  friend class Stream;
  friend struct Callbacks;

  Stream* Find(int32_t id);
  void Run(const std::shared_ptr<Stream>& stream);
  void RunReady();
  void Wake();
  // Ends the connection when the peer asks for too much of what costs it nothing.
  void Charge(Allowance& allowance);
  void Reset(int32_t id, uint32_t code);
  // Bytes of a stream's body have left the memory: the peer may send as many more.
  void Consume(int32_t id, size_t bytes);

  const Limits& limits_;
  const Handler& handler_;
  const Peer peer_;
  const std::function<void()> wake_;
  const std::function<void()> ended_;
  nghttp2_session* session_ = nullptr;
  std::string* taking_ = nullptr;  // where a DATA frame's payload goes, during Take
  size_t taking_max_ = 0;
  bool inside_ = false;  // nghttp2 or a loop over it is on the stack: no waking
  bool broken_ = false;
  size_t running_ = 0;
  std::map<int32_t, std::shared_ptr<Stream>> open_;
  std::vector<std::shared_ptr<Stream>> arrived_;
  std::vector<std::coroutine_handle<>> ready_;
  Allowance resets_{500, 50};
  Allowance idle_frames_{2000, 200};
};

}  // namespace tarn::http::h2

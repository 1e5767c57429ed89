// One HTTP/2 request and its answer: what came of the body, what is to go out, and who waits for either. Private to
// http/; all on the connection's I/O thread.
#pragma once

#include <coroutine>
#include <optional>
#include <string>

#include "http/h2/session.h"

namespace tarn::http::h2 {

class Stream final : public BodySource, public ResponseWriter {
 public:
  Stream(Session& session, int32_t id) : session_(session), id_(id) {}

  // As the request's body.
  Task<Result<size_t>> Read(std::span<std::byte> into) override;
  std::optional<uint64_t> length() const override { return length_; }

  // As its answer.
  Task<Status> Send(ResponseHead head, std::string body) override;
  Task<Status> Start(ResponseHead head, std::optional<uint64_t> length) override;
  Task<Status> Write(std::span<const std::byte> bytes) override;
  Task<Status> Finish() override;
  bool started() const override { return state_ != State::kNew; }
  uint64_t body_bytes() const override { return sent_; }

 private:
  friend class Session;
  friend struct Callbacks;
  enum class State : uint8_t { kNew, kStarted, kDone, kBroken };
  enum class End : uint8_t { kOpen, kReset, kLost };

  // A coroutine that waits for the peer.
  struct Waiter {
    std::coroutine_handle<> handle;
    SteadyTime deadline;
  };
  struct Park {
    Stream& stream;
    Waiter& waiter;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle);
    void await_resume() const noexcept {}
  };

  // Of the head: a field as it comes, and all of them together. The status that refuses the request, or 0.
  void AddField(std::string_view name, std::string_view value);
  int FinishHead(bool ended);
  void AddBody(std::string_view bytes);
  void EndBody();
  // The peer has kept it waiting for too long.
  void StopWaiting();
  // No frame goes either way any more.
  void Close(End end);
  // The handler has ended: completes what it left, drops what it did not read.
  void Conclude();
  void Refuse(int status);
  Status Submit(const ResponseHead& head, std::optional<uint64_t> length);
  // Offers `out_` to the connection and waits until it has been taken.
  Task<Status> Flush();
  Error Failure() const;
  void Ready(Waiter& waiter);

  Session& session_;
  const int32_t id_;
  Request request_;
  std::string authority_;
  std::string cookies_;
  size_t head_bytes_ = 0;
  bool head_whole_ = false;
  const SteadyTime began_ = std::chrono::steady_clock::now();
  bool head_too_large_ = false;
  bool awaits_continue_ = false;

  std::optional<uint64_t> length_;
  std::string inbox_;  // [inbox_read_, end) has come and was not read yet
  size_t inbox_read_ = 0;
  uint64_t discarded_ = 0;
  bool discards_ = false;  // nobody reads any more
  bool ended_in_ = false;
  Waiter reader_;

  State state_ = State::kNew;
  bool no_body_ = false;
  bool last_ = false;       // out_ is all that follows
  bool ended_out_ = false;  // END_STREAM has been sent
  std::optional<uint64_t> promised_;
  uint64_t sent_ = 0;
  std::span<const std::byte> out_;
  std::string refusal_;
  Waiter writer_;

  End end_ = End::kOpen;
  bool stalled_ = false;
  SteadyTime dropped_ = SteadyTime::max();  // when the rest of an unread body is no longer waited for
};

}  // namespace tarn::http::h2

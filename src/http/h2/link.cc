#include "http/h2/link.h"

#include "http/connection.h"

namespace tarn::http::h2 {
namespace {

constexpr size_t kWriteBytes = 256 << 10;

struct Parked {
  std::coroutine_handle<>& slot;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) { slot = handle; }
  void await_resume() const noexcept {}
};

}  // namespace

Link::Link(Connection& connection)
    : connection_(connection),
      session_(
          connection.server_->options.limits, connection.server_->handler,
          {.remote_address = connection.remote_address_, .tls_version = std::string(connection.TlsVersion())},
          [this] { Pump(); }, [this] { MaybeEnded(); }),
      active_(std::chrono::steady_clock::now()) {}

void Link::Pump() {
  if (writing_) return;
  writing_ = true;
  Spawn(WriteOut(), [this](Done) {
    writing_ = false;
    // Nothing is left to say: the read that is still waiting is called off.
    if (session_.over()) connection_.StopReading();
    MaybeEnded();
  });
}

Task<Done> Link::WriteOut() {
  while (session_.Take(out_, kWriteBytes)) {
    write_began_ = std::chrono::steady_clock::now();
    auto written = co_await connection_.WriteAll(out_, {});
    out_.clear();
    if (written.ok()) continue;
    connection_.Cut();
    break;
  }
  if (out_.capacity() > kWriteBytes / 8) std::string().swap(out_);
  co_return Done{};
}

// Posted: whoever calls may still be on the stack of what ends.
void Link::MaybeEnded() {
  if (!end_ || !HasEnded()) return;
  connection_.loop_.Post([handle = std::exchange(end_, nullptr)] { handle.resume(); });
}

Task<Done> Link::Run() {
  Pump();
  while (!session_.over() && !connection_.cut_) {
    if (connection_.buffered().empty()) {
      auto bytes = co_await connection_.FillBuffer();
      if (!bytes.ok() || *bytes == 0) break;
    }
    const std::string_view bytes = connection_.buffered();
    const bool going = session_.Receive(bytes);
    connection_.Consume(bytes.size());
    if (!going) break;
  }
  session_.Lose();
  co_await Ended();
  lost_ = true;
  co_return Done{};
}

Task<Done> Link::Ended() {
  if (!HasEnded()) {
    Parked ended{end_};
    co_await ended;
  }
  co_return Done{};
}

void Link::Tick(SteadyTime now) {
  const Limits& limits = connection_.server_->options.limits;
  if (writing_ && now > write_began_ + limits.stall) return connection_.Cut();
  if (!session_.idle()) active_ = now;
  if (now > active_ + limits.idle) {
    // A second time: the peer does not even take the farewell.
    if (drained_) return connection_.Cut();
    active_ = now;
    Drain();
  }
  session_.Tick(now);
}

void Link::Drain() {
  if (std::exchange(drained_, true)) return;
  session_.Drain();
}

void Link::CutWaiting() {
  if (writing_) return connection_.Cut();
  session_.CutWaiting();
}

}  // namespace tarn::http::h2

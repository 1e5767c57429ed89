#include "server/host.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "base/log.h"

namespace tarn::server {
namespace {

Task<Done> Answer(http::ResponseWriter& response, int status, std::string text) {
  http::ResponseHead head{.status = status, .headers = {}};
  head.headers.Add("Content-Type", "text/plain; charset=utf-8");
  if (status == 503) head.headers.Add("Retry-After", "1");
  (void)co_await response.Send(std::move(head), std::move(text));
  co_return Done{};
}

}  // namespace

Status Host::Open() {
  TARN_TRY(lake_, Lake::Open(options_, *clock_));
  return Ok();
}

Task<Done> Host::Handle(http::Request& request, http::ResponseWriter& response) {
  if (options_.allow_reset && request.path() == "/_tarn/reset") {
    if (request.method != "POST") co_return co_await Answer(response, 405, "POST empties the lake\n");
    const Status done = co_await Offload(reset_pool_, [this] { return Reset(); });
    if (!done.ok()) co_return co_await Answer(response, 500, done.error().message + "\n");
    co_return co_await Answer(response, 200, "the lake is empty\n");
  }
  // Counted before the flag is read: a reset either sees this request or is seen by it.
  ++in_flight_;
  if (resetting_ || !lake_) {
    --in_flight_;
    co_return co_await Answer(response, 503, "the lake is being emptied\n");
  }
  (void)co_await lake_->api()(request, response);
  --in_flight_;
  co_return Done{};
}

void Host::EndSubscriptions() {
  ++in_flight_;  // as a request: a reset waits for it
  if (!resetting_ && lake_) lake_->EndSubscriptions();
  --in_flight_;
}

Status Host::Reset() {
  resetting_ = true;
  if (lake_) lake_->EndSubscriptions();
  const auto begin = std::chrono::steady_clock::now();
  std::chrono::seconds patience(2);
  while (in_flight_ > 0) {
    const auto waited = std::chrono::steady_clock::now() - begin;
    if (waited > patience) {
      cut_();
      ++patience;
    }
    if (waited > std::chrono::seconds(30)) {
      resetting_ = false;
      return Fail(kInternalError, "requests are still running after 30 s; the lake was not emptied");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  lake_.reset();
  Status done = EmptyLake(options_);
  if (done.ok()) done = Open();
  if (!done.ok()) {
    log::Fault("server", fmt::format("reset: {}", done.error().message));
    return done;
  }
  resetting_ = false;
  log::Info("server", "the lake was emptied by /_tarn/reset");
  return Ok();
}

}  // namespace tarn::server

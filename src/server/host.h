// Host: the lake behind the API port, and its replacement by an empty one on POST /_tarn/reset.
//
// Invariant: a request runs on one lake from beginning to end; a reset waits for the requests in flight, then takes the
// lake down, empties its directory and opens it again. Requests meanwhile answer 503 with Retry-After. Requests whose
// clients neither send nor take what is left of a body are cut off after 2 s of that wait.
// Threads: Handle on I/O threads; Open and Close on the main thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "base/executor.h"
#include "base/result.h"
#include "http/server.h"
#include "server/lake.h"
#include "server/options.h"

namespace tarn::server {

class Host {
 public:
  Host(Options options, const Clock& clock)
      : options_(std::move(options)), clock_(&clock), reset_pool_("reset", 1, 1) {}

  Status Open();
  void Close() { lake_.reset(); }
  // Before the server drains.
  void EndSubscriptions();
  // What cuts off requests that wait for their clients.
  void OnImpatience(std::function<void()> cut) { cut_ = std::move(cut); }
  http::Handler AsHandler() {
    return [this](http::Request& request, http::ResponseWriter& response) { return Handle(request, response); };
  }
  const Lake& lake() const { return *lake_; }

 private:
  Task<Done> Handle(http::Request& request, http::ResponseWriter& response);
  Status Reset();

  const Options options_;
  const Clock* clock_;
  std::unique_ptr<Lake> lake_;
  std::atomic<bool> resetting_ = false;
  std::atomic<int> in_flight_ = 0;
  std::function<void()> cut_ = [] {};
  WorkerPool reset_pool_;  // one thread, one reset at a time
};

}  // namespace tarn::server

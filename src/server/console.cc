#include "server/console.h"

#include "base/metrics.h"

namespace tarn::server {
namespace {

Task<Done> Answer(http::Request& request, http::ResponseWriter& response) {
  http::ResponseHead head;
  std::string body;
  if (request.method != "GET" && request.method != "HEAD") {
    head.status = 405;
    head.headers.Add("Allow", "GET, HEAD");
    body = "only GET and HEAD are served here\n";
  } else if (request.path() == "/healthz") {
    body = "ok\n";
  } else if (request.path() == "/metrics") {
    body = metrics::RenderPrometheus();
  } else {
    head.status = 404;
    body = "this port serves /metrics and /healthz\n";
  }
  head.headers.Add("Content-Type", request.path() == "/metrics" ? "text/plain; version=0.0.4; charset=utf-8"
                                                                : "text/plain; charset=utf-8");
  head.headers.Add("Cache-Control", "no-store");
  (void)co_await response.Send(std::move(head), std::move(body));
  co_return Done{};
}

}  // namespace

http::Handler MakeConsoleHandler() { return Answer; }

}  // namespace tarn::server

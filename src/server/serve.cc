#include "server/serve.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <thread>

#include "base/log.h"
#include "server/console.h"
#include "server/host.h"
#include "server/options.h"

namespace tarn::server {
namespace {

void SetLogLevel(const std::string& name) {
  constexpr std::pair<std::string_view, log::Level> kLevels[] = {{"debug", log::Level::kDebug},
                                                                 {"info", log::Level::kInfo},
                                                                 {"warn", log::Level::kWarn},
                                                                 {"error", log::Level::kError}};
  for (const auto& [level_name, level] : kLevels) {
    if (level_name == name) log::SetLevel(level);
  }
}

// Every connection and data file takes a descriptor.
void RaiseFileLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::string Text(const Endpoint& endpoint) {
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", endpoint.host, v6 ? "]" : "", endpoint.port);
}

http::ServerOptions ServerOptionsOf(const Options& options, const Endpoint& endpoint) {
  http::ServerOptions out;
  out.listen = Text(endpoint);
  out.tls_cert_file = options.tls_cert;
  out.tls_key_file = options.tls_key;
  out.limits.connections_max = options.connections_max;
  return out;
}

int Complain(const Error& error, int exit_code) {
  fmt::print(stderr, "tarn: {}\n", error.message);
  return exit_code;
}

// Blocks until SIGTERM or SIGINT; SIGHUP reloads the certificates.
void WaitForStop(const sigset_t& signals, http::Server& api, http::Server& console) {
  while (true) {
    int signal = 0;
    if (::sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGHUP) return;
    bool whole = true;
    for (http::Server* server : {&api, &console}) {
      const Status reloaded = server->ReloadTls();
      if (!reloaded.ok()) log::Fault("server", reloaded.error().message);
      whole = whole && reloaded.ok();
    }
    if (whole) log::Info("server", "the TLS certificate was read again");
  }
}

}  // namespace

int Serve(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
  const auto parsed = ParseOptions(arguments, environment);
  if (!parsed.ok()) return Complain(parsed.error(), 2);
  if (parsed->help) {
    fmt::print("{}", *parsed->help);
    return 0;
  }
  const Options& options = parsed->options;
  SetLogLevel(options.log_level);
  RaiseFileLimit();
  // Threads inherit the mask: only this one takes the signals.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  const SystemClock clock;
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  http::IoThreads io(options.io_threads > 0 ? options.io_threads : cores);
  Host host(options, clock);
  if (const Status opened = host.Open(); !opened.ok()) return Complain(opened.error(), 1);
  auto api = http::Server::Start(io, ServerOptionsOf(options, options.listen), host.AsHandler());
  if (!api.ok()) return Complain(api.error(), 1);
  host.OnImpatience((*api)->WaitingCutter());
  auto console = http::Server::Start(io, ServerOptionsOf(options, options.console), MakeConsoleHandler());
  if (!console.ok()) return Complain(console.error(), 1);

  if (!host.lake().credentials_file().empty()) {
    fmt::print("root credentials are in {}\n", host.lake().credentials_file());
  }
  const std::string_view scheme = options.tls_cert.empty() ? "http" : "https";
  fmt::print("metrics and health on {}://{}\n", scheme, (*console)->address());
  fmt::print("tarn ready on {}://{}\n", scheme, (*api)->address());
  std::fflush(stdout);

  WaitForStop(signals, **api, **console);
  log::Info("server", "stopping: no new connections, waiting for requests in flight");
  host.EndSubscriptions();
  const bool drained = (*api)->Drain(std::chrono::seconds(options.drain_seconds));
  (*console)->Drain(std::chrono::seconds(1));
  if (!drained) log::Warn("server", "some requests were cut off");
  host.Close();
  return 0;
}

}  // namespace tarn::server

#include "http/server.h"

#include <boost/asio/post.hpp>
#include <future>

#include "base/log.h"
#include "base/strings.h"
#include "http/connection.h"
#include "http/errors.h"

namespace tarn::http {
namespace {

constexpr std::chrono::milliseconds kSweepInterval{500};
constexpr std::chrono::milliseconds kAcceptBackoff{50};
constexpr std::string_view kTooMany =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Length: 21\r\n\r\n"
    "too many connections\n";

// HTTP/2 where the client offers it. One that offers neither is told by its first bytes.
int ChooseProtocol(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered,
                   unsigned offered_length, void*) {
  static constexpr unsigned char kOurs[] = "\x02h2\x08http/1.1";
  unsigned char* found = nullptr;
  const int agreed = SSL_select_next_proto(&found, length, kOurs, sizeof(kOurs) - 1, offered, offered_length);
  *chosen = found;
  return agreed == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

Result<std::shared_ptr<asio::ssl::context>> LoadTls(const ServerOptions& options) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  boost::system::error_code error;
  context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                           asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1,
                       error);
  if (!error) context->use_certificate_chain_file(options.tls_cert_file, error);
  if (error) {
    return Fail(kTls, "cannot read the certificate chain " + options.tls_cert_file + ": " + error.message());
  }
  context->use_private_key_file(options.tls_key_file, asio::ssl::context::pem, error);
  if (error) return Fail(kTls, "cannot use the private key " + options.tls_key_file + ": " + error.message());
  SSL_CTX_set_alpn_select_cb(context->native_handle(), &ChooseProtocol, nullptr);
  return context;
}

Result<tcp::endpoint> ParseListen(const std::string& listen) {
  size_t colon = listen.rfind(':');
  auto port = colon == std::string::npos ? std::nullopt : ParseU64(std::string_view(listen).substr(colon + 1));
  if (!port || *port > 65535) return Fail(kListen, "\"" + listen + "\" is not HOST:PORT");
  std::string host = listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  if (host.empty() || host == "*") host = "0.0.0.0";
  boost::system::error_code error;
  auto address = asio::ip::make_address(host, error);
  if (error) return Fail(kListen, "\"" + host + "\" is not an IP address to listen on");
  return tcp::endpoint(address, static_cast<uint16_t>(*port));
}

void Admit(const std::shared_ptr<Server::Impl>& server, IoThread& loop, tcp::socket socket) {
  if (server->connections >= server->options.limits.connections_max) {
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.send(asio::buffer(kTooMany.data(), kTooMany.size()), 0, ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    return;
  }
  ++server->connections;
  asio::post(loop.context(), [server, &loop, socket = std::move(socket)]() mutable {
    auto connection = std::make_shared<Connection>(server, loop, std::move(socket));
    Spawn(connection->Run(), [](Done) {});
  });
}

void Accept(const std::shared_ptr<Server::Impl>& server) {
  auto& loops = server->threads->loops;
  IoThread& loop = *loops[server->next_loop++ % loops.size()];
  server->acceptor->async_accept(loop.context(), [server, &loop](boost::system::error_code error, tcp::socket socket) {
    if (server->draining) return;
    if (!error) {
      Admit(server, loop, std::move(socket));
    } else if (error == asio::error::operation_aborted) {
      return;
    } else if (error == asio::error::no_descriptors || error == asio::error::no_memory ||
               error == asio::error::no_buffer_space) {
      log::Warn("http", "cannot accept: " + error.message());
      server->backoff->expires_after(kAcceptBackoff);
      server->backoff->async_wait([server](boost::system::error_code) {
        if (!server->draining) Accept(server);
      });
      return;
    }
    Accept(server);
  });
}

}  // namespace

IoThread::IoThread() : guard_(asio::make_work_guard(context_)), sweep_(context_) {}

void IoThread::Run() {
  Executor::SetCurrent(this);
  Sweep();
  context_.run();
}

void IoThread::Post(Work work) { asio::post(context_, std::move(work)); }

void IoThread::Sweep() {
  auto now = std::chrono::steady_clock::now();
  for (Connection* connection : connections) connection->Tick(now);
  sweep_.expires_after(kSweepInterval);
  sweep_.async_wait([this](boost::system::error_code error) {
    if (!error) Sweep();
  });
}

IoThreads::IoThreads(size_t threads) : impl_(std::make_unique<Impl>()) {
  for (size_t i = 0; i < std::max<size_t>(threads, 1); ++i) impl_->loops.push_back(std::make_unique<IoThread>());
  for (auto& loop : impl_->loops) {
    impl_->threads.emplace_back([&loop] {
      pthread_setname_np(pthread_self(), "io");
      loop->Run();
    });
  }
}

IoThreads::~IoThreads() {
  for (auto& loop : impl_->loops) loop->context().stop();
  for (auto& thread : impl_->threads) thread.join();
}

size_t IoThreads::size() const { return impl_->loops.size(); }
Executor& IoThreads::executor(size_t index) { return *impl_->loops[index % impl_->loops.size()]; }

Result<std::unique_ptr<Server>> Server::Start(IoThreads& threads, ServerOptions options, Handler handler) {
  auto impl = std::make_shared<Impl>();
  impl->threads = &threads.impl();
  impl->options = std::move(options);
  impl->handler = std::move(handler);
  if (!impl->options.tls_cert_file.empty()) {
    TARN_TRY(impl->tls, LoadTls(impl->options));
  }
  TARN_TRY(tcp::endpoint endpoint, ParseListen(impl->options.listen));
  auto& loop = *impl->threads->loops[0];
  impl->acceptor = std::make_unique<tcp::acceptor>(loop.context());
  impl->backoff = std::make_unique<asio::steady_timer>(loop.context());
  boost::system::error_code error;
  impl->acceptor->open(endpoint.protocol(), error);
  if (!error) impl->acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) impl->acceptor->bind(endpoint, error);
  if (!error) impl->acceptor->listen(1024, error);
  if (error) return Fail(kListen, "cannot listen on " + impl->options.listen + ": " + error.message());
  auto local = impl->acceptor->local_endpoint(error);
  impl->port = local.port();
  std::string host = local.address().to_string();
  impl->address = (local.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(impl->port);
  asio::post(loop.context(), [impl] { Accept(impl); });
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::~Server() { Drain(std::chrono::milliseconds(0)); }

uint16_t Server::port() const { return impl_->port; }
std::string Server::address() const { return impl_->address; }
size_t Server::connections() const { return impl_->connections; }

Status Server::ReloadTls() {
  if (impl_->options.tls_cert_file.empty()) return Ok();
  TARN_TRY(auto context, LoadTls(impl_->options));
  std::lock_guard lock(impl_->tls_mutex);
  impl_->tls = std::move(context);
  return Ok();
}

namespace {

void TellAll(const std::shared_ptr<Server::Impl>& impl, void (Connection::*method)()) {
  for (auto& loop : impl->threads->loops) {
    asio::post(loop->context(), [impl, method, &loop = *loop] {
      for (Connection* connection : loop.connections) {
        if (connection->server() == impl.get()) (connection->*method)();
      }
    });
  }
}

}  // namespace

std::function<void()> Server::WaitingCutter() const {
  return [impl = impl_] { TellAll(impl, &Connection::CutWaiting); };
}

bool Server::Drain(std::chrono::milliseconds patience) {
  auto impl = impl_;
  if (!impl->draining.exchange(true)) {
    // They belong to loop 0 and must not outlive it, whoever holds `impl` last.
    std::promise<void> closed;
    asio::post(impl->threads->loops[0]->context(), [impl, &closed] {
      impl->acceptor.reset();
      impl->backoff.reset();
      closed.set_value();
    });
    closed.get_future().wait();
  }
  auto gone = [&] { return impl->connections == 0; };
  TellAll(impl, &Connection::Drain);
  std::unique_lock lock(impl->gone_mutex);
  if (impl->gone.wait_for(lock, patience, gone)) return true;
  lock.unlock();
  TellAll(impl, &Connection::Cut);
  lock.lock();
  impl->gone.wait_for(lock, std::chrono::seconds(5), gone);
  return false;
}

}  // namespace tarn::http

#include "http/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "base/hash.h"
#include "base/strings.h"
#include "http/errors.h"

namespace tarn::http {
namespace {

// A client that sends bytes as they are.
class Peer {
 public:
  explicit Peer(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  }
  ~Peer() { ::close(fd_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  bool connected() const { return connected_; }
  void Send(std::string_view text) {
    while (!text.empty()) {
      ssize_t n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      text.remove_prefix(static_cast<size_t>(n));
    }
  }
  // Reads until `mark` has come (and everything up to it), or the end.
  std::string ReadUntil(std::string_view mark) {
    while (seen_.find(mark) == std::string::npos && More()) {
    }
    size_t end =
        std::min(seen_.size(), seen_.find(mark) == std::string::npos ? seen_.size() : seen_.find(mark) + mark.size());
    std::string text = seen_.substr(0, end);
    seen_.erase(0, end);
    return text;
  }
  std::string ReadAll() {
    while (More()) {
    }
    return std::exchange(seen_, "");
  }
  void Close() { ::shutdown(fd_, SHUT_WR); }

 private:
  bool More() {
    char buffer[65536];
    ssize_t n = ::recv(fd_, buffer, sizeof(buffer), 0);
    if (n > 0) seen_.append(buffer, static_cast<size_t>(n));
    return n > 0;
  }
  int fd_;
  bool connected_ = false;
  std::string seen_;
};

Task<Result<std::string>> ReadBody(BodySource& body) {
  std::string whole;
  std::array<std::byte, 1000> buffer{};
  while (true) {
    TARN_CO_TRY(size_t n, co_await body.Read(buffer));
    if (n == 0) break;
    whole.append(reinterpret_cast<const char*>(buffer.data()), n);
  }
  co_return std::move(whole);
}

// /echo answers the body, /ignore reads none of it, /stream?n writes n pieces of 100,000 bytes, /short promises too
// much.
Task<Done> Answer(Request& request, ResponseWriter& response) {
  ResponseHead head;
  if (request.path() == "/echo") {
    auto body = co_await ReadBody(*request.body);
    if (!body.ok()) {
      head.status = 400;
      co_await response.Send(std::move(head), std::string(body.error().reason->name));
      co_return Done{};
    }
    head.headers.Add("X-Target", request.target);
    co_await response.Send(std::move(head), std::move(*body));
  } else if (request.path() == "/stream") {
    uint64_t pieces = ParseU64(request.query()).value_or(0);
    std::string piece(100'000, 'p');
    std::optional<uint64_t> length;
    if (request.headers.Has("x-known")) length = pieces * piece.size();
    co_await response.Start(std::move(head), length);
    for (uint64_t i = 0; i < pieces; ++i) {
      auto written = co_await response.Write(AsBytes(piece));
      if (!written.ok()) co_return Done{};
    }
    co_await response.Finish();
  } else if (request.path() == "/short") {
    co_await response.Start(std::move(head), 10);
    co_await response.Write(AsBytes("12345"));
  } else if (request.path() != "/nothing") {
    head.status = 403;
    co_await response.Send(std::move(head), "no");
  }
  co_return Done{};
}

class HttpServer : public testing::Test {
 protected:
  void Start(Limits limits = {}, std::string cert = {}, std::string key = {}) {
    ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.limits = limits;
    options.tls_cert_file = std::move(cert);
    options.tls_key_file = std::move(key);
    auto server = Server::Start(threads_, options, Answer);
    ASSERT_TRUE(server.ok()) << server.error().message;
    server_ = std::move(*server);
  }
  uint16_t port() const { return server_->port(); }

  IoThreads threads_{2};
  std::unique_ptr<Server> server_;
};

std::string Post(std::string_view path, std::string_view body, std::string_view fields = "") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

TEST_F(HttpServer, AnswersManyRequestsOnOneConnectionInOrder) {
  Start();
  Peer peer(port());
  std::string all;
  for (int i = 0; i < 20; ++i) all += Post("/echo?" + std::to_string(i), "body" + std::to_string(i) + ";");
  peer.Send(all);
  for (int i = 0; i < 20; ++i) {
    std::string answer = peer.ReadUntil("body" + std::to_string(i) + ";");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_NE(answer.find("X-Target: /echo?" + std::to_string(i) + "\r\n"), std::string::npos);
  }
}

TEST_F(HttpServer, ReadsChunkedBodiesAndLargeOnes) {
  Start();
  Peer peer(port());
  peer.Send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  peer.Send("5\r\nhello\r\n");
  peer.Send("6\r\n world\r\n0\r\n\r\n");
  EXPECT_TRUE(peer.ReadUntil("hello world").ends_with("hello world"));
  std::string large(3'000'000, 'x');
  std::thread sender([&] { peer.Send(Post("/echo", large + "END")); });
  EXPECT_TRUE(peer.ReadUntil("END").ends_with(large + "END"));
  sender.join();
}

TEST_F(HttpServer, SendsContinueOnlyWhenTheBodyIsRead) {
  Start();
  Peer peer(port());
  peer.Send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(peer.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.Send("hi");
  EXPECT_TRUE(peer.ReadUntil("hi").starts_with("HTTP/1.1 200 OK"));
  peer.Send("POST /ignore HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  std::string refused = peer.ReadAll();
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 403 Forbidden\r\n")) << refused;
  EXPECT_NE(refused.find("Connection: close\r\n"), std::string::npos);
}

TEST_F(HttpServer, GoesOnAfterABodyThatTheHandlerIgnored) {
  Start();
  Peer peer(port());
  peer.Send(Post("/ignore", std::string(50'000, 'x')));
  EXPECT_TRUE(peer.ReadUntil("\r\n\r\nno").starts_with("HTTP/1.1 403"));
  peer.Send(Post("/echo", "still here"));
  EXPECT_TRUE(peer.ReadUntil("still here").starts_with("HTTP/1.1 200"));
}

TEST_F(HttpServer, LetsThePeerReadARefusalOfAHugeBody) {
  Limits limits;
  limits.drain_bytes_max = 1000;
  Start(limits);
  Peer peer(port());
  peer.Send("POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n" + std::string(200'000, 'x'));
  std::string answer = peer.ReadAll();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 403")) << answer;
  EXPECT_TRUE(answer.ends_with("no"));
}

TEST_F(HttpServer, StreamsKnownAndUnknownLengths) {
  Start();
  Peer peer(port());
  peer.Send("GET /stream?30 HTTP/1.1\r\nHost: a\r\nX-Known: 1\r\nConnection: close\r\n\r\n");
  std::string known = peer.ReadAll();
  EXPECT_NE(known.find("Content-Length: 3000000\r\n"), std::string::npos);
  EXPECT_EQ(std::ranges::count(known, 'p'), 3'000'000);
  Peer chunked(port());
  chunked.Send("GET /stream?2 HTTP/1.1\r\nHost: a\r\n\r\n");
  std::string answer = chunked.ReadUntil("\r\n0\r\n\r\n");
  EXPECT_NE(answer.find("Transfer-Encoding: chunked\r\n\r\n186a0\r\nppp"), std::string::npos);
  Peer old(port());
  old.Send("GET /stream?1 HTTP/1.0\r\n\r\n");
  std::string plain = old.ReadAll();
  EXPECT_EQ(plain.find("Transfer-Encoding"), std::string::npos);
  EXPECT_TRUE(plain.ends_with("ppp"));
}

TEST_F(HttpServer, LeavesTheBodyOutOfAnswersToHead) {
  Start();
  Peer peer(port());
  peer.Send("HEAD /ignore HTTP/1.1\r\nHost: a\r\n\r\n");
  std::string head = peer.ReadUntil("\r\n\r\n");
  EXPECT_NE(head.find("Content-Length: 2\r\n"), std::string::npos);
  peer.Send(Post("/echo", "next"));
  EXPECT_TRUE(peer.ReadUntil("next").starts_with("HTTP/1.1 200"));
}

TEST_F(HttpServer, CutsAnAnswerThatTheHandlerDidNotFinish) {
  Start();
  Peer peer(port());
  peer.Send("GET /short HTTP/1.1\r\nHost: a\r\n\r\n");
  std::string answer = peer.ReadAll();
  EXPECT_NE(answer.find("Content-Length: 10\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("12345"));
  Peer silent(port());
  silent.Send("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(silent.ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 500"));
}

TEST_F(HttpServer, RefusesWhatIsNoRequest) {
  Limits limits;
  limits.head_bytes = 4096;
  Start(limits);
  auto status = [&](std::string_view text) {
    Peer peer(port());
    peer.Send(text);
    return peer.ReadAll().substr(0, 12);
  };
  EXPECT_EQ(status("nonsense\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(10'000, 'x')), "HTTP/1.1 431");
  EXPECT_EQ(status("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), "HTTP/1.1 505");
  EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"), "HTTP/1.1 501");
}

TEST_F(HttpServer, TellsTheHandlerOfACutBody) {
  Start();
  Peer peer(port());
  peer.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
  peer.Close();
  EXPECT_TRUE(peer.ReadAll().ends_with("http.Disconnected"));
}

TEST_F(HttpServer, ClosesPeersThatDoNotMove) {
  Limits limits;
  limits.head = std::chrono::seconds(0);
  limits.idle = std::chrono::seconds(0);
  Start(limits);
  Peer silent(port());
  EXPECT_EQ(silent.ReadAll(), "");
  Peer slow(port());
  slow.Send("GET / HTTP/1.1\r\nHo");
  // It may have been closed before its first byte came.
  std::string answer = slow.ReadAll();
  EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 408")) << answer;
}

TEST_F(HttpServer, RefusesConnectionsBeyondItsLimit) {
  Limits limits;
  limits.connections_max = 1;
  Start(limits);
  Peer first(port());
  first.Send(Post("/echo", "one"));
  first.ReadUntil("one");
  Peer second(port());
  EXPECT_TRUE(second.ReadAll().starts_with("HTTP/1.1 503"));
}

TEST_F(HttpServer, DrainsWithoutCuttingWhatRuns) {
  Start();
  Peer idle(port());
  idle.Send(Post("/echo", "one"));
  idle.ReadUntil("one");
  Peer busy(port());
  busy.Send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  busy.ReadUntil("\r\n\r\n");  // the handler reads now
  busy.Send("ab");
  std::atomic<bool> clean = false;
  std::thread drain([&] { clean = server_->Drain(std::chrono::seconds(20)); });
  EXPECT_EQ(idle.ReadAll(), "");
  busy.Send("cd");
  std::string answer = busy.ReadAll();
  EXPECT_TRUE(answer.ends_with("abcd")) << answer;
  drain.join();
  EXPECT_TRUE(clean);
  EXPECT_FALSE(Peer(port()).connected());
}

TEST_F(HttpServer, CutsWhatDoesNotEndInTime) {
  Start();
  Peer stuck(port());
  stuck.Send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  stuck.ReadUntil("\r\n\r\n");  // the handler reads now
  EXPECT_FALSE(server_->Drain(std::chrono::milliseconds(50)));
  EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(HttpServer, SpeaksTlsAndCleartextOnOnePort) {
  std::string dir = testing::TempDir() + "tarn_http_" + std::to_string(::getpid());
  std::filesystem::create_directories(dir);
  std::string make =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
      "-keyout " +
      dir + "/key.pem -out " + dir + "/cert.pem 2>/dev/null";
  ASSERT_EQ(std::system(make.c_str()), 0);
  Start({}, dir + "/cert.pem", dir + "/key.pem");
  std::string ask =
      "printf 'POST /echo HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\nContent-Length: 3\\r\\n\\r\\ntls' | "
      "openssl s_client -quiet -ign_eof -connect 127.0.0.1:" +
      std::to_string(port()) + " 2>/dev/null | grep -q tls";
  EXPECT_EQ(std::system(ask.c_str()), 0);
  Peer clear(port());
  clear.Send(Post("/echo", "clear"));
  EXPECT_TRUE(clear.ReadUntil("\r\n\r\nclear").starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(server_->ReloadTls().ok());
  std::filesystem::remove(dir + "/cert.pem");
  EXPECT_TRUE(server_->ReloadTls().Is(kTls));
  EXPECT_EQ(std::system(ask.c_str()), 0) << "the old certificate stays";
  std::filesystem::remove_all(dir);
}

TEST(HttpServerStart, RefusesAddressesThatAreNone) {
  IoThreads threads(1);
  for (std::string listen : {"nohost", "300.1.1.1:80", "127.0.0.1:99999", "127.0.0.1:x"}) {
    EXPECT_TRUE(
        Server::Start(threads, {.listen = listen, .tls_cert_file = {}, .tls_key_file = {}, .limits = {}}, Answer)
            .Is(kListen));
  }
}

}  // namespace
}  // namespace tarn::http

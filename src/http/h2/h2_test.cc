// HTTP/2 as a client of nghttp2's sees it, over sockets.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <map>
#include <thread>

#include "base/hash.h"
#include "base/strings.h"
#include "http/h2/link.h"
#include "http/server.h"

namespace tarn::http {
namespace {

struct Answer {
  std::map<std::string, std::string> head;
  std::string body;
  std::vector<std::string> early;  // statuses before the last one
  uint32_t error = 0;
  bool closed = false;
  std::string status() const { return head.contains(":status") ? head.at(":status") : ""; }
};

using Fields = std::vector<std::pair<std::string, std::string>>;

// One connection. Nothing moves but while a method waits.
class Client {
 public:
  explicit Client(uint16_t port, int32_t window = 65535) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    const int at_once = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof(at_once));
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, &Client::OnHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &Client::OnData);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &Client::OnFrame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &Client::OnClose);
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_auto_window_update(option, window < 65535 ? 1 : 0);
    nghttp2_session_client_new2(&session_, callbacks, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    const nghttp2_settings_entry settings = {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<uint32_t>(window)};
    nghttp2_submit_settings(session_, 0, &settings, 1);
  }
  ~Client() {
    nghttp2_session_del(session_);
    ::close(fd_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // `body` is sent in one go when given; "" with `open` keeps the request open for More.
  int32_t Ask(const std::string& method, const std::string& path, Fields fields = {}, std::string body = {},
              bool open = false) {
    fields.insert(fields.begin(), {{":method", method}, {":scheme", "http"}, {":path", path}, {":authority", "lake"}});
    std::vector<nghttp2_nv> pairs;
    for (auto& [name, value] : fields) {
      pairs.push_back({reinterpret_cast<uint8_t*>(name.data()), reinterpret_cast<uint8_t*>(value.data()), name.size(),
                       value.size(), 0});
    }
    nghttp2_data_provider data{};
    data.read_callback = [](nghttp2_session*, int32_t id, uint8_t* into, size_t room, uint32_t* flags,
                            nghttp2_data_source*, void* user) -> ssize_t {
      auto& [text, more] = static_cast<Client*>(user)->bodies_[id];
      const size_t bytes = text.copy(reinterpret_cast<char*>(into), room);
      text.erase(0, bytes);
      if (text.empty() && !more) *flags |= NGHTTP2_DATA_FLAG_EOF;
      return bytes == 0 && more ? static_cast<ssize_t>(NGHTTP2_ERR_DEFERRED) : static_cast<ssize_t>(bytes);
    };
    const bool has_body = !body.empty() || open;
    const int32_t id =
        nghttp2_submit_request(session_, nullptr, pairs.data(), pairs.size(), has_body ? &data : nullptr, nullptr);
    bodies_[id] = {std::move(body), open};
    return id;
  }
  void More(int32_t id, const std::string& body, bool open) {
    bodies_[id].first += body;
    bodies_[id].second = open;
    nghttp2_session_resume_data(session_, id);
  }
  void Reset(int32_t id) { nghttp2_submit_rst_stream(session_, 0, id, NGHTTP2_CANCEL); }
  void Ping() { nghttp2_submit_ping(session_, 0, nullptr); }
  void Widen(int32_t id, int32_t bytes) { nghttp2_submit_window_update(session_, 0, id, bytes); }

  void Send() {
    const uint8_t* bytes = nullptr;
    while (true) {
      const ssize_t count = nghttp2_session_mem_send(session_, &bytes);
      if (count <= 0) return;
      for (ssize_t sent = 0; sent < count;) {
        const ssize_t now = ::send(fd_, bytes + sent, static_cast<size_t>(count - sent), MSG_NOSIGNAL);
        if (now <= 0) return;
        sent += now;
      }
    }
  }
  void SendRaw(std::string_view bytes) {
    Send();
    ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  // What comes until the end of the connection; nothing is answered.
  std::string Listen() {
    std::string all;
    std::array<char, 4096> buffer{};
    while (true) {
      const ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), 0);
      if (count <= 0) return all;
      all.append(buffer.data(), static_cast<size_t>(count));
    }
  }
  // Until `done`, or the end of the connection.
  template <typename Done>
  void Until(Done done) {
    while (!done() && !gone_) {
      Send();
      std::array<uint8_t, 65536> buffer{};
      const ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), 0);
      if (count <= 0 || nghttp2_session_mem_recv(session_, buffer.data(), static_cast<size_t>(count)) < 0) gone_ = true;
    }
    Send();
  }
  Answer& Wait(int32_t id) {
    Until([&] { return answers[id].closed; });
    return answers[id];
  }
  bool gone() const { return gone_; }

  std::map<int32_t, Answer> answers;
  uint32_t goaway = UINT32_MAX;
  int pongs = 0;
  std::map<uint16_t, uint32_t> settings;

 private:
  static Client& Of(void* user) { return *static_cast<Client*>(user); }
  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_bytes,
                      const uint8_t* value, size_t value_bytes, uint8_t, void* user) {
    std::string key(reinterpret_cast<const char*>(name), name_bytes);
    std::string text(reinterpret_cast<const char*>(value), value_bytes);
    Answer& answer = Of(user).answers[frame->hd.stream_id];
    if (key == ":status" && text.starts_with('1')) {
      answer.early.push_back(text);
    } else {
      answer.head[key] = text;
    }
    return 0;
  }
  static int OnData(nghttp2_session*, uint8_t, int32_t id, const uint8_t* bytes, size_t count, void* user) {
    Of(user).answers[id].body.append(reinterpret_cast<const char*>(bytes), count);
    return 0;
  }
  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_GOAWAY) Of(user).goaway = frame->goaway.error_code;
    if (frame->hd.type == NGHTTP2_PING) ++Of(user).pongs;
    if (frame->hd.type == NGHTTP2_SETTINGS) {
      for (size_t i = 0; i < frame->settings.niv; ++i) {
        Of(user).settings[static_cast<uint16_t>(frame->settings.iv[i].settings_id)] = frame->settings.iv[i].value;
      }
    }
    return 0;
  }
  static int OnClose(nghttp2_session*, int32_t id, uint32_t error, void* user) {
    Of(user).answers[id].closed = true;
    Of(user).answers[id].error = error;
    return 0;
  }

  int fd_;
  nghttp2_session* session_ = nullptr;
  std::map<int32_t, std::pair<std::string, bool>> bodies_;
  bool gone_ = false;
};

class Http2Server : public testing::Test {
 protected:
  // /echo answers the body and what it saw of the head, /ignore reads none of it, /stream?n writes n pieces of 100,000
  // bytes, /half promises too much, /silent answers nothing, /park waits for Release.
  Task<Done> Serve(Request& request, ResponseWriter& response) {
    ResponseHead head;
    head.headers.Add("X-Seen", request.method + " " + request.target + " " + std::string(request.headers.Get("host")) +
                                   " " + std::to_string(request.major_version));
    head.headers.Add("Connection", "close");
    head.headers.Add("X-Cookie", std::string(request.headers.Get("cookie")));
    if (request.path() == "/echo") {
      std::string whole;
      std::array<std::byte, 5000> buffer{};
      while (true) {
        auto bytes = co_await request.body->Read(buffer);
        if (!bytes.ok()) {
          Note(bytes.error());
          head.status = 400;
          co_await response.Send(std::move(head), std::string(bytes.error().reason->name));
          co_return Done{};
        }
        if (*bytes == 0) break;
        whole.append(reinterpret_cast<const char*>(buffer.data()), *bytes);
      }
      co_await response.Send(std::move(head), std::move(whole));
    } else if (request.path() == "/stream") {
      const uint64_t pieces = ParseU64(request.query()).value_or(0);
      const std::string piece(100'000, 'p');
      std::optional<uint64_t> length;
      if (request.headers.Has("x-known")) length = pieces * piece.size();
      co_await response.Start(std::move(head), length);
      for (uint64_t i = 0; i < pieces; ++i) {
        auto written = co_await response.Write(AsBytes(piece));
        if (!written.ok()) Note(written.error());
        if (!written.ok()) co_return Done{};
      }
      co_await response.Finish();
    } else if (request.path() == "/half") {
      co_await response.Start(std::move(head), 10);
      co_await response.Write(AsBytes("12345"));
    } else if (request.path() == "/park") {
      co_await AwaitCallback<bool>([this](auto done) {
        const std::lock_guard lock(mutex_);
        parked_.push_back(std::move(done));
      });
      co_await response.Send(std::move(head), "released");
    } else if (request.path() != "/silent") {
      head.status = 403;
      co_await response.Send(std::move(head), "no");
    }
    co_return Done{};
  }
  void Start(const Limits& limits = {}) {
    ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.limits = limits;
    auto server = Server::Start(
        threads_, options, [this](Request& request, ResponseWriter& response) { return Serve(request, response); });
    ASSERT_TRUE(server.ok()) << server.error().message;
    server_ = std::move(*server);
  }
  void AwaitParked(size_t count) {
    while (true) {
      const std::lock_guard lock(mutex_);
      if (parked_.size() >= count) return;
    }
  }
  void Release() {
    std::vector<std::move_only_function<void(bool)>> parked;
    {
      const std::lock_guard lock(mutex_);
      parked = std::move(parked_);
      parked_.clear();
    }
    for (auto& done : parked) done(true);
  }
  uint16_t port() const { return server_->port(); }

  void Note(const Error& error) {
    const std::lock_guard lock(mutex_);
    failures_ += std::string(error.reason->name) + ";";
  }
  std::string failures() {
    const std::lock_guard lock(mutex_);
    return failures_;
  }

  std::mutex mutex_;
  std::string failures_;
  std::vector<std::move_only_function<void(bool)>> parked_;
  IoThreads threads_{2};
  std::unique_ptr<Server> server_;
};

TEST_F(Http2Server, AnswersManyRequestsAtOnceOnOneConnection) {
  Start();
  Client client(port());
  std::vector<int32_t> ids;
  for (int i = 0; i < 50; ++i) {
    ids.push_back(client.Ask("POST", "/echo?" + std::to_string(i), {{"cookie", "a=1"}, {"cookie", "b=2"}},
                             "body " + std::to_string(i)));
  }
  for (int i = 0; i < 50; ++i) {
    const Answer& answer = client.Wait(ids[static_cast<size_t>(i)]);
    EXPECT_EQ(answer.status(), "200");
    EXPECT_EQ(answer.body, "body " + std::to_string(i));
    EXPECT_EQ(answer.head.at("x-seen"), "POST /echo?" + std::to_string(i) + " lake 2");
    EXPECT_EQ(answer.head.at("x-cookie"), "a=1; b=2");
    EXPECT_EQ(answer.head.at("content-length"), std::to_string(answer.body.size()));
    EXPECT_FALSE(answer.head.contains("connection"));
    EXPECT_EQ(answer.error, 0U);
  }
  EXPECT_EQ(client.settings[NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS], 128U);
}

TEST_F(Http2Server, CarriesLargeBodiesBothWays) {
  Start();
  Client client(port());
  const std::string large = std::string(1'000'000, 'x') + "END";
  const int32_t a = client.Ask("PUT", "/echo", {{"content-length", std::to_string(large.size())}}, large);
  const int32_t b = client.Ask("PUT", "/echo", {}, large);
  const int32_t c = client.Ask("GET", "/stream?20", {{"x-known", "1"}});
  const int32_t d = client.Ask("GET", "/stream?20");
  EXPECT_TRUE(client.Wait(a).body == large);
  EXPECT_TRUE(client.Wait(b).body == large);
  EXPECT_EQ(client.Wait(c).body.size(), 2'000'000U);
  EXPECT_EQ(client.Wait(c).head.at("content-length"), "2000000");
  EXPECT_EQ(client.Wait(d).body.size(), 2'000'000U);
  EXPECT_FALSE(client.Wait(d).head.contains("content-length"));
}

TEST_F(Http2Server, SendsNoMoreThanThePeerAllows) {
  Start();
  Client client(port(), 10'000);
  const int32_t id = client.Ask("GET", "/stream?1", {{"x-known", "1"}});
  client.Until([&] { return client.answers[id].body.size() >= 10'000; });
  client.Ping();
  client.Until([&] { return client.pongs > 0; });
  EXPECT_EQ(client.answers[id].body.size(), 10'000U);
  client.Widen(id, 200'000);
  client.Widen(0, 200'000);
  EXPECT_EQ(client.Wait(id).body.size(), 100'000U);
}

TEST_F(Http2Server, HoldsAPeerBackThatSendsFasterThanIsRead) {
  Start();
  Client client(port());
  const int32_t id = client.Ask("PUT", "/park", {}, std::string(5'000'000, 'x'));
  client.Send();
  AwaitParked(1);
  client.Ping();
  client.Until([&] { return client.pongs > 0; });
  // Another request goes on meanwhile.
  EXPECT_EQ(client.Wait(client.Ask("POST", "/echo", {}, "small")).body, "small");
  Release();
  EXPECT_EQ(client.Wait(id).body, "released");
}

TEST_F(Http2Server, AnswersHeadAndEmptyBodies) {
  Start();
  Client client(port());
  const Answer& head = client.Wait(client.Ask("HEAD", "/ignore"));
  EXPECT_EQ(head.head.at("content-length"), "2");
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(client.Wait(client.Ask("GET", "/echo")).head.at("content-length"), "0");
  EXPECT_EQ(client.Wait(client.Ask("GET", "/stream?0")).status(), "200");
}

TEST_F(Http2Server, SendsContinueWhenTheBodyIsRead) {
  Start();
  Client client(port());
  const int32_t id = client.Ask("PUT", "/echo", {{"expect", "100-continue"}}, "", true);
  client.Until([&] { return !client.answers[id].early.empty(); });
  EXPECT_EQ(client.answers[id].early[0], "100");
  client.More(id, "then the body", false);
  EXPECT_EQ(client.Wait(id).body, "then the body");
}

TEST_F(Http2Server, AnswersBeforeTheBodyHasCome) {
  Limits limits;
  limits.drain_bytes_max = 100'000;
  Start(limits);
  Client client(port());
  const int32_t short_one = client.Ask("PUT", "/ignore", {}, std::string(50'000, 'x'));
  const int32_t long_one = client.Ask("PUT", "/ignore", {{"content-length", "9000000"}}, "begin", true);
  EXPECT_EQ(client.Wait(short_one).status(), "403");
  EXPECT_EQ(client.Wait(long_one).status(), "403");
  EXPECT_EQ(client.Wait(long_one).body, "no");
  EXPECT_EQ(client.Wait(long_one).error, NGHTTP2_NO_ERROR);
  EXPECT_EQ(client.Wait(client.Ask("POST", "/echo", {}, "next")).body, "next");
}

TEST_F(Http2Server, ResetsWhatTheHandlerDidNotFinish) {
  Start();
  Client client(port());
  const int32_t half = client.Ask("GET", "/half");
  EXPECT_EQ(client.Wait(half).error, NGHTTP2_INTERNAL_ERROR);
  EXPECT_EQ(client.Wait(client.Ask("GET", "/silent")).status(), "500");
  EXPECT_EQ(client.Wait(client.Ask("POST", "/echo", {}, "next")).body, "next");
}

TEST_F(Http2Server, TellsHandlersOfAResetAndOfALostConnection) {
  Start();
  {
    Client client(port(), 10'000);
    const int32_t reading = client.Ask("PUT", "/echo", {}, "begin", true);
    const int32_t writing = client.Ask("GET", "/stream?5");
    client.Until([&] { return client.answers[writing].body.size() >= 10'000; });
    client.Reset(reading);
    client.Reset(writing);
    client.Wait(client.Ask("GET", "/echo"));
    EXPECT_EQ(failures(), "http.Disconnected;http.Disconnected;");
    const int32_t lost = client.Ask("GET", "/stream?5");
    client.Until([&] { return client.answers[lost].body.size() >= 10'000; });
  }
  EXPECT_TRUE(server_->Drain(std::chrono::seconds(20)));
  EXPECT_EQ(failures(), "http.Disconnected;http.Disconnected;http.Disconnected;");
}

TEST_F(Http2Server, RefusesHeadsThatAreTooLargeOrNoRequests) {
  Limits limits;
  limits.head_bytes = 4096;
  Start(limits);
  Client client(port());
  EXPECT_EQ(client.Wait(client.Ask("GET", "/echo", {{"x-a", std::string(5000, 'a')}})).status(), "431");
  EXPECT_EQ(client.Wait(client.Ask("GET", "/echo", {{"x-a", std::string(40'000, 'a')}})).status(), "");
  EXPECT_EQ(client.Wait(client.Ask("OPTIONS", "*")).status(), "403");
  EXPECT_EQ(client.Wait(client.Ask("GET", "nopath")).status(), "");
  EXPECT_EQ(client.Wait(client.Ask("POST", "/echo", {}, "next")).body, "next");
}

TEST_F(Http2Server, EndsConnectionsThatFlood) {
  Start();
  Client resets(port());
  for (int i = 0; i < 1000; ++i) {
    const int32_t id = resets.Ask("GET", "/echo");
    resets.Send();
    resets.Reset(id);
  }
  resets.Until([] { return false; });
  EXPECT_EQ(resets.goaway, NGHTTP2_ENHANCE_YOUR_CALM);
  Client pings(port());
  for (int i = 0; i < 5000; ++i) pings.Ping();
  pings.Until([] { return false; });
  EXPECT_EQ(pings.goaway, NGHTTP2_ENHANCE_YOUR_CALM);
  Client empty(port());
  const int32_t id = empty.Ask("PUT", "/park", {}, "", true);
  empty.Send();
  std::string frames;
  for (int i = 0; i < 5000; ++i) {
    frames += std::string_view("\0\0\0\0\0\0\0\0", 8);
    frames += static_cast<char>(id);
  }
  empty.SendRaw(frames);
  empty.Until([] { return false; });
  EXPECT_EQ(empty.goaway, NGHTTP2_ENHANCE_YOUR_CALM);
  Release();
}

TEST_F(Http2Server, RunsNoMoreHandlersThanItAllowsWhenRequestsAreGivenUp) {
  Limits limits;
  limits.streams_max = 4;
  Start(limits);
  Client client(port());
  for (int i = 0; i < 8; ++i) {
    const int32_t id = client.Ask("GET", "/park");
    client.Send();
    AwaitParked(static_cast<size_t>(i) + 1);
    client.Reset(id);
  }
  EXPECT_EQ(client.Wait(client.Ask("GET", "/echo")).error, NGHTTP2_REFUSED_STREAM);
  Release();
  // The handlers end on the connection's thread, in their own time.
  while (client.Wait(client.Ask("GET", "/echo")).status() != "200" && !client.gone()) {
  }
  EXPECT_FALSE(client.gone());
}

TEST_F(Http2Server, ClosesStreamsAndConnectionsThatDoNotMove) {
  Limits limits;
  limits.stall = std::chrono::seconds(0);
  limits.idle = std::chrono::seconds(0);
  Start(limits);
  Client client(port(), 10'000);
  const int32_t reading = client.Ask("PUT", "/echo", {}, "begin", true);
  const int32_t writing = client.Ask("GET", "/stream?5");
  EXPECT_EQ(client.Wait(reading).body, "http.Timeout");
  EXPECT_EQ(client.Wait(writing).error, NGHTTP2_CANCEL);
  client.Until([] { return false; });
  EXPECT_EQ(client.goaway, NGHTTP2_NO_ERROR);
}

TEST_F(Http2Server, ClosesConnectionsWhoseHeadDoesNotEnd) {
  Limits limits;
  limits.head = std::chrono::seconds(1);
  Start(limits);
  Client client(port());
  client.SendRaw(std::string_view("\0\0\1\1\0\0\0\0\1\x82", 10));
  EXPECT_TRUE(client.Listen().ends_with(std::string_view("\0\0\0\x08", 4))) << "GOAWAY with CANCEL";
}

TEST_F(Http2Server, DrainsWithoutCuttingWhatRuns) {
  Start();
  auto idle = std::make_unique<Client>(port());
  idle->Wait(idle->Ask("GET", "/echo"));
  auto busy = std::make_unique<Client>(port());
  const int32_t id = busy->Ask("PUT", "/echo", {{"expect", "100-continue"}}, "", true);
  busy->Until([&] { return !busy->answers[id].early.empty(); });
  std::atomic<bool> clean = false;
  std::thread drain([&] { clean = server_->Drain(std::chrono::seconds(20)); });
  idle->Until([] { return false; });
  EXPECT_EQ(idle->goaway, NGHTTP2_NO_ERROR);
  idle.reset();
  busy->Until([&] { return busy->goaway != UINT32_MAX; });
  busy->More(id, "abcd", false);
  EXPECT_EQ(busy->Wait(id).body, "abcd");
  busy.reset();
  drain.join();
  EXPECT_TRUE(clean);
}

TEST_F(Http2Server, CutsWhatDoesNotEndInTime) {
  Start();
  Client stuck(port());
  const int32_t id = stuck.Ask("PUT", "/echo", {{"expect", "100-continue"}}, "", true);
  stuck.Until([&] { return !stuck.answers[id].early.empty(); });
  EXPECT_FALSE(server_->Drain(std::chrono::milliseconds(50)));
  EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(Http2Server, CutsRequestsThatWaitForTheirPeer) {
  Start();
  Client client(port());
  const int32_t reading = client.Ask("PUT", "/echo", {{"expect", "100-continue"}}, "", true);
  client.Until([&] { return !client.answers[reading].early.empty(); });
  server_->WaitingCutter()();
  EXPECT_EQ(client.Wait(reading).error, NGHTTP2_CANCEL);
  EXPECT_EQ(client.Wait(client.Ask("POST", "/echo", {}, "next")).body, "next");
}

}  // namespace
}  // namespace tarn::http

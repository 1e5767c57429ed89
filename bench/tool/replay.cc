// replay FILE HOST PORT CONNECTIONS [SECONDS]: plays prepared HTTP requests over keep-alive connections, one thread,
// one request at a time a connection, and prints what each class of them took.
//
// FILE: records of <u8 class> <u32 head bytes> <u32 body bytes> <head>, little-endian. The body's bytes are not in the
// file: one block of random bytes serves all. With SECONDS the list is begun again until they are over.
// Prints a line a class: class, requests, bytes of request bodies, bytes of answers, p50, p99, p99.9 and the longest in
// microseconds; before them "seconds <wall> <own CPU> failures <n>", after them the first failed answer, if any.
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void Die(const char* what) {
  std::fprintf(stderr, "replay: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

struct Request {
  uint8_t kind;
  std::string_view head;
  uint64_t body_bytes;
};

std::vector<Request> ReadRequests(const char* path) {
  const int file = open(path, O_RDONLY);
  struct stat info {};
  if (file < 0 || fstat(file, &info) != 0) Die(path);
  const auto size = static_cast<size_t>(info.st_size);
  const char* data = static_cast<const char*>(mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0));
  if (data == MAP_FAILED) Die(path);
  std::vector<Request> requests;
  for (size_t at = 0; at < size;) {
    uint32_t lengths[2];
    std::memcpy(lengths, data + at + 1, sizeof lengths);
    requests.push_back({static_cast<uint8_t>(data[at]), {data + at + 9, lengths[0]}, lengths[1]});
    at += 9 + lengths[0];
  }
  if (requests.empty()) Die("no requests");
  return requests;
}

struct Tally {
  std::vector<uint32_t> micros;
  uint64_t sent = 0;
  uint64_t received = 0;
};

struct Player;

struct Connection {
  int socket = -1;
  const Request* request = nullptr;
  uint64_t sent = 0;
  Clock::time_point began;
  std::string head;
  bool in_body = false;
  bool chunked = false;
  bool waits_to_send = false;
  uint64_t left = 0;
  std::array<char, 5> tail{};  // of a chunked body
};

struct Player {
  std::vector<Request> requests;
  std::vector<char> block;
  double seconds = 0;
  Clock::time_point started;
  size_t next = 0;
  size_t busy = 0;
  int epoll = -1;
  std::array<Tally, 256> tallies;
  uint64_t failures = 0;
  std::string first_failure;
  std::vector<char> buffer = std::vector<char>(1 << 20);

  const Request* Following() {
    if (seconds > 0) {
      if (std::chrono::duration<double>(Clock::now() - started).count() > seconds) return nullptr;
    } else if (next >= requests.size()) {
      return nullptr;
    }
    return &requests[next++ % requests.size()];
  }

  void Begin(Connection& connection) {
    connection.request = Following();
    if (connection.request == nullptr) {
      --busy;
      epoll_ctl(epoll, EPOLL_CTL_DEL, connection.socket, nullptr);
      return;
    }
    connection.sent = 0;
    connection.head.clear();
    connection.in_body = false;
    connection.began = Clock::now();
    Send(connection);
  }

  // What the socket takes; the rest when it takes more.
  void Send(Connection& connection) {
    const Request& request = *connection.request;
    const uint64_t total = request.head.size() + request.body_bytes;
    while (connection.sent < total) {
      iovec parts[2];
      int count = 0;
      uint64_t body_at = 0;
      if (connection.sent < request.head.size()) {
        const auto rest = request.head.substr(connection.sent);
        parts[count++] = {const_cast<char*>(rest.data()), rest.size()};
      } else {
        body_at = connection.sent - request.head.size();
      }
      if (body_at < request.body_bytes) {
        const uint64_t from = body_at % block.size();
        parts[count++] = {block.data() + from, std::min<uint64_t>(request.body_bytes - body_at, block.size() - from)};
      }
      const ssize_t done = writev(connection.socket, parts, count);
      if (done < 0 && errno == EAGAIN) return Watch(connection, true);
      if (done < 0) return Broken(connection, "the connection broke");
      connection.sent += static_cast<uint64_t>(done);
    }
    Watch(connection, false);
  }

  void Watch(Connection& connection, bool to_send) {
    if (std::exchange(connection.waits_to_send, to_send) == to_send) return;
    epoll_event event{.events = EPOLLIN | (to_send ? EPOLLOUT : 0U), .data = {.ptr = &connection}};
    epoll_ctl(epoll, EPOLL_CTL_MOD, connection.socket, &event);
  }

  void Broken(Connection& connection, const char* why) {
    ++failures;
    if (first_failure.empty()) first_failure = why;
    epoll_ctl(epoll, EPOLL_CTL_DEL, connection.socket, nullptr);
    --busy;
  }

  void Receive(Connection& connection) {
    const bool discard = connection.in_body && !connection.chunked && connection.left > 0;
    const size_t wanted = discard ? std::min<uint64_t>(connection.left, 8 << 20) : buffer.size();
    // Bodies are counted, not copied: the generator shall cost as little as it can.
    const ssize_t got = recv(connection.socket, discard ? nullptr : buffer.data(), wanted, discard ? MSG_TRUNC : 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return Broken(connection, "the server closed the connection");
    tallies[connection.request->kind].received += static_cast<uint64_t>(got);
    std::string_view piece(buffer.data(), static_cast<size_t>(got));
    if (!connection.in_body) {
      const size_t before = connection.head.size();
      connection.head += piece;
      const size_t end = connection.head.find("\r\n\r\n", before > 3 ? before - 3 : 0);
      if (end == std::string::npos) return;
      piece = piece.substr(end + 4 - before);
      connection.head.resize(end + 4);
      ReadHead(connection);
    }
    if (connection.chunked) {
      for (const char c : piece.substr(piece.size() > 5 ? piece.size() - 5 : 0)) {
        std::move(connection.tail.begin() + 1, connection.tail.end(), connection.tail.begin());
        connection.tail.back() = c;
      }
      if (std::string_view(connection.tail.data(), 5) != "0\r\n\r\n") return;
    } else {
      connection.left -= std::min<uint64_t>(connection.left, discard ? static_cast<uint64_t>(got) : piece.size());
      if (connection.left > 0) return;
    }
    End(connection);
  }

  static void ReadHead(Connection& connection) {
    std::string lower = connection.head;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    connection.in_body = true;
    connection.left = 0;
    connection.tail = {};
    connection.chunked = lower.find("\r\ntransfer-encoding: chunked") != std::string::npos;
    const size_t at = lower.find("\r\ncontent-length:");
    if (at != std::string::npos) connection.left = std::strtoull(lower.c_str() + at + 17, nullptr, 10);
    const bool bodiless = connection.request->head.starts_with("HEAD ") || lower.substr(9, 3) == "204";
    if (bodiless) connection.left = 0, connection.chunked = false;
  }

  void End(Connection& connection) {
    const auto took = Clock::now() - connection.began;
    Tally& tally = tallies[connection.request->kind];
    tally.micros.push_back(
        static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
    tally.sent += connection.request->body_bytes;
    if (connection.head.size() < 12 || connection.head[9] > '2') {
      ++failures;
      if (first_failure.empty()) first_failure = connection.head;
    }
    Begin(connection);
  }
};

int Connect(const char* host, const char* port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host, port, &hints, &found) != 0) Die(host);
  const int made = socket(found->ai_family, SOCK_STREAM, 0);
  if (made < 0 || connect(made, found->ai_addr, found->ai_addrlen) != 0) Die("connect");
  freeaddrinfo(found);
  const int on = 1;
  setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(made, F_SETFL, fcntl(made, F_GETFL) | O_NONBLOCK);
  return made;
}

uint32_t Percentile(const std::vector<uint32_t>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1, static_cast<size_t>(static_cast<double>(sorted.size()) * share))];
}

void Report(Player& player) {
  const double wall = std::chrono::duration<double>(Clock::now() - player.started).count();
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const double cpu = static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                     static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  std::printf("seconds %.6f %.6f failures %llu\n", wall, cpu, static_cast<unsigned long long>(player.failures));
  for (size_t kind = 0; kind < player.tallies.size(); ++kind) {
    Tally& tally = player.tallies[kind];
    if (tally.micros.empty()) continue;
    std::sort(tally.micros.begin(), tally.micros.end());
    std::printf("%zu %zu %llu %llu %u %u %u %u\n", kind, tally.micros.size(),
                static_cast<unsigned long long>(tally.sent), static_cast<unsigned long long>(tally.received),
                Percentile(tally.micros, .5), Percentile(tally.micros, .99), Percentile(tally.micros, .999),
                tally.micros.back());
  }
  if (!player.first_failure.empty()) std::printf("%s\n", player.first_failure.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "replay FILE HOST PORT CONNECTIONS [SECONDS]\n");
    return 2;
  }
  auto player = std::make_unique<Player>();
  player->requests = ReadRequests(argv[1]);
  player->seconds = argc > 5 ? std::atof(argv[5]) : 0;
  uint64_t longest = 1 << 16;
  for (const Request& request : player->requests) longest = std::max(longest, request.body_bytes);
  player->block.resize(std::min<uint64_t>(longest, 16 << 20));
  std::mt19937_64 random(1);
  for (size_t i = 0; i + 8 <= player->block.size(); i += 8) {
    const uint64_t word = random();
    std::memcpy(player->block.data() + i, &word, 8);
  }
  player->epoll = epoll_create1(0);
  std::vector<Connection> connections(static_cast<size_t>(std::atoi(argv[4])));
  for (Connection& connection : connections) {
    connection.socket = Connect(argv[2], argv[3]);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
    epoll_ctl(player->epoll, EPOLL_CTL_ADD, connection.socket, &event);
  }
  player->started = Clock::now();
  player->busy = connections.size();
  for (Connection& connection : connections) player->Begin(connection);
  std::array<epoll_event, 256> events;
  while (player->busy > 0) {
    const int count = epoll_wait(player->epoll, events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      auto& connection = *static_cast<Connection*>(events[static_cast<size_t>(i)].data.ptr);
      if (connection.request == nullptr) continue;
      if ((events[static_cast<size_t>(i)].events & EPOLLOUT) != 0) player->Send(connection);
      if (connection.request != nullptr && (events[static_cast<size_t>(i)].events & ~EPOLLOUT) != 0)
        player->Receive(connection);
    }
  }
  Report(*player);
  return 0;
}

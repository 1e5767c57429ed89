// send_floor [FILE]: what sending 10 MiB of a file over loopback costs the sender's thread, by the way it is done, in
// microseconds of CPU: the floor under a large GET. The frames lie as in a blob that is not encrypted: 64 KiB, then 20
// bytes. FILE (made and removed; default: ./send_floor.bin) should lie where a lake would.
#include <arpa/inet.h>
#include <fcntl.h>
#include <isa-l/crc.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <thread>
#include <vector>

namespace {

constexpr size_t kFrame = 65'536;
constexpr size_t kChecked = kFrame + 16;
constexpr size_t kStride = kFrame + 20;
constexpr size_t kFrames = 160;
constexpr size_t kFileBytes = kFrames * kStride;
constexpr int kTimes = 50;

[[noreturn]] void Die(const char* what) {
  std::fprintf(stderr, "send_floor: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

double ThreadMicros() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

uint32_t Checksum(const char* bytes) {
  auto* first = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes));
  return crc32_iscsi(first, kChecked, ~0U);
}

void SendAll(int peer, const char* bytes, size_t count) {
  while (count > 0) {
    const ssize_t sent = ::send(peer, bytes, count, 0);
    if (sent <= 0) Die("send");
    bytes += sent;
    count -= static_cast<size_t>(sent);
  }
}

void SendFile(int peer, int file, off_t at, size_t count) {
  while (count > 0) {
    const ssize_t sent = ::sendfile(peer, file, &at, count);
    if (sent <= 0) Die("sendfile");
    count -= static_cast<size_t>(sent);
  }
}

// A connection whose other end takes everything.
int Connect(std::thread& taker) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, generic, length) != 0 || ::listen(listener, 1) != 0) Die("listen");
  if (::getsockname(listener, generic, &length) != 0) Die("getsockname");
  taker = std::thread([address] {
    const int peer = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) Die("connect");
    std::vector<char> buffer(1 << 20);
    while (::read(peer, buffer.data(), buffer.size()) > 0) {
    }
    ::close(peer);
  });
  const int peer = ::accept(listener, nullptr, nullptr);
  const int on = 1;
  ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  ::close(listener);
  return peer;
}

}  // namespace

int main(int count, char** arguments) {
  const char* path = count > 1 ? arguments[1] : "send_floor.bin";
  const int file = ::open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  std::vector<char> content(kFileBytes);
  for (char& c : content) c = static_cast<char>(std::rand());
  if (file < 0 || ::write(file, content.data(), kFileBytes) != static_cast<ssize_t>(kFileBytes)) Die(path);
  std::thread taker;
  const int peer = Connect(taker);
  std::vector<char> buffer(4 * kStride);
  uint32_t sum = 0;
  auto frames = [&](const char* bytes, size_t frame_count, bool check) {
    for (size_t i = 0; i < frame_count; ++i) {
      if (check) sum ^= Checksum(bytes + i * kStride);
      SendAll(peer, bytes + i * kStride, kFrame);
    }
  };
  auto read_and_send = [&](bool check) {
    for (size_t i = 0; i < kFrames; i += 4) {
      if (::pread(file, buffer.data(), buffer.size(), static_cast<off_t>(i * kStride)) < 0) Die("pread");
      frames(buffer.data(), 4, check);
    }
  };
  auto mapped = [&](const std::function<void(const char*)>& use) {
    void* map = ::mmap(nullptr, kFileBytes, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0);
    if (map == MAP_FAILED) Die("mmap");
    use(static_cast<const char*>(map));
    ::munmap(map, kFileBytes);
  };
  struct Way {
    const char* name;
    std::function<void()> once;
  };
  const Way ways[] = {
      {"sendfile, nothing verified", [&] { SendFile(peer, file, 0, kFrames * kFrame); }},
      {"read, send, nothing verified", [&] { read_and_send(false); }},
      {"read, CRC32C, send", [&] { read_and_send(true); }},
      {"map, CRC32C, send", [&] { mapped([&](const char* map) { frames(map, kFrames, true); }); }},
      {"map, CRC32C, sendfile",
       [&] {
         mapped([&](const char* map) {
           for (size_t i = 0; i < kFrames; ++i) {
             sum ^= Checksum(map + i * kStride);
             SendFile(peer, file, static_cast<off_t>(i * kStride), kFrame);
           }
         });
       }},
      {"CRC32C alone",
       [&] {
         for (size_t i = 0; i < kFrames; ++i) sum ^= Checksum(content.data() + i * kStride);
       }},
  };
  for (int round = 0; round < 3; ++round) {
    for (const Way& way : ways) {
      const double begun = ThreadMicros();
      for (int i = 0; i < kTimes; ++i) way.once();
      std::printf("%-30s %6.0f us CPU\n", way.name, (ThreadMicros() - begun) / kTimes);
    }
  }
  ::close(peer);
  taker.join();
  ::unlink(path);
  return sum == 1 ? 1 : 0;
}

// Measures durable puts (blob and metadata record) and reads as an S3 server does them: many coroutines on two event
// loops. Usage: blob_bench DIRECTORY [seconds]; blob_bench DIRECTORY fill COUNT (objects of 1 KiB, then dies unclosed);
// blob_bench DIRECTORY open (time and memory of a start on what is there).
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <latch>
#include <thread>

#include "base/hash.h"
#include "base/random.h"
#include "blob/blob.h"
#include "kv/key.h"
#include "kv/rocksdb_store.h"

namespace tarn::blob {
namespace {

using Steady = std::chrono::steady_clock;

class Loop : public Executor {
 public:
  Loop() : thread_([this] { Run(); }) {}
  ~Loop() override {
    Post([this] { stopping_ = true; });
    thread_.join();
  }
  void Post(Work work) override {
    {
      std::lock_guard lock(mutex_);
      queue_.push_back(std::move(work));
    }
    wake_.notify_one();
  }

 private:
  void Run() {
    Executor::SetCurrent(this);
    while (!stopping_) {
      std::deque<Work> taken;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return !queue_.empty(); });
        taken.swap(queue_);
      }
      for (auto& work : taken) work();
    }
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

struct Bench {
  std::string directory;
  double seconds;
  WorkerPool pool{"data", 4, 10'000};
  SystemClock clock;
  std::unique_ptr<KeyWrapper> wrapper = MakeKeyWrapper(std::string(32, 'k'));
  std::unique_ptr<kv::Store> kv;
  std::unique_ptr<Store> blobs;
  std::vector<BlobRef> written;
  std::mutex written_mutex;
};

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + time.tv_usec / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Task<Status> PutOne(Bench& bench, const std::string& bytes, std::string key) {
  auto writer = bench.blobs->NewWriter({.size_hint = bytes.size()});
  for (size_t at = 0; at < bytes.size(); at += 256 << 10) {
    TARN_CO_CHECK(co_await writer->Append(AsBytes(std::string_view(bytes).substr(at, 256 << 10))));
  }
  TARN_CO_TRY(BlobRef ref, co_await writer->Finish());
  const Status committed = co_await kv::TransactAsync(*bench.kv, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto old, txn.Get(key));
    TARN_CHECK(bench.blobs->Reference(txn, ref));
    txn.Put(key, ref.Encode() + std::string(150, 'm'));
    return Ok();
  });
  ref.pending = nullptr;
  std::lock_guard lock(bench.written_mutex);
  bench.written.push_back(std::move(ref));
  co_return committed;
}

Task<Status> GetOne(Bench& bench, std::string& buffer) {
  const BlobRef& ref = bench.written[RandomU64() % bench.written.size()];
  const auto reader = bench.blobs->NewReader(ref);
  uint64_t at = 0;
  while (at < ref.size) {
    TARN_CO_TRY(const size_t count, co_await reader->ReadAt(at, std::as_writable_bytes(std::span(buffer))));
    at += count;
  }
  co_return Ok();
}

using Body = std::function<Task<Status>(size_t task, uint64_t round, std::string& buffer)>;

Task<Done> Client(Steady::time_point end, size_t task, const Body& body, std::vector<double>& millis) {
  std::string buffer(256 << 10, '\0');
  for (uint64_t round = 0; Steady::now() < end; ++round) {
    const auto begin = Steady::now();
    const Status outcome = co_await body(task, round, buffer);
    if (!outcome.ok()) {
      fmt::print("failed: {}\n", outcome.error().message);
      std::exit(1);
    }
    millis.push_back(std::chrono::duration<double, std::milli>(Steady::now() - begin).count());
  }
  co_return Done{};
}

void Measure(const Bench& bench, std::string_view name, size_t clients, uint64_t bytes, const Body& body) {
  std::vector<std::vector<double>> millis(clients);
  const double cpu_before = CpuSeconds();
  const auto begin = Steady::now();
  const auto end = begin + std::chrono::microseconds(static_cast<int64_t>(bench.seconds * 1e6));
  {
    Loop loops[2];
    std::latch done(static_cast<std::ptrdiff_t>(clients));
    for (size_t i = 0; i < clients; ++i) {
      loops[i % 2].Post([&, i] { Spawn(Client(end, i, body, millis[i]), [&](Done) { done.count_down(); }); });
    }
    done.wait();
  }
  const double wall = std::chrono::duration<double>(Steady::now() - begin).count();
  const double cpu = CpuSeconds() - cpu_before;
  std::vector<double> all;
  for (const auto& part : millis) all.insert(all.end(), part.begin(), part.end());
  std::ranges::sort(all);
  const double count = static_cast<double>(all.size());
  fmt::print("{:<24} c{:<3} {:>8.0f} ops/s  {:>7.1f} MiB/s  p50 {:>7.2f} ms  p99 {:>7.2f} ms  cpu/op {:>6.3f} ms\n",
             name, clients, count / wall, count * static_cast<double>(bytes) / wall / (1 << 20), all[all.size() / 2],
             all[all.size() * 99 / 100], cpu / count * 1e3);
}

double OpenMillis(Bench& bench, const Options& options) {
  const auto begin = Steady::now();
  bench.kv = kv::OpenRocksDb(bench.directory + "/kv").value();
  bench.blobs = OpenLocal(options, *bench.kv, bench.pool, *bench.wrapper, bench.clock).value();
  return std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
}

void PrintMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS") || line.starts_with("RssAnon")) fmt::print("{}\n", line);
  }
}

[[noreturn]] void Fill(Bench& bench, const Options& options, uint64_t count) {
  OpenMillis(bench, options);
  std::atomic<uint64_t> next = 0;
  const std::string bytes = RandomBytes(1024);
  bench.seconds = 3600;
  std::latch done(64);
  Loop loops[2];
  const auto client = [&]() -> Task<Done> {
    for (uint64_t i = next++; i < count; i = next++) {
      const auto key = kv::Key("o").Text("bucket").Text(fmt::format("data/year={}/part-{:08}", i % 7, i)).Take();
      if (!(co_await PutOne(bench, bytes, key)).ok()) std::exit(1);
    }
    co_return Done{};
  };
  for (int i = 0; i < 64; ++i) {
    loops[i % 2].Post([&] { Spawn(client(), [&](Done) { done.count_down(); }); });
  }
  done.wait();
  PrintMemory();
  std::fflush(stdout);
  std::_Exit(0);
}

int Main(const std::string& directory, std::string_view mode, std::string_view count) {
  Bench bench{directory, mode.empty() ? 5 : std::atof(std::string(mode).c_str())};
  std::filesystem::create_directories(directory);
  Options options;
  options.directory = directory + "/blob";
  if (mode == "fill") Fill(bench, options, std::strtoull(std::string(count).c_str(), nullptr, 10));
  if (mode == "open") {
    fmt::print("open {:.1f} ms\n", OpenMillis(bench, options));
    PrintMemory();
    return 0;
  }
  if (const char* threshold = std::getenv("THRESHOLD"))
    options.pack_threshold_bytes = std::strtoull(threshold, nullptr, 10);
  OpenMillis(bench, options);
  struct Case {
    std::string_view name;
    size_t clients;
    uint64_t bytes;
  };
  for (const Case& one : {Case{"4 KiB", 16, 4 << 10}, Case{"4 KiB", 64, 4 << 10}, Case{"64 KiB", 16, 64 << 10},
                          Case{"512 KiB", 16, 512 << 10}, Case{"1 MiB", 16, 1 << 20}, Case{"64 MiB", 2, 64 << 20}}) {
    const std::string bytes = RandomBytes(one.bytes);
    bench.written.clear();
    Measure(
        bench, fmt::format("put {}", one.name), one.clients, one.bytes, [&](size_t task, uint64_t round, std::string&) {
          return PutOne(
              bench, bytes,
              kv::Key("o").Text("bucket").Text(fmt::format("{}-{}-{}-{}", one.name, one.clients, task, round)).Take());
        });
    Measure(bench, fmt::format("get {}", one.name), one.clients, one.bytes,
            [&](size_t, uint64_t, std::string& buffer) { return GetOne(bench, buffer); });
  }
  bench.blobs = nullptr;
  bench.kv = nullptr;
  fmt::print("reopen {:.1f} ms\n", OpenMillis(bench, options));
  return 0;
}

}  // namespace
}  // namespace tarn::blob

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  return tarn::blob::Main(argv[1], argc > 2 ? argv[2] : "", argc > 3 ? argv[3] : "");
}

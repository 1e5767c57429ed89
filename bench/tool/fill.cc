// fill DIR BUCKET PREFIXES KEYS BYTES: a new lake in DIR with PREFIXES × KEYS objects of BYTES bytes, "p0001/00000042",
// each put by a call of its own to the store that the server uses, hundreds at the same time. DIR then serves as it is.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <latch>
#include <mutex>
#include <string>
#include <thread>

#include "base/executor.h"
#include "base/random.h"
#include "base/task.h"
#include "base/time.h"
#include "blob/blob.h"
#include "blob/key_wrapper.h"
#include "kv/rocksdb_store.h"
#include "object/store/store.h"
#include "server/secrets/master_key.h"

namespace tarn {
namespace {

constexpr size_t kClients = 512;
constexpr size_t kLoops = 2;

class Loop : public Executor {
 public:
  Loop() : thread_([this] { Run(); }) {}
  ~Loop() override {
    Post([this] { stopping_ = true; });
    thread_.join();
  }
  void Post(Work work) override {
    {
      const std::lock_guard lock(mutex_);
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

struct Plan {
  std::string directory;
  std::string bucket;
  uint64_t prefixes;
  uint64_t keys;
  uint64_t bytes;
};

[[noreturn]] void Die(const Error& error) {
  fmt::print(stderr, "fill: {}\n", error.message);
  std::exit(1);
}

Task<Done> Client(object::Store& store, const object::Bucket& bucket, const Plan& plan, const std::string& bytes,
                  std::atomic<uint64_t>& next) {
  for (uint64_t i = next++; i < plan.prefixes * plan.keys; i = next++) {
    object::Incoming incoming =
        store.Receive({.length = plan.bytes, .checksum = object::ChecksumAlgorithm::kCrc64Nvme});
    if (const Status taken = co_await incoming.Append(AsBytes(bytes)); !taken.ok()) Die(taken.error());
    auto content = co_await incoming.Finish();
    if (!content.ok()) Die(content.error());
    object::NewObject object;
    object.headers.content_type = "application/octet-stream";
    std::string key = fmt::format("p{:04}/{:08}", i / plan.keys, i % plan.keys);
    const auto put = co_await store.Put(bucket, std::move(key), *std::move(content), std::move(object));
    if (!put.ok()) Die(put.error());
  }
  co_return Done{};
}

int Fill(const Plan& plan) {
  std::filesystem::create_directories(plan.directory);
  const SystemClock clock;
  WorkerPool pool("data", 2, 10'000);
  const auto lake_key = server::OpenMasterKey(plan.directory, "", true);
  if (!lake_key.ok()) Die(lake_key.error());
  const auto wrapper = blob::MakeKeyWrapper(*lake_key);
  const auto kv = kv::OpenRocksDb(plan.directory + "/kv");
  if (!kv.ok()) Die(kv.error());
  blob::Options options;
  options.directory = plan.directory + "/blobs";
  const auto blobs = blob::OpenLocal(std::move(options), **kv, pool, *wrapper, clock);
  if (!blobs.ok()) Die(blobs.error());
  object::Store store(**kv, **blobs, clock, pool);
  const auto bucket = store.CreateBucket({.account = "000000000000", .region = "us-east-1"}, plan.bucket);
  if (!bucket.ok()) Die(bucket.error());
  const std::string bytes = RandomBytes(plan.bytes);
  const auto began = std::chrono::steady_clock::now();
  std::atomic<uint64_t> next = 0;
  {
    Loop loops[kLoops];
    std::latch done(kClients);
    for (size_t i = 0; i < kClients; ++i) {
      loops[i % kLoops].Post(
          [&] { Spawn(Client(store, *bucket, plan, bytes, next), [&](Done) { done.count_down(); }); });
    }
    done.wait();
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  fmt::print("{} objects of {} bytes in {:.0f} s\n", plan.prefixes * plan.keys, plan.bytes, seconds);
  return 0;
}

}  // namespace
}  // namespace tarn

int main(int argc, char** argv) {
  if (argc != 6) {
    fmt::print(stderr, "fill DIR BUCKET PREFIXES KEYS BYTES\n");
    return 2;
  }
  const auto number = [](const char* text) { return std::strtoull(text, nullptr, 10); };
  return tarn::Fill({argv[1], argv[2], number(argv[3]), number(argv[4]), number(argv[5])});
}

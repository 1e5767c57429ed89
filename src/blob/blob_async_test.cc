// blob as coroutines on an event loop use it.
#include <condition_variable>
#include <deque>
#include <fstream>
#include <random>

#include "blob/blob_test_lake.h"
#include "kv/rocksdb_store.h"

namespace tarn::blob {
namespace {

class Loop : public Executor {
 public:
  Loop() : thread_([this] { Run(); }) {}
  ~Loop() override {
    Post([this] { stopping_ = true; });
    thread_.join();
  }
  void Post(Work work) override {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    wake_.notify_one();
  }
  std::thread::id id() const { return thread_.get_id(); }

 private:
  void Run() {
    Executor::SetCurrent(this);
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      wake_.wait(lock, [this] { return !queue_.empty(); });
      Work work = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      work();
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

Task<Result<bool>> RoundTrip(Store& store, kv::Store& kv, const std::string& text, std::thread::id home) {
  bool stayed = true;
  const auto check = [&] { stayed = stayed && std::this_thread::get_id() == home; };
  auto writer = store.NewWriter({});
  for (size_t at = 0; at < text.size(); at += 100'000) {
    TARN_CO_CHECK(co_await writer->Append(AsBytes(std::string_view(text).substr(at, 100'000))));
    check();
  }
  TARN_CO_TRY(BlobRef ref, co_await writer->Finish());
  check();
  TARN_CO_CHECK(co_await kv::TransactAsync(kv, [&](kv::Txn& txn) { return store.Reference(txn, ref); }));
  check();
  const auto reader = store.NewReader(ref);
  std::string back(text.size(), '\0');
  size_t filled = 0;
  while (filled < back.size()) {
    const auto into = std::as_writable_bytes(std::span(back)).subspan(filled);
    TARN_CO_TRY(const size_t count, co_await reader->ReadAt(filled, into.first(std::min<size_t>(into.size(), 90'000))));
    check();
    filled += count;
  }
  co_return stayed&& back == text;
}

TEST_F(BlobTest, ServesCoroutinesOnTheirOwnLoop) {
  store_ = nullptr;
  kv_ = kv::OpenRocksDb(directory_ / "kv").value();
  Open();
  {
    Loop loops[2];
    std::atomic<int> left = 60;
    std::promise<void> done;
    std::mt19937_64 random(1);
    for (int i = 0; i < 60; ++i) {
      auto text = std::make_shared<std::string>(RandomBytes(random() % (i % 6 == 0 ? 600'000 : 10'000)));
      Loop& loop = loops[i % 2];
      loop.Post([&, text] {
        Spawn(RoundTrip(*store_, *kv_, *text, loop.id()), [&, text](const Result<bool>& whole) {
          EXPECT_TRUE(whole.ok() && *whole) << (whole.ok() ? "wrong bytes or thread" : whole.error().message);
          if (--left == 0) done.set_value();
        });
      });
    }
    done.get_future().wait();
  }
  store_ = nullptr;
  kv_ = nullptr;
}

}  // namespace
}  // namespace tarn::blob

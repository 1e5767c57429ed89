#include <algorithm>
#include <chrono>
#include <semaphore>
#include <thread>
#include <utility>

#include "base/random.h"
#include "kv/kv.h"

namespace tarn::kv {
namespace {
// A refused commit is answered after the winner is visible, so each retry sees news and someone always wins: sleeping
// only spreads heavy contention. Who wakes while a batch is on its way reads what that is about to change and mostly
// loses: most retries are at once, lest those who sleep lose to those who never did.
constexpr int kAttemptsMax = 400;
constexpr int kAttemptsAtOnce = 4;  // between two sleeps
constexpr uint64_t kSleepMicrosMax = 8'000;

Status CommitAndWait(Store& store, std::unique_ptr<Txn> txn) {
  Status outcome = Ok();
  std::binary_semaphore ready(0);
  store.Commit(std::move(txn), [&](Status status) {
    outcome = std::move(status);
    ready.release();
  });
  ready.acquire();
  return outcome;
}

Error GaveUp() { return Fail(kConflict, "other commits kept changing what this one read; retry later"); }
}  // namespace

Status Transact(Store& store, const std::function<Status(Txn&)>& body) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    auto txn = store.Begin();
    TARN_CHECK(body(*txn));
    Status outcome = CommitAndWait(store, std::move(txn));
    if (!outcome.Is(kConflict)) return outcome;
    if (attempt > 0 && attempt % kAttemptsAtOnce == 0) {
      const uint64_t bound = std::min<uint64_t>(kSleepMicrosMax, 100ULL << std::min(attempt, 10));
      std::this_thread::sleep_for(std::chrono::microseconds(RandomU64() % bound));
    }
  }
  return GaveUp();
}

Task<Status> TransactAsync(Store& store, std::function<Status(Txn&)> body) {
  // Without an executor to come back to, the coroutine would go on upon the committer's thread.
  if (Executor::Current() == nullptr) co_return Transact(store, body);
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    auto txn = store.Begin();
    TARN_CO_CHECK(body(*txn));
    Status outcome = co_await AwaitCallback<Status>([&](auto done) { store.Commit(std::move(txn), std::move(done)); });
    if (!outcome.Is(kConflict)) co_return outcome;
  }
  co_return GaveUp();
}

Status Read(Store& store, const std::function<Status(Txn&)>& body) {
  auto txn = store.Begin();
  return body(*txn);
}

}  // namespace tarn::kv

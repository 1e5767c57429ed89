// A kv store whose transactions carry along the record of the call that makes them.
//
// While a thread holds an Accompany, the first transaction with writes that it begins and commits on this store also
// writes the Accompany's event: change and record become durable together or not at all. Without one (every read, every
// data-plane call, all background work) the store underneath is handed out as it is.
// Threads: as kv::Store; an Accompany belongs to the thread that made it.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "audit/event.h"
#include "kv/kv.h"

namespace tarn::audit {

// What is to be written along, shared with commits that are still on their way.
struct Companion {
  Event event;
  std::atomic<bool> written = false;
};

class Accompany {
 public:
  explicit Accompany(std::shared_ptr<Companion> companion);
  ~Accompany();
  Accompany(const Accompany&) = delete;
  Accompany& operator=(const Accompany&) = delete;

  // Of the calling thread; null: none.
  static const std::shared_ptr<Companion>& Current();

 private:
  std::shared_ptr<Companion> before_;
};

class AccompaniedStore : public kv::Store {
 public:
  explicit AccompaniedStore(std::unique_ptr<kv::Store> store) : store_(std::move(store)) {}

  // Without companions: what the log itself writes to.
  kv::Store& plain() { return *store_; }

  std::unique_ptr<kv::Txn> Begin() override;
  Result<std::optional<std::string>> Get(std::string_view key) override { return store_->Get(key); }
  std::optional<uint64_t> HotCommits() const override { return store_->HotCommits(); }
  void Commit(std::unique_ptr<kv::Txn> txn, std::move_only_function<void(Status)> done) override;
  Status Checkpoint(const std::string& directory) override { return store_->Checkpoint(directory); }

 private:
  std::unique_ptr<kv::Store> store_;
};

}  // namespace tarn::audit

#include "audit/accompanied_store.h"

#include <utility>

#include "audit/log.h"

namespace tarn::audit {
namespace {

thread_local std::shared_ptr<Companion> current;

// A transaction begun beside a companion: tells whether it writes.
class AccompaniedTxn : public kv::Txn {
 public:
  AccompaniedTxn(std::unique_ptr<kv::Txn> inner, std::shared_ptr<Companion> companion)
      : inner_(std::move(inner)), companion_(std::move(companion)) {}

  Result<std::optional<std::string>> Get(std::string_view key) override { return inner_->Get(key); }
  Result<std::vector<kv::KeyValue>> Scan(std::string_view begin, std::string_view end, size_t limit,
                                         bool reverse) override {
    return inner_->Scan(begin, end, limit, reverse);
  }
  void Put(std::string_view key, std::string_view value) override {
    writes_ = true;
    inner_->Put(key, value);
  }
  void Delete(std::string_view key) override {
    writes_ = true;
    inner_->Delete(key);
  }
  Result<std::optional<std::string>> PeekGet(std::string_view key) override { return inner_->PeekGet(key); }
  Result<std::vector<kv::KeyValue>> PeekScan(std::string_view begin, std::string_view end, size_t limit,
                                             bool reverse) override {
    return inner_->PeekScan(begin, end, limit, reverse);
  }

  bool writes() const { return writes_; }
  std::unique_ptr<kv::Txn> TakeInner() { return std::move(inner_); }
  std::shared_ptr<Companion> TakeCompanion() { return std::move(companion_); }

 private:
  std::unique_ptr<kv::Txn> inner_;
  std::shared_ptr<Companion> companion_;
  bool writes_ = false;
};

}  // namespace

Accompany::Accompany(std::shared_ptr<Companion> companion) : before_(std::exchange(current, std::move(companion))) {}

Accompany::~Accompany() { current = std::move(before_); }

const std::shared_ptr<Companion>& Accompany::Current() { return current; }

std::unique_ptr<kv::Txn> AccompaniedStore::Begin() {
  auto txn = store_->Begin();
  if (current == nullptr || current->written.load(std::memory_order_acquire)) return txn;
  return std::make_unique<AccompaniedTxn>(std::move(txn), current);
}

void AccompaniedStore::Commit(std::unique_ptr<kv::Txn> txn, std::move_only_function<void(Status)> done) {
  auto* accompanied = dynamic_cast<AccompaniedTxn*>(txn.get());
  if (accompanied == nullptr) {
    store_->Commit(std::move(txn), std::move(done));
    return;
  }
  auto inner = accompanied->TakeInner();
  auto companion = accompanied->TakeCompanion();
  if (!accompanied->writes() || companion->written.load(std::memory_order_acquire)) {
    store_->Commit(std::move(inner), std::move(done));
    return;
  }
  Log::Put(*inner, companion->event);
  store_->Commit(std::move(inner), [companion, done = std::move(done)](Status status) mutable {
    if (status.ok()) companion->written.store(true, std::memory_order_release);
    done(std::move(status));
  });
}

}  // namespace tarn::audit

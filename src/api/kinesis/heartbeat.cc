#include "api/kinesis/heartbeat.h"

#include <chrono>

namespace tarn::api::kinesis {

void Signal::Raise() {
  std::move_only_function<void(Status)> waiting;
  {
    const std::lock_guard lock(mutex_);
    if (!waiting_) raised_ = true;
    waiting = std::exchange(waiting_, nullptr);
  }
  if (waiting) waiting(Ok());
}

void Signal::Arm(std::move_only_function<void(Status)> done) {
  {
    const std::lock_guard lock(mutex_);
    if (!raised_) {
      waiting_ = std::move(done);
      return;
    }
    raised_ = false;
  }
  done(Ok());
}

Heartbeat::~Heartbeat() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Heartbeat::Add(const std::shared_ptr<Signal>& signal) {
  const std::lock_guard lock(mutex_);
  signals_.push_back(signal);
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
  wake_.notify_all();
}

void Heartbeat::Close() {
  closing_ = true;
  std::vector<std::weak_ptr<Signal>> all;
  {
    const std::lock_guard lock(mutex_);
    all = signals_;
  }
  for (const auto& each : all) {
    if (const auto signal = each.lock()) signal->Raise();
  }
}

void Heartbeat::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (signals_.empty()) {
      wake_.wait(lock, [&] { return stopping_ || !signals_.empty(); });
      continue;
    }
    wake_.wait_for(lock, std::chrono::seconds(1), [&] { return stopping_; });
    std::erase_if(signals_, [](const auto& signal) { return signal.expired(); });
    const auto all = signals_;
    lock.unlock();
    for (const auto& each : all) {
      if (const auto signal = each.lock()) signal->Raise();
    }
    lock.lock();
  }
}

}  // namespace tarn::api::kinesis

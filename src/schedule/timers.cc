#include "schedule/timers.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/record.h"
#include "kv/key.h"

namespace tarn::schedule {
namespace {

// Keys: ("t", "timer", kind, id) → the timer; ("t", "due", due micros, kind, id) → nothing.
std::string TimerKey(std::string_view kind, std::string_view id) {
  return kv::Key("t").Text("timer").Text(kind).Text(id).Take();
}
std::string DueKey(const Timer& timer) {
  return kv::Key("t")
      .Text("due")
      .Number(static_cast<uint64_t>(timer.due.micros))
      .Text(timer.kind)
      .Text(timer.id)
      .Take();
}

// Record tags of a timer.
enum : uint32_t { kTagExpression = 1, kTagDue = 2 };

std::string Encode(const Timer& timer) {
  return RecordWriter().Str(kTagExpression, timer.expression).I64(kTagDue, timer.due.micros).Take();
}

Timer Decode(std::string_view kind, std::string_view id, std::string_view record) {
  Timer timer{.kind = std::string(kind), .id = std::string(id), .expression = {}, .due = {}};
  for (RecordReader reader(record); reader.Next();) {
    if (reader.tag() == kTagExpression) timer.expression = reader.str();
    if (reader.tag() == kTagDue) timer.due.micros = reader.i64();
  }
  return timer;
}

void Write(kv::Txn& txn, const Timer& timer) {
  txn.Put(TimerKey(timer.kind, timer.id), Encode(timer));
  txn.Put(DueKey(timer), "");
}

}  // namespace

Result<std::optional<Timer>> Timers::Find(kv::Txn& txn, std::string_view kind, std::string_view id) {
  TARN_TRY(auto record, txn.Get(TimerKey(kind, id)));
  if (!record) return std::optional<Timer>();
  return std::optional<Timer>(Decode(kind, id, *record));
}

Status Timers::Set(kv::Txn& txn, std::string_view kind, std::string_view id, const Schedule& schedule, Timestamp now) {
  TARN_CHECK(Clear(txn, kind, id));
  const auto due = schedule.Next(now);
  if (!due) return Ok();  // a year in the past: it never fires
  Write(txn, {std::string(kind), std::string(id), schedule.expression(), *due});
  return Ok();
}

Status Timers::Clear(kv::Txn& txn, std::string_view kind, std::string_view id) {
  TARN_TRY(auto timer, Find(txn, kind, id));
  if (!timer) return Ok();
  txn.Delete(DueKey(*timer));
  txn.Delete(TimerKey(kind, id));
  return Ok();
}

void Timers::Handle(std::string_view kind, Handler handler) { handlers_[std::string(kind)] = std::move(handler); }

Result<size_t> Timers::RunDue() {
  const kv::Key due_space = kv::Key("t").Text("due");
  const std::string end = kv::Key("t").Text("due").Number(static_cast<uint64_t>(clock_->Now().micros) + 1).Take();
  std::vector<Timer> due;
  TARN_CHECK(kv::Read(*store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto keys, txn.PeekScan(due_space.bytes(), end, 1000));
    for (const auto& pair : keys) {
      kv::KeyReader reader(pair.key);
      reader.Text();
      reader.Text();
      const auto time = reader.Number();
      const auto kind = reader.Text();
      const auto id = reader.Text();
      if (!time || !kind || !id) continue;
      TARN_TRY(auto timer, Find(txn, *kind, *id));
      if (timer && timer->due.micros == static_cast<int64_t>(*time)) due.push_back(std::move(*timer));
    }
    return Ok();
  }));
  for (const Timer& timer : due) TARN_CHECK(Fire(timer));
  return due.size();
}

Status Timers::Fire(const Timer& timer) {
  const auto handler = handlers_.find(timer.kind);
  if (handler != handlers_.end()) {
    if (const Status done = handler->second(timer); !done.ok()) {
      log::Warn("schedule", fmt::format("timer {} {}: {}", timer.kind, timer.id, done.error().message));
    }
  }
  TARN_TRY(const Schedule schedule, Schedule::Parse(timer.expression));
  return kv::Transact(*store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto present, Find(txn, timer.kind, timer.id));
    // Changed or removed while its handler ran: what stands there now counts.
    if (!present || present->due != timer.due) return Ok();
    txn.Delete(DueKey(timer));
    const auto next = schedule.Next(clock_->Now());
    if (!next) {
      txn.Delete(TimerKey(timer.kind, timer.id));
      return Ok();
    }
    Write(txn, {timer.kind, timer.id, timer.expression, *next});
    return Ok();
  });
}

void Timers::Start() {
  thread_ = std::thread([this] { RunThread(); });
}

void Timers::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Timers::RunThread() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    if (const auto ran = RunDue(); !ran.ok()) log::Fault("schedule", ran.error().message);
    lock.lock();
    wake_.wait_for(lock, std::chrono::seconds(1), [this] { return stopping_; });
  }
}

}  // namespace tarn::schedule

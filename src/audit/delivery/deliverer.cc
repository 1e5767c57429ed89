#include "audit/delivery/deliverer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "audit/delivery/file_names.h"
#include "audit/errors.h"
#include "audit/keys.h"
#include "base/hash.h"
#include "base/log.h"
#include "kv/pages.h"

namespace tarn::audit {
namespace {

constexpr size_t kRoutedAtOnce = 1000;
constexpr size_t kDeliveredAtOnce = 2000;
constexpr int64_t kOpenWaitMicros = 15 * 60 * kMicrosPerSecond;
constexpr int64_t kExpireEveryMicros = 3600 * kMicrosPerSecond;

bool IsMissing(const Result<std::optional<std::string>>& found) { return found.ok() && !*found; }

std::string RecordsOf(const std::vector<const Event*>& events) {
  std::string text = "{\"Records\":[";
  for (size_t i = 0; i < events.size(); ++i) {
    if (i > 0) text += ',';
    text += events[i]->json;
  }
  return text + "]}";
}

}  // namespace

bool Deliverer::TableTakes(const Trails::List& trails, const Event& event) const {
  if (!parts_.table || event.category == Category::kInsight) return false;
  const auto logs = [&](const auto& trail) { return trail->logging && trail->home.account == event.account; };
  return parts_.table_always || std::ranges::any_of(trails, logs);
}

// Hands the oldest events of the queue to whom they concern. False when nothing was left to do.
Result<bool> Deliverer::RoutePage() {
  const kv::Key queue(kQueueSpace);
  const Timestamp now = parts_.clock.Now();
  kv::Pages pages(queue, kRoutedAtOnce);
  size_t routed = 0;
  do {
    TARN_TRY(const auto page, pages.Next(parts_.store));
    if (page.empty()) break;
    const Trails::List trails = parts_.trails.All();
    TARN_CHECK(kv::Transact(parts_.store, [&](kv::Txn& txn) -> Status {
      routed = 0;
      Insights::Tally tally;
      for (const kv::KeyValue& pair : page) {
        const auto bytes = txn.PeekGet(pair.value);
        if (!bytes.ok()) return bytes.error();
        if (IsMissing(bytes)) {
          txn.Delete(pair.key);  // expired
          continue;
        }
        const auto event = DecodeRecord<Event>(**bytes);
        if (!event) return Fail(kDamaged, "an audit record is damaged");
        const bool waits = event->open && event->time >= started_ && event->time.Plus(kOpenWaitMicros) > now;
        if (waits) continue;
        for (const auto& trail : trails) {
          if (!trail->logging || (trail->started && event->time < *trail->started) || !trail->Takes(*event)) continue;
          txn.Put(PendingKey(*trail, *event), pair.value);
        }
        Insights::Count(trails, *event, tally);
        if (TableTakes(trails, *event)) txn.Put(TablePendingKey(*event), pair.value);
        txn.Delete(pair.key);
        ++routed;
      }
      return Insights::Keep(txn, tally);
    }));
  } while (routed == 0 && !pages.done());
  return routed > 0 && !pages.done();
}

Result<std::vector<Event>> Deliverer::LoadEvents(const std::vector<kv::KeyValue>& references) {
  std::vector<Event> events;
  TARN_CHECK(kv::Read(parts_.store, [&](kv::Txn& txn) -> Status {
    for (const kv::KeyValue& reference : references) {
      TARN_TRY(const auto bytes, txn.PeekGet(reference.value));
      if (!bytes) continue;
      auto event = DecodeRecord<Event>(*bytes);
      if (!event) return Fail(kDamaged, "an audit record is damaged");
      events.push_back(std::move(*event));
    }
    return Ok();
  }));
  return events;
}

// Writes what waits for one trail, at most one batch; false when it was the last.
Result<bool> Deliverer::DeliverBatch(const Trail& trail) {
  const kv::Key pending = PendingSpaceOf(trail);
  std::vector<kv::KeyValue> references;
  TARN_CHECK(kv::Read(parts_.store, [&](kv::Txn& txn) -> Status {
    TARN_TRY(references, txn.PeekScan(pending.bytes(), pending.End(), kDeliveredAtOnce));
    return Ok();
  }));
  if (references.empty()) return false;
  TARN_TRY(const std::vector<Event> events, LoadEvents(references));
  // Files of a region, those of insights apart.
  std::map<std::pair<std::string, bool>, std::vector<const Event*>> by_file;
  for (const Event& event : events) by_file[{event.region, event.category == Category::kInsight}].push_back(&event);
  const Timestamp now = parts_.clock.Now();
  std::map<std::string, DeliveredFile> files;
  for (const auto& [of_what, held] : by_file) {
    const auto& [region, of_insights] = of_what;
    const std::string text = RecordsOf(held);
    DeliveredFile file;
    file.key =
        LogFileKey(trail, held.front()->category, region, held.front()->time, held.front()->id + held.back()->id);
    file.hash = Hex(Sha256(text));
    file.oldest = held.front()->time;
    file.newest = held.back()->time;
    TARN_CHECK(parts_.destination.Put(trail, file.key, Gzip(text), {}));
    if (!of_insights) files[region] = std::move(file);  // digests name the calls' files alone
  }
  TARN_TRY(TrailState state, parts_.trails.StateOf(trail.home, trail.name));
  state.attempted = now;
  state.delivered = now;
  state.error.clear();
  TARN_CHECK(kv::Transact(parts_.store, [&](kv::Txn& txn) -> Status {
    for (const kv::KeyValue& reference : references) txn.Delete(reference.key);
    for (const auto& [region, file] : files) {
      if (trail.validated) txn.Put(DigestFileKey(trail, region, now, file.key), EncodeRecord(file));
    }
    return Trails::PutState(txn, trail, state);
  }));
  return references.size() == kDeliveredAtOnce;
}

Status Deliverer::DeliverTrail(const Trail& trail) {
  while (true) {
    const auto more = DeliverBatch(trail);
    if (!more.ok()) {
      log::Warn("audit", fmt::format("{}: {}", trail.arn(), more.error().message));
      return parts_.trails.ChangeState(trail, [&](TrailState& state) {
        state.attempted = parts_.clock.Now();
        state.error = DeliveryErrorOf(more.error());
      });
    }
    if (!*more) return Ok();
  }
}

Status Deliverer::DeliverTable() {
  const kv::Key pending = TableSpace();
  while (true) {
    std::vector<kv::KeyValue> references;
    TARN_CHECK(kv::Read(parts_.store, [&](kv::Txn& txn) -> Status {
      TARN_TRY(references, txn.PeekScan(pending.bytes(), pending.End(), kDeliveredAtOnce));
      return Ok();
    }));
    if (references.empty()) return Ok();
    TARN_TRY(std::vector<Event> events, LoadEvents(references));
    std::map<std::string, std::vector<Event>> by_account;
    for (Event& event : events) by_account[event.account].push_back(std::move(event));
    for (const auto& [account, of_account] : by_account) TARN_CHECK(parts_.table(account, of_account));
    TARN_CHECK(kv::Transact(parts_.store, [&](kv::Txn& txn) -> Status {
      for (const kv::KeyValue& reference : references) txn.Delete(reference.key);
      return Ok();
    }));
    if (references.size() < kDeliveredAtOnce) return Ok();
  }
}

Status Deliverer::RouteAll() {
  while (true) {
    TARN_TRY(const bool more, RoutePage());
    if (!more) return Ok();
  }
}

Status Deliverer::RunOnce() {
  const std::lock_guard running(running_);
  TARN_CHECK(parts_.log.Flush());
  TARN_CHECK(RouteAll());
  if (Insights::Wanted(parts_.trails.All())) {
    TARN_CHECK(insights_.Look(parts_.trails.All(), parts_.clock.Now()));
    TARN_CHECK(RouteAll());
  }
  for (const auto& trail : parts_.trails.All()) {
    TARN_CHECK(DeliverTrail(*trail));
    if (trail->validated) TARN_CHECK(Digest(*trail));
  }
  return parts_.table ? DeliverTable() : Ok();
}

void Deliverer::Start() {
  thread_ = std::thread([this] { RunThread(); });
}

void Deliverer::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Deliverer::RunThread() {
  Timestamp expired = parts_.clock.Now();
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, std::chrono::microseconds(parts_.period_micros), [this] { return stopping_; });
      if (stopping_) return;
    }
    if (const Status done = RunOnce(); !done.ok()) log::Warn("audit", "delivery: " + done.error().message);
    if (parts_.clock.Now() < expired.Plus(kExpireEveryMicros)) continue;
    expired = parts_.clock.Now();
    if (const auto gone = parts_.log.Expire(); !gone.ok()) log::Warn("audit", "expiry: " + gone.error().message);
  }
}

}  // namespace tarn::audit

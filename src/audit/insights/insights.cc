#include "audit/insights/insights.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>
#include <vector>

#include "audit/errors.h"
#include "audit/insights/insight_event.h"
#include "audit/keys.h"
#include "audit/log.h"
#include "base/random.h"
#include "kv/pages.h"

namespace tarn::audit {
namespace {

constexpr uint64_t kBaselineMinutes = uint64_t{7} * 24 * 60;
constexpr uint64_t kLearningMinutes = uint64_t{36} * 60;
constexpr uint64_t kLateMinutes = 2;  // events may come to the queue as late
constexpr uint64_t kQuietMinutes = 5;
constexpr uint64_t kCallsMin = 10;
constexpr double kDeviations = 6;
constexpr size_t kPage = 500;

uint64_t MinuteOfTime(Timestamp time) {
  return static_cast<uint64_t>(std::max<int64_t>(0, time.micros) / kMicrosPerMinute);
}

bool Watches(const Trail& trail, const Scope& scope, InsightType type) {
  if (!trail.logging || trail.home.account != scope.account) return false;
  return trail.Wants(type) && (trail.multi_region || trail.home.region == scope.region);
}

// The first minute from which some trail watches; nothing: none does.
std::optional<uint64_t> WatchedSince(const Trails::List& trails, const Counted& counted) {
  const InsightType type = counted.error.empty() ? InsightType::kCallRate : InsightType::kErrorRate;
  std::optional<uint64_t> since;
  for (const auto& trail : trails) {
    if (!Watches(*trail, counted.scope, type) || !trail->insights_since) continue;
    const uint64_t from = MinuteOfTime(*trail->insights_since);
    since = since ? std::min(*since, from) : from;
  }
  return since;
}

// The calls of the seven days before a minute, moved on with it.
class Baseline {
 public:
  void Push(uint64_t minute, Calls calls) { rows_.emplace_back(minute, std::move(calls)); }
  void DropBefore(uint64_t minute) {
    while (!rows_.empty() && rows_.front().first < minute) rows_.pop_front();
  }
  Calls Sum() const {
    Calls sum;
    for (const auto& [unused, calls] : rows_) sum.Add(calls);
    return sum;
  }

 private:
  std::deque<std::pair<uint64_t, Calls>> rows_;
};

bool IsUnusual(uint64_t calls, double average) {
  return calls >= kCallsMin && static_cast<double>(calls) > average + (kDeviations * std::sqrt(average));
}

Result<std::vector<std::pair<uint64_t, Calls>>> CountsBetween(kv::Store& store, const Counted& counted, uint64_t from,
                                                              uint64_t until) {
  std::vector<std::pair<uint64_t, Calls>> found;
  kv::Pages pages(CountKey(counted, from), CountKey(counted, until + 1), kPage);
  while (!pages.done()) {
    TARN_TRY(const auto page, pages.Next(store));
    found.reserve(found.size() + page.size());
    for (const kv::KeyValue& pair : page) {
      const auto minute = MinuteOf(pair.key);
      auto calls = DecodeRecord<Calls>(pair.value);
      if (!minute || !calls) return Fail(kDamaged, "a count of calls is damaged");
      found.emplace_back(*minute, std::move(*calls));
    }
  }
  return found;
}

Result<InsightFacts> FactsBetween(kv::Store& store, const Counted& counted, uint64_t from, uint64_t until) {
  TARN_TRY(const auto counts, CountsBetween(store, counted, from, until));
  InsightFacts facts{.calls = {}, .minutes = until - from + 1};
  for (const auto& [unused, each] : counts) facts.calls.Add(each);
  return facts;
}

// The first minute of what is usual at `minute`.
uint64_t BaselineOf(uint64_t minute, uint64_t learned_from) {
  return std::max(learned_from, minute > kBaselineMinutes ? minute - kBaselineMinutes : 0);
}

}  // namespace

bool Insights::Wanted(const Trails::List& trails) {
  return std::ranges::any_of(trails, [](const auto& trail) { return trail->logging && !trail->insights.empty(); });
}

void Insights::Count(const Trails::List& trails, const Event& event, Tally& tally) {
  if (event.category != Category::kManagement) return;
  const Scope scope{.account = event.account, .region = event.region};
  const auto watched = [&](InsightType type) {
    return std::ranges::any_of(trails, [&](const auto& trail) { return Watches(*trail, scope, type); });
  };
  const uint64_t minute = MinuteOfTime(event.time);
  if (!event.read_only && watched(InsightType::kCallRate)) {
    tally[{Counted{.scope = scope, .source = event.source, .name = event.name, .error = {}}, minute}].Add(event);
  }
  if (!event.error_code.empty() && watched(InsightType::kErrorRate)) {
    tally[{Counted{.scope = scope, .source = event.source, .name = event.name, .error = event.error_code}, minute}].Add(
        event);
  }
}

Status Insights::Keep(kv::Txn& txn, const Tally& tally) {
  for (const auto& [of, calls] : tally) {
    const auto& [counted, minute] = of;
    const std::string key = CountKey(counted, minute);
    TARN_TRY(const auto bytes, txn.Get(key));
    Calls sum = calls;
    if (bytes) {
      const auto before = DecodeRecord<Calls>(*bytes);
      if (!before) return Fail(kDamaged, "a count of calls is damaged");
      sum.Add(*before);
    }
    txn.Put(key, EncodeRecord(sum));
    const std::string watch_key = WatchKey(counted);
    TARN_TRY(const auto watched, txn.Get(watch_key));
    if (!watched) txn.Put(watch_key, EncodeRecord(Watch{.since = minute, .looked = minute == 0 ? 0 : minute - 1}));
  }
  return Ok();
}

Status Insights::LookAt(const Counted& counted, Watch watch, uint64_t learned_from, uint64_t until) {
  const uint64_t first = watch.looked + 1;
  const uint64_t oldest = first > kBaselineMinutes ? first - kBaselineMinutes : 0;
  TARN_TRY(auto counts, CountsBetween(store_, counted, first, until));
  if (counts.empty() && watch.insight.empty()) return Ok();
  const bool many = std::ranges::any_of(counts, [](const auto& each) { return each.second.count >= kCallsMin; });
  if (many || !watch.insight.empty()) {
    TARN_TRY(counts, CountsBetween(store_, counted, oldest, until));
  } else {
    counts.clear();  // nothing that could be unusual
  }
  Baseline baseline;
  size_t next = 0;
  for (; next < counts.size() && counts[next].first < first; ++next) {
    baseline.Push(counts[next].first, std::move(counts[next].second));
  }
  std::vector<Event> found;
  for (uint64_t minute = first; minute <= until; ++minute) {
    if (watch.insight.empty()) {  // minutes without calls matter to an open insight alone
      if (next >= counts.size()) break;
      minute = counts[next].first;
    }
    Calls calls;
    if (next < counts.size() && counts[next].first == minute) calls = std::move(counts[next++].second);
    const uint64_t from = BaselineOf(minute, learned_from);
    baseline.DropBefore(from);
    if (minute >= from + kLearningMinutes) {
      InsightFacts usual{.calls = {}, .minutes = minute - from};
      if (calls.count >= kCallsMin) usual.calls = baseline.Sum();  // fewer are never unusual
      const bool unusual = IsUnusual(calls.count, usual.PerMinute(usual.calls.count));
      if (unusual && watch.insight.empty()) {
        watch.insight = RandomUuid();
        watch.begun = minute;
        found.push_back(InsightEvent(counted, "Start", watch, minute, usual, {.calls = calls, .minutes = 1}));
      }
      if (unusual) watch.last = minute;
      if (!watch.insight.empty() && minute >= watch.last + kQuietMinutes) {
        // What was usual before it, and all of it.
        TARN_TRY(const InsightFacts before,
                 FactsBetween(store_, counted, BaselineOf(watch.begun, learned_from), watch.begun - 1));
        TARN_TRY(const InsightFacts whole, FactsBetween(store_, counted, watch.begun, watch.last));
        found.push_back(InsightEvent(counted, "End", watch, watch.last + 1, before, whole));
        watch.insight.clear();
      }
    }
    if (calls.count > 0) baseline.Push(minute, std::move(calls));
  }
  watch.looked = until;
  const std::string begin(CountsOf(counted).bytes());
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    for (const Event& event : found) Log::Put(txn, event);
    TARN_TRY(const auto old, txn.PeekScan(begin, CountKey(counted, oldest), kPage));
    for (const kv::KeyValue& pair : old) txn.Delete(pair.key);
    txn.Put(WatchKey(counted), EncodeRecord(watch));
    return Ok();
  });
}

Status Insights::Look(const Trails::List& trails, Timestamp now) {
  const uint64_t minute = MinuteOfTime(now);
  if (!Wanted(trails) || minute <= kLateMinutes) return Ok();
  const uint64_t until = minute - 1 - kLateMinutes;
  const kv::Key space = WatchSpace();
  kv::Pages pages(space, kPage);
  while (!pages.done()) {
    TARN_TRY(const auto page, pages.Next(store_));
    for (const kv::KeyValue& pair : page) {
      const auto counted = CountedOf(pair.key);
      auto watch = DecodeRecord<Watch>(pair.value);
      if (!counted || !watch) return Fail(kDamaged, "a watch of calls is damaged");
      const auto since = WatchedSince(trails, *counted);
      if (!since || watch->looked >= until) continue;
      TARN_CHECK(LookAt(*counted, *std::move(watch), *since, until));
    }
  }
  return Ok();
}

}  // namespace tarn::audit
